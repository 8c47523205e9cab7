/** `cleancut/core`: the same as `cleancut`, in this thread: for workers of your own, Node, tests. */

import { type Api, createApi } from "./api.js";
import { LocalEngine } from "./local.js";
import { Remover } from "./remover.js";
import { toSources } from "./sources.js";

export { clearCache, isCached } from "./cache.js";
export { Cutout, type DrawOptions } from "./cutout.js";
export { CleancutError, type ErrorCode } from "./errors.js";
export { type BatchOptions, Remover } from "./remover.js";
export type * from "./types.js";

const api: Api = /* @__PURE__ */ createApi(
  async (options) => new Remover([new LocalEngine(toSources(options))]),
  false,
);

/** As in `cleancut`, in this thread. */
export const removeBackground: Api["removeBackground"] = api.removeBackground;
/** As in `cleancut`, in this thread. */
export const segment: Api["segment"] = api.segment;
/** As in `cleancut`, in this thread; takes `assets`, `cache` and `integrity`. */
export const createRemover: Api["createRemover"] = api.createRemover;
/** As in `cleancut`. */
export const preload: Api["preload"] = api.preload;
/** As in `cleancut`. */
export const capabilities: Api["capabilities"] = api.capabilities;
