/** `cleancut`: runs in a module worker, or in this thread where there are no workers. */

import { type Api, createApi } from "./api/api.js";
import { Remover } from "./api/remover.js";
import { CleancutError, cut } from "./contract/errors.js";
import type { RemoverOptions } from "./contract/types.js";
import { EitherEngine } from "./engine/either.js";
import { WorkerEngine } from "./engine/remote.js";
import { toSources } from "./engine/sources.js";
import type { Engine } from "./engine/task.js";
import { workerPolicy } from "./engine/trusted.js";

export { Cutout, type DrawOptions } from "./api/cutout.js";
export { type BatchOptions, Remover } from "./api/remover.js";
export { CleancutError, type ErrorCode } from "./contract/errors.js";
export type * from "./contract/types.js";
export { clearCache, isCached } from "./engine/cache.js";

const IDLE_MS = 60_000;

let policy: ReturnType<typeof workerPolicy>;

/** Bundlers look for the first expression. Trusted Types refuse it and take the second. */
function startWorker(): Worker {
  if (!policy) {
    try {
      return new Worker(new URL("./worker.js", import.meta.url), {
        type: "module",
        name: "cleancut",
      });
    } catch (refused) {
      policy = workerPolicy(import.meta.url);
      if (!policy) throw refused;
    }
  }
  return new Worker(policy.createScriptURL(""), { type: "module", name: "cleancut" });
}

async function start(options: RemoverOptions): Promise<Remover> {
  const { device, worker = true, workers = 1, idleTimeout = IDLE_MS } = options;
  if (!(Number.isInteger(workers) && workers >= 1 && workers <= 16)) {
    throw new CleancutError("option", `workers is ${cut(workers)}; it takes 1 to 16`);
  }
  if (typeof idleTimeout !== "number" || !(idleTimeout >= 0)) {
    throw new CleancutError("option", `idleTimeout is ${cut(idleTimeout)}; it takes ms from 0`);
  }
  const sources = toSources(options);
  const here = async () => new (await import("./engine/local.js")).LocalEngine(sources);
  if (worker === false || (worker === true && typeof Worker !== "function")) {
    return new Remover([await here()], device);
  }
  const engine = (): Engine =>
    worker === true
      ? new EitherEngine(new WorkerEngine(sources, startWorker, idleTimeout, true), here)
      : new WorkerEngine(sources, worker, idleTimeout);
  return new Remover([engine(), ...Array.from({ length: workers - 1 }, engine)], device);
}

const api: Api = /* @__PURE__ */ createApi(
  start,
  true,
  async () => (await import("./gpu/adapter.js")).describeGpu,
);

/**
 * Removes the background of a photo.
 *
 * @returns a file of `format` (PNG unless set), upright, with straight alpha
 * @throws {CleancutError} when the photo cannot be cut out, `no-subject` included
 * @throws the signal's reason when it is aborted
 */
export const removeBackground: Api["removeBackground"] = api.removeBackground;

/** Finds the subject of a photo. That there is none is no error: `box` is null. */
export const segment: Api["segment"] = api.segment;

/** A remover with engines of its own, which can be disposed of. Nothing is loaded yet. */
export const createRemover: Api["createRemover"] = api.createRemover;

/** Loads wasm and model, so that the first cut-out does not wait for them. */
export const preload: Api["preload"] = api.preload;

/** What this place can do, and what a first cut-out would download. */
export const capabilities: Api["capabilities"] = api.capabilities;
