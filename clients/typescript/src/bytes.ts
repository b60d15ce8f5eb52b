/** `Buffer` where there is one (Node), else `Uint8Array`; of memory that is not shared. */
export type Bytes = typeof globalThis extends { Buffer: { alloc(size: number): infer B } }
  ? B
  : ReturnType<Uint8Array["slice"]>;

/** The same memory as the platform's own kind of bytes. */
export function asBytes(data: Uint8Array): Bytes {
  const { Buffer } = globalThis as { Buffer?: typeof globalThis.Buffer };
  const bytes = Buffer ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : data;
  return bytes as Bytes;
}
