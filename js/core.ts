/** `cleancut/core`: the same as `cleancut`, in this thread: for workers of your own, Node, tests. */

import { type Api, createApi } from "./api/api.js";
import { Remover } from "./api/remover.js";
import { LocalEngine } from "./engine/local.js";
import { toSources } from "./engine/sources.js";

export { Cutout, type DrawOptions } from "./api/cutout.js";
export { type BatchOptions, Remover } from "./api/remover.js";
export { CleancutError, type ErrorCode } from "./contract/errors.js";
export type * from "./contract/types.js";
export { clearCache, isCached } from "./engine/cache.js";

const api: Api = /* @__PURE__ */ createApi(
  async (options) => new Remover([new LocalEngine(toSources(options))], options.device),
  false,
  async () => (await import("./gpu/adapter.js")).describeGpu,
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
