/** In: where wasm and model are to come from. Out: the compiled wasm and the model's bytes. */

import { readCached, writeCached } from "./cache.js";
import { CleancutError, reasonOf } from "./errors.js";
import { readFile } from "./file.js";
import { artefact, hasSimd } from "./probe.js";
import type { Sources } from "./sources.js";
import type { Backend, Bytes } from "./types.js";
import { type Asset, model, relaxed, simd } from "./wasm/assets.js";
import { type Pin, pins } from "./wasm/pins.js";

export interface Assets {
  readonly wasm: WebAssembly.Module;
  readonly model: Uint8Array<ArrayBuffer>;
  readonly backend: Backend;
}

/** Fetches and compiles what the engine needs. `onBytes`: bytes read so far, bytes in all. */
export async function loadAssets(
  sources: Sources,
  onBytes: (loaded: number, total: number) => void,
): Promise<Assets> {
  if (!hasSimd()) throw new CleancutError("wasm", "WebAssembly with SIMD is missing here");
  const name = artefact();
  const wasm = { relaxed, simd }[name];
  const total = wasm.bytes + model.bytes;
  let loaded = 0;
  const count = (bytes: number) => {
    loaded = Math.min(loaded + bytes, total);
    onBytes(loaded, total);
  };
  count(0);
  const ready = sources.wasm instanceof WebAssembly.Module ? sources.wasm : undefined;
  const [wasmBytes, modelBytes] = await Promise.all([
    ready ? undefined : read(sources.wasm as string | Bytes, [wasm, relaxed, simd], sources, count),
    read(sources.model, [model], sources, count),
  ]);
  const own = sources.wasm === undefined || wasmBytes?.byteLength === wasm.bytes;
  return {
    wasm: ready ?? (await compile(wasmBytes as Uint8Array<ArrayBuffer>)),
    model: modelBytes,
    backend: own ? name : "custom",
  };
}

async function compile(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    const message = `the engine could not be compiled: ${reasonOf(cause)}`;
    throw new CleancutError("wasm", message, { cause });
  }
}

/** The bytes of `source`, or of the first of `published`, one of which they must be. */
async function read(
  source: string | Bytes | undefined,
  published: readonly [Asset, ...Asset[]],
  { folder, cache, integrity }: Sources,
  count: (bytes: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const [asset] = published;
  if (source !== undefined && typeof source !== "string") {
    const bytes = ArrayBuffer.isView(source)
      ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
      : new Uint8Array(source);
    if (integrity) await verify(bytes, published, "the given bytes");
    count(bytes.byteLength);
    return bytes;
  }
  const url = source ? new URL(source) : folder ? new URL(asset.file, folder) : pinOf(asset).url();
  const mayCache = cache === "default" && integrity && url.protocol.startsWith("http");
  if (mayCache) {
    const bytes = await readCached(asset);
    if (bytes && (await isPublished(bytes, published))) {
      count(bytes.byteLength);
      return bytes;
    }
  }
  const bytes = url.protocol === "file:" ? await readFile(url) : await fetchBytes(url, count);
  if (url.protocol === "file:") count(bytes.byteLength);
  if (integrity) await verify(bytes, published, url.href);
  if (mayCache) await writeCached(asset, bytes);
  return bytes;
}

async function verify(bytes: Uint8Array<ArrayBuffer>, published: readonly Asset[], what: string) {
  if (await isPublished(bytes, published)) return;
  const isPage = bytes[0] === 0x3c;
  const message = isPage
    ? `${what} is a web page, not ${published[0]?.file}`
    : `${what} (${bytes.byteLength} bytes) is not ${published[0]?.file} as it was published`;
  throw new CleancutError(isPage ? "asset" : "integrity", message, { url: what });
}

const pinOf = ({ file }: Asset) => pins[file] as Pin;

/** Without `crypto.subtle`, which insecure origins lack, the length alone is compared. */
async function isPublished(bytes: Uint8Array<ArrayBuffer>, published: readonly Asset[]) {
  const alike = published.filter((asset) => asset.bytes === bytes.byteLength);
  const subtle = globalThis.crypto?.subtle;
  if (alike.length === 0 || !subtle) return alike.length > 0;
  const digest = new Uint8Array(await subtle.digest("SHA-256", bytes));
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return alike.some((asset) => pinOf(asset).sha256 === sha256);
}

async function fetchBytes(
  url: URL,
  count: (bytes: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const { href } = url;
  let response: Response;
  try {
    response = await fetch(url);
  } catch (cause) {
    const message = `${href} could not be fetched: ${reasonOf(cause)}`;
    throw new CleancutError("asset", message, { cause, url: href });
  }
  const contentType = response.headers.get("content-type") ?? undefined;
  const { ok, status, body } = response;
  if (!ok || !body) {
    const message = `${href} answered ${status} (${contentType ?? "no content type"})`;
    throw new CleancutError("asset", message, { url: href, status, contentType });
  }
  if (contentType?.startsWith("text/html")) {
    throw new CleancutError(
      "asset",
      `${href} answered ${status} with a web page (${contentType})`,
      {
        url: href,
        status,
        contentType,
        hint: "The server answers unknown paths with a page: copy dist/wasm there, or set assets.",
      },
    );
  }
  const counted = body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        count(chunk.byteLength);
        controller.enqueue(chunk);
      },
    }),
  );
  try {
    return new Uint8Array(await new Response(counted).arrayBuffer());
  } catch (cause) {
    const message = `${href} broke off`;
    throw new CleancutError("asset", message, { cause, url: href, status, contentType });
  }
}
