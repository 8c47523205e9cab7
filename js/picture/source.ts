/** In: what a caller gave. Out: a `Photo` that is ours to transfer. */

import { CleancutError, reasonOf } from "../contract/errors.js";
import type { ImageInput, Pixels } from "../contract/types.js";
import { readFile } from "./file.js";

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

export async function readInput(input: ImageInput, signal?: AbortSignal): Promise<Photo> {
  if (input instanceof Blob) return file(await bytesOf(input));
  if (input instanceof ArrayBuffer) return file(new Uint8Array(input).slice());
  if (ArrayBuffer.isView(input)) {
    const { buffer, byteOffset, byteLength } = input;
    return file(new Uint8Array(new Uint8Array(buffer, byteOffset, byteLength)));
  }
  if (typeof input === "string" || input instanceof URL) return file(await fetchUrl(input, signal));
  if (isA(input, "Response")) return file(await bytesOf(mustBeOk(input)));
  if (isA(input, "HTMLImageElement")) return fromImage(input, signal);
  if (isA(input, "ImageData") && (input.colorSpace !== "srgb" || !is8Bit(input.data))) {
    return toBitmap(input);
  }
  for (const name of [
    "ImageBitmap",
    "HTMLCanvasElement",
    "OffscreenCanvas",
    "VideoFrame",
  ] as const) {
    if (isA(input, name)) return toBitmap(input);
  }
  if (isPixels(input)) return fromPixels(input);
  throw new CleancutError("input", `${describe(input)} is not a picture`);
}

const file = (bytes: Uint8Array<ArrayBuffer>): Photo => ({ kind: "file", bytes });

interface Globals {
  Response: Response;
  HTMLImageElement: HTMLImageElement;
  ImageData: ImageData;
  ImageBitmap: ImageBitmap;
  HTMLCanvasElement: HTMLCanvasElement;
  OffscreenCanvas: OffscreenCanvas;
  VideoFrame: VideoFrame;
}

/** `instanceof` where the class may be missing. */
function isA<Name extends keyof Globals>(input: unknown, name: Name): input is Globals[Name] {
  const type: unknown = (globalThis as Record<string, unknown>)[name];
  return typeof type === "function" && input instanceof type;
}

async function bytesOf(source: Blob | Response): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await source.arrayBuffer());
  } catch (cause) {
    const message = `the file could not be read: ${reasonOf(cause)}`;
    throw new CleancutError("input", message, { cause });
  }
}

async function fetchUrl(
  input: string | URL,
  signal: AbortSignal | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  let url: URL;
  try {
    url = new URL(input, globalThis.document?.baseURI ?? globalThis.location?.href);
  } catch (cause) {
    throw new CleancutError("input", `"${input}" is not a URL`, {
      cause,
      hint: "Give an absolute URL, or the bytes of the file.",
    });
  }
  if (url.protocol === "file:") return readFile(url);
  let response: Response;
  try {
    response = await fetch(url, signal ? { signal } : {});
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    const message = `${url.href} could not be fetched: ${reasonOf(cause)}`;
    throw new CleancutError("fetch", message, { cause, url: url.href });
  }
  return bytesOf(mustBeOk(response));
}

function mustBeOk(response: Response): Response {
  const { ok, status, url } = response;
  if (!ok) {
    const contentType = response.headers.get("content-type") ?? undefined;
    throw new CleancutError("fetch", `${url} answered ${status}`, { url, status, contentType });
  }
  return response;
}

/** Its file, when that takes no request to another origin, so that pixels are exact. */
async function fromImage(image: HTMLImageElement, signal?: AbortSignal): Promise<Photo> {
  const source = image.currentSrc || image.src;
  const isOwn = /^(blob|data):/.test(source) || source.startsWith(`${location.origin}/`);
  if (isOwn && !/^data:image\/svg|\.svg($|[?#])/.test(source)) {
    try {
      return file(await fetchUrl(source, signal));
    } catch {
      signal?.throwIfAborted();
    }
  }
  try {
    await image.decode();
  } catch (cause) {
    throw new CleancutError("input", "the image has not loaded", { cause, url: source });
  }
  return toBitmap(image);
}

async function toBitmap(source: ImageBitmapSource): Promise<Photo> {
  try {
    const bitmap = await createImageBitmap(source);
    return { kind: "bitmap", bitmap };
  } catch (cause) {
    throw new CleancutError("input", `the picture cannot be read: ${reasonOf(cause)}`, { cause });
  }
}

const is8Bit = (data: unknown) => data instanceof Uint8Array || data instanceof Uint8ClampedArray;

function isPixels(input: unknown): input is Pixels {
  if (typeof input !== "object" || input === null) return false;
  return "data" in input && "width" in input && "height" in input && is8Bit(input.data);
}

function fromPixels({ data, width, height }: Pixels): Photo {
  const isSide = (side: unknown) => Number.isInteger(side) && (side as number) > 0;
  if (!isSide(width) || !isSide(height) || data.length !== width * height * 4) {
    const message = `${data.length} bytes are not ${width} x ${height} RGBA pixels`;
    throw new CleancutError("input", message);
  }
  return { kind: "pixels", pixels: new Uint8Array(data), width, height };
}

function describe(input: unknown): string {
  if (input === null || typeof input !== "object") return `the argument (${typeof input})`;
  return `the argument (${input.constructor?.name ?? "object"})`;
}
