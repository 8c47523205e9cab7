/** `cleancut/inline`: `cleancut/core` with wasm and the model `base` inside; one import, no request at all. */

import type { Api } from "./api/api.js";
import { createInlineApi } from "./api/inline.js";
import { gzipBase64 } from "./wasm/embedded-base.js";

export { Cutout, type DrawOptions } from "./api/cutout.js";
export { type BatchOptions, Remover } from "./api/remover.js";
export { CleancutError, type ErrorCode } from "./contract/errors.js";
export type * from "./contract/types.js";

const api: Api = /* @__PURE__ */ createInlineApi(gzipBase64);

/** As in `cleancut`, in this thread. */
export const removeBackground: Api["removeBackground"] = api.removeBackground;
/** As in `cleancut`, in this thread. */
export const segment: Api["segment"] = api.segment;
/** As in `cleancut`, in this thread; has nothing to load. */
export const createRemover: Api["createRemover"] = api.createRemover;
/** As in `cleancut`. */
export const preload: Api["preload"] = api.preload;
