/** In: where wasm and model are to come from. Out: the compiled wasm and the model's bytes. */

import { brandOf } from "../contract/brand.js";
import { CleancutError, reasonOf } from "../contract/errors.js";
import type { Count, Published } from "../contract/looker.js";
import type { Backend, Bytes, ModelName } from "../contract/types.js";
import { readFile } from "../picture/file.js";
import { type Asset, models, relaxed, simd } from "../wasm/assets.js";
import { type Pin, pins } from "../wasm/pins.js";
import { readCached, writeCached } from "./cache.js";
import { artefact, hasRelaxedSimd, hasSimd } from "./probe.js";
import type { Source, Sources } from "./sources.js";

/** A file that was published, and where it is. */
type Placed = Published & Pick<Pin, "url">;

/** The compiled wasm, and its name. */
export interface Wasm {
  readonly module: WebAssembly.Module;
  readonly backend: Backend;
}

/** What is to be loaded. */
export interface Wanted {
  readonly wasm: boolean;
  readonly model: ModelName | undefined;
}

/** Fetches and compiles what is wanted. `onBytes`: bytes of it read so far, bytes in all. */
export async function loadAssets(
  sources: Sources,
  wanted: Wanted,
  onBytes: (loaded: number, total: number) => void,
): Promise<[Wasm | undefined, Uint8Array<ArrayBuffer> | undefined]> {
  const wasm = { relaxed, simd }[artefact()];
  const model = wanted.model && models[wanted.model];
  const total = (wanted.wasm ? wasm.bytes : 0) + (model?.bytes ?? 0);
  let loaded = 0;
  const count = (bytes: number) => {
    loaded = Math.min(loaded + bytes, total);
    onBytes(loaded, total);
  };
  count(0);
  return Promise.all([
    wanted.wasm ? loadWasm(sources, wasm, count) : undefined,
    model && read(sources.model, [model, ...Object.values(models)].map(placed), sources, count),
  ]);
}

async function loadWasm(sources: Sources, asset: Asset, count: Count): Promise<Wasm> {
  if (!hasSimd()) throw new CleancutError("wasm", "WebAssembly with SIMD is missing here");
  const { wasm } = sources;
  if (isModule(wasm)) return { module: wasm, backend: artefact() };
  const bytes = await read(wasm, [asset, relaxed, simd].map(placed), sources, count);
  const backend = (["relaxed", "simd"] as const).find((name) => {
    return bytes.byteLength === { relaxed, simd }[name].bytes;
  });
  return { module: await compile(bytes, backend), backend: backend ?? "custom" };
}

const isModule = (wasm: unknown): wasm is WebAssembly.Module =>
  brandOf(wasm) === "WebAssembly.Module";

async function compile(bytes: Uint8Array<ArrayBuffer>, backend: Backend | undefined) {
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    const message = `the engine could not be compiled: ${reasonOf(cause)}`;
    const lacks = backend === "relaxed" && !hasRelaxedSimd();
    const hint = lacks
      ? "relaxed.wasm needs relaxed SIMD: give simd.wasm, or the folder."
      : undefined;
    throw new CleancutError("wasm", message, { cause, hint });
  }
}

const placed = (asset: Asset): Placed => ({ ...asset, ...(pins[asset.file] as Pin) });

/** The bytes of `source`, or of the first of `published`, one of which they must be. */
export async function read(
  source: Source,
  published: readonly Placed[],
  { folder, cache, integrity }: Sources,
  count: Count,
): Promise<Uint8Array<ArrayBuffer>> {
  const asset = published[0] as Placed;
  if (source !== undefined && typeof source !== "string") {
    const given = typeof source === "function" ? await source() : source;
    const bytes = viewOf(given);
    if (integrity) await verify(bytes, published, "the given bytes");
    count(bytes.byteLength);
    return bytes;
  }
  const url = source ? new URL(source) : folder ? new URL(asset.file, folder) : asset.url();
  const mayCache = cache === "default" && integrity && url.protocol.startsWith("http");
  const named = published.find(({ file }) => url.pathname.endsWith(`/${file}`)) ?? asset;
  if (mayCache) {
    const bytes = await readCached(named);
    if (bytes && (await identify(bytes, [named]))) {
      count(bytes.byteLength);
      return bytes;
    }
  }
  const bytes = await readUrl(url, count, named.bytes);
  const found = integrity && (await verify(bytes, published, url.href));
  if (mayCache && found === named) writeCached(named, bytes);
  return bytes;
}

/**
 * Whatever is at `url`, a `file:` one included where files may be read.
 *
 * @param expected how many bytes, if that is known
 */
export async function readUrl(
  url: URL,
  count: Count,
  expected?: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (url.protocol !== "file:") return fetchBytes(url, count, expected);
  const bytes = await readFile(url, "asset");
  count(bytes.byteLength);
  return bytes;
}

export function viewOf(given: Bytes): Uint8Array<ArrayBuffer> {
  try {
    return ArrayBuffer.isView(given)
      ? new Uint8Array(given.buffer, given.byteOffset, given.byteLength)
      : new Uint8Array(given);
  } catch (cause) {
    throw new CleancutError("option", "assets: the buffer is detached: its bytes are gone", {
      cause,
    });
  }
}

/** Which of `published` the bytes are; one of them they must be. */
async function verify(bytes: Uint8Array<ArrayBuffer>, published: readonly Placed[], what: string) {
  const found = await identify(bytes, published);
  if (found) return found;
  const isPage = bytes[0] === 0x3c;
  const message = isPage
    ? `${what} is a web page, not ${published[0]?.file}`
    : `${what} (${bytes.byteLength} bytes) is not ${published[0]?.file} as it was published`;
  throw new CleancutError(isPage ? "asset" : "integrity", message, { url: what });
}

/** Without `crypto.subtle`, which insecure origins lack, the length alone is compared. */
async function identify(bytes: Uint8Array<ArrayBuffer>, published: readonly Placed[]) {
  const alike = published.filter((asset) => asset.bytes === bytes.byteLength);
  const subtle = globalThis.crypto?.subtle;
  if (alike.length === 0 || !subtle) return alike[0];
  const digest = new Uint8Array(await subtle.digest("SHA-256", bytes));
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return alike.find((asset) => asset.sha256 === sha256);
}

async function fetchBytes(
  url: URL,
  count: Count,
  expected?: number,
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
  try {
    return await drain(body.getReader(), count, expected);
  } catch (cause) {
    const message = `${href} broke off`;
    throw new CleancutError("asset", message, { cause, url: href, status, contentType });
  }
}

/** Into one buffer, which grows where more comes than was expected. */
async function drain(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  count: Count,
  expected = 2 ** 20,
): Promise<Uint8Array<ArrayBuffer>> {
  let bytes = new Uint8Array(expected);
  let at = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return at === bytes.length ? bytes : bytes.slice(0, at);
    if (at + value.length > bytes.length) {
      const larger = new Uint8Array(2 * (at + value.length));
      larger.set(bytes.subarray(0, at));
      bytes = larger;
    }
    bytes.set(value, at);
    at += value.length;
    count(value.length);
  }
}
