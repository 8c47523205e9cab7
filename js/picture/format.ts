/** In: the bytes of a file. Out: whether wasm reads such files, and whether this one is all there. */

/** JPEG, PNG and WebP by their first bytes. */
export function isWasmFormat(bytes: Uint8Array): boolean {
  return starts(bytes, "\xff\xd8\xff") || starts(bytes, "\x89PNG\r\n\x1a\n") || isWebP(bytes);
}

/** Whether a WebP file is shorter than its own header says. */
export function isCutShort(bytes: Uint8Array): boolean {
  if (!isWebP(bytes)) return false;
  const said = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true) + 8;
  return bytes.length < said;
}

const isWebP = (bytes: Uint8Array) => starts(bytes, "RIFF") && starts(bytes, "WEBP", 8);

function starts(bytes: Uint8Array, text: string, at = 0): boolean {
  return [...text].every((letter, index) => bytes[at + index] === letter.charCodeAt(0));
}
