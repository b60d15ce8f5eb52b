/** Binary messages of a live session: 16 bytes of header, little-endian, then what they carry. */

export const JPEG = 1;
export const PCM = 16;
/** Types of pictures by their kind. */
export const PICTURES = { [JPEG]: "image/jpeg", 2: "image/webp", 3: "image/png" };

const HEADER = 16;
const VERSION = 1;

/** `ptsUs`: when it belongs, in microseconds. `payload`: of the same memory as `buffer`. */
export function parsed(buffer) {
  const view = new DataView(buffer);
  if (view.byteLength < HEADER || view.getUint8(0) !== VERSION) return undefined;
  return {
    kind: view.getUint8(1),
    seq: view.getUint32(4, true),
    ptsUs: Number(view.getBigUint64(8, true)),
    payload: new Uint8Array(buffer, HEADER),
  };
}

/** `payload`: bytes. */
export function packed(kind, seq, ptsUs, payload) {
  const bytes = new Uint8Array(HEADER + payload.byteLength);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, VERSION);
  view.setUint8(1, kind);
  view.setUint32(4, seq >>> 0, true);
  view.setBigUint64(8, BigInt(Math.round(ptsUs)), true);
  bytes.set(new Uint8Array(payload.buffer ?? payload, payload.byteOffset ?? 0, payload.byteLength), HEADER);
  return bytes;
}
