/** In: a [`Photo`] as it came through `postMessage`. Out: the same inside wasm. */

import { Picture } from "../wasm/cleancut.js";
import type { Photo } from "./source.js";

/** Words as the engine takes them. */
export const joined = (words: readonly string[]): string => words.join("\0");

/** JPEG, PNG and WebP are decoded in wasm, so pixels are exact; the rest by the browser. */
export async function toPicture(photo: Photo, words: readonly string[]): Promise<Picture> {
  switch (photo.kind) {
    case "pixels":
      return Picture.fromPixels(photo.pixels, photo.width, photo.height, joined(words));
    case "bitmap":
      return fromBitmap(photo.bitmap, words);
    case "file": {
      if (!isWasmFormat(photo.bytes)) {
        const bitmap = await decodeWithBrowser(photo.bytes);
        if (bitmap) return fromBitmap(bitmap, words);
      }
      return Picture.decode(photo.bytes, joined(words));
    }
  }
}

/** JPEG, PNG and WebP by their first bytes. */
function isWasmFormat(bytes: Uint8Array): boolean {
  const starts = (text: string, at = 0) =>
    [...text].every((letter, index) => bytes[at + index] === letter.charCodeAt(0));
  return (
    starts("\xff\xd8\xff") || starts("\x89PNG\r\n\x1a\n") || (starts("RIFF") && starts("WEBP", 8))
  );
}

/** What no browser decoder takes either is left to wasm, whose error names what it saw. */
async function decodeWithBrowser(bytes: Uint8Array<ArrayBuffer>): Promise<ImageBitmap | undefined> {
  try {
    return await createImageBitmap(new Blob([bytes]));
  } catch {
    return undefined;
  }
}

function fromBitmap(bitmap: ImageBitmap, words: readonly string[]): Picture {
  const { width, height } = bitmap;
  try {
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (!context) throw new Error("this browser gives no canvas");
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    return Picture.fromPixels(new Uint8Array(data.buffer), width, height, joined(words));
  } finally {
    bitmap.close();
  }
}
