/** The same memory as the platform's own kind of bytes. */
export function asBytes(data) {
    const { Buffer } = globalThis;
    const bytes = Buffer ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : data;
    return bytes;
}
