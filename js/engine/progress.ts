/** How far a request is, as its listener is told. */

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
export function toJob({ signal, onProgress }: RequestOptions): Job {
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
