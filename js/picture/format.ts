/** In: the bytes of a file. Out: whether wasm reads such files, what they may hold, whether all is there. */

/** JPEG, PNG and WebP by their first bytes. */
export function isWasmFormat(bytes: Uint8Array): boolean {
  return starts(bytes, "\xff\xd8\xff") || starts(bytes, "\x89PNG\r\n\x1a\n") || isWebP(bytes);
}

/** Whether the picture may have alpha, as far as the first bytes tell; palettes may. */
export function mayHaveAlpha(bytes: Uint8Array): boolean {
  if (starts(bytes, "\xff\xd8\xff") || (isWebP(bytes) && starts(bytes, "VP8 ", 12))) return false;
  const isOpaquePng = starts(bytes, "\x89PNG\r\n\x1a\n") && (bytes[25] === 0 || bytes[25] === 2);
  return !isOpaquePng;
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
