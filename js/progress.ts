import type { Phase, Progress } from "./types.js";

/** Where each phase begins, as a share of the request; inference takes the most of it. */
const BEGINS: Record<Phase, number> = {
  load: 0,
  decode: 0.3,
  preprocess: 0.33,
  inference: 0.35,
  matte: 0.94,
  compose: 0.95,
  encode: 0.96,
  done: 1,
};

export function phaseBegins(phase: Phase): Progress {
  return { phase, fraction: BEGINS[phase], loadedBytes: 0, totalBytes: 0 };
}

export function bytesLoaded(loadedBytes: number, totalBytes: number): Progress {
  const fraction = (BEGINS.decode * loadedBytes) / totalBytes;
  return { phase: "load", fraction, loadedBytes, totalBytes };
}
