/** In: a packed model. Out: the functions of an entry point that requests nothing. */

import { LocalEngine } from "../engine/local.js";
import { toSources } from "../engine/sources.js";
import { describeGpu } from "../gpu/adapter.js";
import * as gpus from "../gpu/gpus.js";
import { fromBase64 } from "../picture/data_url.js";
import { gzipBase64 as wasmGzipBase64 } from "../wasm/embedded-simd.js";
import { gzipBase64 as gpuGzipBase64 } from "../wasm/embedded-webgpu.js";
import { type Api, createApi } from "./api.js";
import { Remover } from "./remover.js";

export function createInlineApi(modelGzipBase64: string): Api {
  const inside = {
    wasm: () => gunzip(wasmGzipBase64),
    model: () => gunzip(modelGzipBase64),
    gpu: { module: async () => gpus, wasm: () => gunzip(gpuGzipBase64) },
  };
  return createApi(
    async (options) =>
      new Remover([new LocalEngine({ ...toSources(options), ...inside })], options.device),
    false,
    async () => describeGpu,
  );
}

async function gunzip(base64: string): Promise<Uint8Array<ArrayBuffer>> {
  const unpacked = new Blob([fromBase64(base64)])
    .stream()
    .pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(unpacked).arrayBuffer());
}
