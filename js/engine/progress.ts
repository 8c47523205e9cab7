/** How far a request is, as its listener is told. */

import { CleancutError, cut, isObject } from "../contract/errors.js";
import { mustBeOptions } from "../contract/options.js";
import type { Phase, Progress, RequestOptions } from "../contract/types.js";
import type { Job } from "./task.js";

/** Where each phase begins, as a share of the request; inference takes the most of it. */
const BEGINS: Record<Phase, number> = {
  load: 0,
  decode: 0.3,
  preprocess: 0.33,
  inference: 0.35,
  matte: 0.8,
  compose: 0.9,
  encode: 0.94,
  done: 1,
};

export function phaseBegins(phase: Phase): Progress {
  return { phase, fraction: BEGINS[phase], loadedBytes: 0, totalBytes: 0 };
}

export function bytesLoaded(loadedBytes: number, totalBytes: number): Progress {
  const fraction = (BEGINS.decode * loadedBytes) / totalBytes;
  return { phase: "load", fraction, loadedBytes, totalBytes };
}

/**
 * The job of one request. Its progress never goes back and ends with `signal`. What a listener
 * throws is its page's bug to see; it must not decide the request.
 */
export function toJob(options: RequestOptions): Job {
  mustBeOptions(options);
  const { signal, onProgress } = options;
  if (signal !== undefined && !(isObject(signal) && "aborted" in signal)) {
    throw new CleancutError("option", `signal is ${cut(signal)}; it takes an AbortSignal`);
  }
  if (onProgress !== undefined && typeof onProgress !== "function") {
    throw new CleancutError("option", `onProgress is ${cut(onProgress)}; it takes a function`);
  }
  let furthest = 0;
  return {
    signal,
    report(progress) {
      if (!onProgress || signal?.aborted) return;
      furthest = Math.max(furthest, progress.fraction);
      try {
        onProgress({ ...progress, fraction: furthest });
      } catch (thrown) {
        queueMicrotask(() => {
          throw thrown;
        });
      }
    },
  };
}
