/** In: what a caller gave. Out: a `Photo` that is ours to transfer. */

import { brandOf } from "../contract/brand.js";
import { CleancutError, cut, isDomException, reasonOf } from "../contract/errors.js";
import type { ImageInput, Pixels } from "../contract/types.js";
import { isWasmFormat } from "./format.js";
import { fetchUrl, mustBeOk } from "./url.js";

/** A picture that may be transferred. */
export type Photo =
  | { readonly kind: "file"; readonly bytes: Uint8Array<ArrayBuffer> }
  | {
      readonly kind: "pixels";
      readonly pixels: Uint8Array<ArrayBuffer>;
      readonly width: number;
      readonly height: number;
    }
  | { readonly kind: "bitmap"; readonly bitmap: ImageBitmap };

const STALE = "The file was moved or changed since it was chosen: choose it again.";
const USED = "A body is read once: give response.clone().";

export async function readInput(input: ImageInput, signal?: AbortSignal): Promise<Photo> {
  if (typeof input === "string") return file(await fetchUrl(input, signal));
  if (ArrayBuffer.isView(input)) return file(copyOf(input.buffer, input));
  switch (brandOf(input)) {
    case "Blob":
    case "File":
      return file(await bytesOf(input as Blob, STALE));
    case "ArrayBuffer":
    case "SharedArrayBuffer":
      return file(copyOf(input as ArrayBuffer));
    case "URL":
      return file(await fetchUrl(input as URL, signal));
    case "Response":
      return file(await bytesOf(mustBeOk(input as Response), USED));
    case "HTMLImageElement":
      return fromImage(input as HTMLImageElement, signal);
    case "ImageBitmap":
    case "HTMLCanvasElement":
    case "OffscreenCanvas":
    case "VideoFrame":
      return toBitmap(input as ImageBitmap);
  }
  if (isPixels(input)) return fromPixels(input);
  if (brandOf(input) === "ImageData") return toBitmap(input as ImageBitmapSource);
  throw new CleancutError("input", `${describe(input)} is not a picture`);
}

const file = (bytes: Uint8Array<ArrayBuffer>): Photo => ({ kind: "file", bytes });

async function bytesOf(source: Blob | Response, hint: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await source.arrayBuffer());
  } catch (cause) {
    const message = `the file could not be read: ${cut(reasonOf(cause))}`;
    throw new CleancutError("input", message, { cause, hint });
  }
}

/** A copy of a buffer, or of what a view of it shows. */
function copyOf(buffer: ArrayBufferLike, view?: ArrayBufferView): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(new Uint8Array(buffer, view?.byteOffset, view?.byteLength));
  } catch (cause) {
    throw new CleancutError("input", "the buffer is detached: its bytes are gone", {
      cause,
      hint: "It was transferred; give a copy, or the one that it was transferred to.",
    });
  }
}

/** Its file, when that takes no request to another origin, so that pixels are exact. */
async function fromImage(image: HTMLImageElement, signal?: AbortSignal): Promise<Photo> {
  const source = image.currentSrc || image.src;
  if (/^(blob|data):/.test(source) || source.startsWith(`${globalThis.origin}/`)) {
    try {
      const bytes = await fetchUrl(source, signal);
      if (isWasmFormat(bytes)) return file(bytes);
    } catch {
      if (signal?.aborted) throw signal.reason;
    }
  }
  try {
    await image.decode();
  } catch (cause) {
    throw new CleancutError("input", "the image has not loaded", { cause, url: source });
  }
  return toBitmap(image, source);
}

/** As the browser draws it. What may not be read back is refused here, before it is transferred. */
async function toBitmap(source: ImageBitmapSource, url?: string): Promise<Photo> {
  let bitmap: ImageBitmap | undefined;
  try {
    bitmap = await createImageBitmap(source);
    const context = new OffscreenCanvas(1, 1).getContext("2d");
    context?.drawImage(bitmap, 0, 0);
    context?.getImageData(0, 0, 1, 1);
    return { kind: "bitmap", bitmap };
  } catch (cause) {
    bitmap?.close();
    if (!isDomException(cause, "SecurityError")) {
      const message = `the picture cannot be read: ${cut(reasonOf(cause))}`;
      throw new CleancutError("input", message, { cause });
    }
    const what = url ? cut(url) : "the picture";
    throw new CleancutError(
      url ? "fetch" : "input",
      `${what} is of another origin and came without CORS, so it cannot be read`,
      {
        cause,
        url,
        hint: 'Serve it with Access-Control-Allow-Origin, load it with crossorigin="anonymous", or give a Blob.',
      },
    );
  }
}

/** 8 bit, and sRGB where a colour space is named: what needs no conversion. */
function isPixels(input: unknown): input is Pixels {
  if (typeof input !== "object" || input === null) return false;
  if (!("data" in input && "width" in input && "height" in input)) return false;
  const { colorSpace = "srgb" } = input as Partial<ImageData>;
  return colorSpace === "srgb" && /^Uint8(Clamped)?Array$/.test(brandOf(input.data));
}

function fromPixels({ data, width, height }: Pixels): Photo {
  const isSide = (side: unknown) => Number.isInteger(side) && (side as number) > 0;
  if (!isSide(width) || !isSide(height) || data.length !== width * height * 4) {
    const message = `${data.length} bytes are not ${cut(width)} x ${cut(height)} RGBA pixels`;
    throw new CleancutError("input", message);
  }
  return { kind: "pixels", pixels: new Uint8Array(data), width, height };
}

function describe(input: unknown): string {
  if (input === null || typeof input !== "object") return `the argument (${typeof input})`;
  return `the argument (${cut(input.constructor?.name ?? "object")})`;
}
