/** `cleancut/inline`: `cleancut/core` with wasm and model inside; one import, no request at all. */

import { type Api, createApi } from "./api/api.js";
import { Remover } from "./api/remover.js";
import { LocalEngine } from "./engine/local.js";
import { toSources } from "./engine/sources.js";
import { fromBase64 } from "./picture/data_url.js";
import { modelGzipBase64, wasmGzipBase64 } from "./wasm/embedded.js";

export { Cutout, type DrawOptions } from "./api/cutout.js";
export { type BatchOptions, Remover } from "./api/remover.js";
export { CleancutError, type ErrorCode } from "./contract/errors.js";
export type * from "./contract/types.js";

const inside = {
  wasm: () => gunzip(wasmGzipBase64),
  model: () => gunzip(modelGzipBase64),
};

const api: Api = /* @__PURE__ */ createApi(
  async (options) => new Remover([new LocalEngine({ ...toSources(options), ...inside })]),
  false,
);

async function gunzip(base64: string): Promise<Uint8Array<ArrayBuffer>> {
  const unpacked = new Blob([fromBase64(base64)])
    .stream()
    .pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(unpacked).arrayBuffer());
}

/** As in `cleancut`, in this thread. */
export const removeBackground: Api["removeBackground"] = api.removeBackground;
/** As in `cleancut`, in this thread. */
export const segment: Api["segment"] = api.segment;
/** As in `cleancut`, in this thread; has nothing to load. */
export const createRemover: Api["createRemover"] = api.createRemover;
/** As in `cleancut`. */
export const preload: Api["preload"] = api.preload;
