/** ZIP files whose entries are stored as they are: pictures are compressed already. */

const CRC = new Uint32Array(256).map((_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

const crc32 = (bytes) => {
  let value = 0xffffffff;
  for (const byte of bytes) value = (value >>> 8) ^ CRC[(value ^ byte) & 0xff];
  return ~value >>> 0;
};

/** `files`: names and Blobs, below 4 GB together. `when`: of all of them. */
export async function zipped(files, when = new Date()) {
  const parts = [];
  const directory = [];
  let offset = 0;
  for (const { name, blob } of files) {
    const bytes = new Uint8Array(await blob.arrayBuffer());
    const encoded = new TextEncoder().encode(name);
    const common = entry(bytes, encoded, when);
    parts.push(record(0x04034b50, common), encoded, bytes);
    directory.push(listing(common, offset), encoded);
    offset += 30 + encoded.length + bytes.length;
  }
  const listed = directory.reduce((sum, each) => sum + each.length, 0);
  return new Blob([...parts, ...directory, end(files.length, listed, offset)], {
    type: "application/zip",
  });
}

/** The 26 bytes that an entry has in both of its headers. */
function entry(bytes, name, when) {
  const view = new DataView(new ArrayBuffer(26));
  view.setUint16(0, 20, true); // version 2.0
  view.setUint16(2, 0x0800, true); // names are UTF-8
  view.setUint16(6, (when.getHours() << 11) | (when.getMinutes() << 5) | (when.getSeconds() >> 1), true);
  view.setUint16(8, ((when.getFullYear() - 1980) << 9) | ((when.getMonth() + 1) << 5) | when.getDate(), true);
  view.setUint32(10, crc32(bytes), true);
  view.setUint32(14, bytes.length, true);
  view.setUint32(18, bytes.length, true);
  view.setUint16(22, name.length, true);
  return new Uint8Array(view.buffer);
}

function record(signature, common) {
  const bytes = new Uint8Array(4 + common.length);
  new DataView(bytes.buffer).setUint32(0, signature, true);
  bytes.set(common, 4);
  return bytes;
}

function listing(common, offset) {
  const bytes = new Uint8Array(46);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x02014b50, true);
  view.setUint16(4, 20, true);
  bytes.set(common, 6);
  view.setUint32(42, offset, true);
  return bytes;
}

function end(count, listed, offset) {
  const view = new DataView(new ArrayBuffer(22));
  view.setUint32(0, 0x06054b50, true);
  view.setUint16(8, count, true);
  view.setUint16(10, count, true);
  view.setUint32(12, listed, true);
  view.setUint32(16, offset, true);
  return new Uint8Array(view.buffer);
}
