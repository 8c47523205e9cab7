/** In: a [`Photo`] as it came through `postMessage`. Out: the same inside wasm. */

import { CleancutError, cut, isDomException, reasonOf } from "../contract/errors.js";
import { Picture } from "../wasm/cleancut.js";
import { isCutShort } from "./format.js";
import type { Photo } from "./source.js";

/** Words as the engine takes them. */
export const joined = (words: readonly string[]): string => words.join("\0");

export async function toPicture(photo: Photo, words: readonly string[]): Promise<Picture> {
  switch (photo.kind) {
    case "pixels":
      return Picture.fromPixels(photo.pixels, photo.width, photo.height, joined(words));
    case "bitmap":
      return fromBitmap(photo.bitmap, words);
    case "file":
      return fromFile(photo.bytes, words);
  }
}

/**
 * JPEG, PNG and WebP are decoded in wasm, so pixels are exact; what wasm refuses is decoded by the
 * browser. When that refuses too, the first error stands: it names what was seen.
 */
async function fromFile(
  bytes: Uint8Array<ArrayBuffer>,
  words: readonly string[],
): Promise<Picture> {
  try {
    return Picture.decode(bytes, joined(words));
  } catch (refused) {
    const bitmap = mayShow(refused, bytes) && (await decodeWithBrowser(bytes));
    if (!bitmap) throw refused;
    return fromBitmap(bitmap, words);
  }
}

/** Never a truncated file: browsers fill what is missing and say nothing. */
function mayShow(refused: unknown, bytes: Uint8Array): boolean {
  const { code, message } = refused as { code?: unknown; message?: unknown };
  if (code === "unsupported-format") return true;
  const isShort = /truncat|incomplete|ends early|end of file|end-of-image|whole buffer|% missing/i;
  return code === "decode" && !isShort.test(String(message)) && !isCutShort(bytes);
}

async function decodeWithBrowser(bytes: Uint8Array<ArrayBuffer>): Promise<ImageBitmap | undefined> {
  try {
    return await createImageBitmap(new Blob([bytes]));
  } catch {
    return undefined;
  }
}

function fromBitmap(bitmap: ImageBitmap, words: readonly string[]): Picture {
  const { width, height } = bitmap;
  const pixels = readBack(bitmap, width, height);
  return Picture.fromPixels(pixels, width, height, joined(words));
}

/** A pixel that is put in the canvas' corner to see whether it comes back. */
const KNOWN = [17, 130, 201, 255];

function readBack(bitmap: ImageBitmap, width: number, height: number): Uint8Array {
  try {
    const context = new OffscreenCanvas(width, height).getContext("2d", {
      willReadFrequently: true,
    });
    if (!context) throw new Error("this browser gives no canvas");
    context.fillStyle = `rgb(${KNOWN.slice(0, 3)})`;
    context.fillRect(0, 0, 1, 1);
    const [...seen] = context.getImageData(0, 0, 1, 1).data;
    if (seen.join() !== KNOWN.join()) throw falsified();
    context.clearRect(0, 0, 1, 1);
    context.drawImage(bitmap, 0, 0);
    return new Uint8Array(context.getImageData(0, 0, width, height).data.buffer);
  } catch (cause) {
    if (cause instanceof CleancutError) throw cause;
    const cors = isDomException(cause, "SecurityError") ? "; it came without CORS" : "";
    const message = `the picture cannot be read back: ${cut(reasonOf(cause))}${cors}`;
    throw new CleancutError("input", message, { cause });
  } finally {
    bitmap.close();
  }
}

const falsified = () =>
  new CleancutError("input", "this browser falsifies the pixels of canvases", {
    hint: "Give the JPEG, PNG or WebP file itself.",
  });
