/** The functions that every entry point offers, over whatever runs the engine there. */

import { checkNames, mustBeModel, mustBeOptions } from "../contract/options.js";
import type {
  Capabilities,
  GpuInfo,
  ImageInput,
  ModelName,
  PreloadOptions,
  RemoveOptions,
  RemoverOptions,
} from "../contract/types.js";
import { missingAssets } from "../engine/cache.js";
import { artefact, hasRelaxedSimd, hasSimd } from "../engine/probe.js";
import type { Cutout } from "./cutout.js";
import type { Remover } from "./remover.js";

/** What `cleancut`, `cleancut/core` and `cleancut/inline` have in common. */
export interface Api {
  removeBackground(input: ImageInput, options?: RemoveOptions): Promise<Blob>;
  segment(input: ImageInput, options?: RemoveOptions): Promise<Cutout>;
  createRemover(options?: RemoverOptions): Promise<Remover>;
  preload(options?: PreloadOptions): Promise<void>;
  /** `model`: the one whose bytes are counted. */
  capabilities(options?: { readonly model?: ModelName | undefined }): Promise<Capabilities>;
}

const LOAD = ["assets", "cache", "device", "integrity", "model"];
const WORKER = ["worker", "workers", "idleTimeout"];

/**
 * `start` makes a remover; the functions share one, which is made when it is first wanted. `describer`
 * loads what describes a GPU.
 */
export function createApi(
  start: (options: RemoverOptions) => Promise<Remover>,
  hasWorker: boolean,
  describer: () => Promise<() => Promise<GpuInfo | null>>,
): Api {
  let shared: Promise<Remover> | undefined;
  const share = () => {
    shared ??= start({}).catch((thrown) => {
      shared = undefined;
      throw thrown;
    });
    return shared;
  };
  return {
    async removeBackground(input, options) {
      return (await share()).remove(input, options);
    },
    async segment(input, options) {
      return (await share()).segment(input, options);
    },
    async preload(options) {
      return (await share()).preload(options);
    },
    async createRemover(options = {}) {
      checkNames(options, hasWorker ? [...LOAD, ...WORKER] : LOAD);
      return start(options);
    },
    async capabilities(options = {}) {
      mustBeOptions(options);
      const { model } = options;
      mustBeModel(model);
      const missing = await missingAssets(model);
      const gpu = globalThis.navigator?.gpu ? await (await describer())() : null;
      return {
        simd: hasSimd(),
        relaxedSimd: hasRelaxedSimd(),
        worker: hasWorker && typeof Worker === "function",
        crossOriginIsolated: globalThis.crossOriginIsolated ?? false,
        backend: artefact(),
        cached: missing.length === 0,
        bytesToDownload: missing.reduce((sum, { bytes }) => sum + bytes, 0),
        gpu,
      };
    },
  };
}
