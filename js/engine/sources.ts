/** In: where wasm and model are to come from, as a caller says it. Out: the same for any thread. */

import { brandOf } from "../contract/brand.js";
import { CleancutError, cut, isObject } from "../contract/errors.js";
import type { Bytes, LoadOptions } from "../contract/types.js";

/** What drives a GPU. */
export type GpuModule = typeof import("../gpu/gpus.js");

/** A file's URL, its bytes, or what unpacks them when they are wanted. */
export type Source = string | Bytes | (() => Promise<Bytes>) | undefined;

/** Single files or a folder, URLs absolute; passes through `postMessage` but for functions. */
export interface Sources {
  readonly folder?: string | undefined;
  readonly wasm?: Source | WebAssembly.Module;
  readonly model?: Source;
  /** What drives a GPU, where it is not a file. */
  readonly gpu?: (() => Promise<GpuModule>) | undefined;
  readonly cache: "default" | "none";
  readonly integrity: boolean;
}

/** Makes every URL absolute while the page's own address is known. */
export function toSources({ assets, cache, integrity }: LoadOptions): Sources {
  const rest = { cache: cache ?? "default", integrity: integrity ?? true };
  if (assets === undefined) return rest;
  if (typeof assets === "string" || isUrl(assets)) {
    return { folder: absolute(`${assets}`.replace(/\/?$/, "/")), ...rest };
  }
  if (!isObject(assets)) {
    const hint = "Give a folder's URL, or an object with wasm and model.";
    throw new CleancutError("option", `assets is ${cut(assets)}`, { hint });
  }
  const resolve = <T>(source: T | string | URL) =>
    typeof source === "string" || isUrl(source) ? absolute(source) : source;
  return { wasm: resolve(assets.wasm), model: resolve(assets.model), ...rest };
}

const isUrl = (value: unknown): value is URL => brandOf(value) === "URL";

function absolute(url: string | URL): string {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  try {
    return new URL(url, base).href;
  } catch (cause) {
    throw new CleancutError("option", `assets: "${cut(`${url}`)}" is not a URL`, { cause });
  }
}
