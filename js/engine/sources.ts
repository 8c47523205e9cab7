/** In: where wasm and model are to come from, as a caller says it. Out: the same for any thread. */

import { brandOf } from "../contract/brand.js";
import { CleancutError, cut, isObject } from "../contract/errors.js";
import type { DriverModule } from "../contract/looker.js";
import type { Bytes, OnnxModel, RemoverOptions } from "../contract/types.js";

/** What drives a GPU, where it is no file: its module, and its wasm. */
export interface Inside {
  module(): Promise<DriverModule>;
  wasm(): Promise<Bytes>;
}

/** A file's URL, its bytes, or what unpacks them when they are wanted. */
export type Source = string | Bytes | (() => Promise<Bytes>) | undefined;

/** Single files or a folder, URLs absolute; passes through `postMessage` but for functions. */
export interface Sources {
  readonly folder?: string | undefined;
  readonly wasm?: Source | WebAssembly.Module;
  readonly model?: Source;
  /** Somebody's own, in place of all models. */
  readonly network?: OnnxModel | undefined;
  readonly gpu?: Inside | undefined;
  readonly cache: "default" | "none";
  readonly integrity: boolean;
}

/** Makes every URL absolute while the page's own address is known. */
export function toSources({ assets, cache, integrity, model }: RemoverOptions): Sources {
  if (model !== undefined && !(isObject(model) && model.driver)) {
    const hint = "Give what onnx() of cleancut/onnx makes; a photo's own options name a model.";
    throw new CleancutError("option", `model is ${cut(model)}`, { hint });
  }
  const rest = { cache: cache ?? "default", integrity: integrity ?? true, network: model };
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
