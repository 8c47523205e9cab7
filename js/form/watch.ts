/** What the entries for frameworks share. In: a photo and options. Out: the states of its cut-out, told as they come. */

import { type CleancutError, toCleancutError } from "../contract/errors.js";
import type { ImageInput, RemoveOptions } from "../contract/types.js";
import type { Cutter } from "./form.js";

/** What is known of a cut-out. */
export interface CutoutState {
  /** `idle` without a photo. */
  readonly status: "idle" | "working" | "done" | "failed";
  /** Estimated share of the work that is behind us, 0 to 1. */
  readonly progress: number;
  /** The file, when `done`. */
  readonly blob: Blob | undefined;
  /** An object URL of it, for an `<img>`: revoked with the next photo and at the end. */
  readonly url: string | undefined;
  /** Why not, when `failed`. */
  readonly error: CleancutError | undefined;
}

/** Everything that `removeBackground` takes; the framework aborts. */
export interface CutoutOptions extends Omit<RemoveOptions, "signal"> {
  /** What cuts photos out: a remover of your own, or another entry point's; `cleancut`'s unless set. */
  readonly remover?: Cutter | undefined;
}

/** A photo that may not have been chosen yet. */
export type MaybeInput = ImageInput | null | undefined;

/** The state of nothing. */
export const IDLE: CutoutState = {
  status: "idle",
  progress: 0,
  blob: undefined,
  url: undefined,
  error: undefined,
};

/**
 * Cuts `input` out, by `remove` unless the options bring a remover, and tells every state, the first at once. What it
 * returns ends it: nothing is told afterwards.
 */
export function watchCutout(
  remove: Cutter["remove"],
  input: MaybeInput,
  { remover = { remove }, ...options }: CutoutOptions,
  tell: (state: CutoutState) => void,
): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  let url: string | undefined;
  const next = (state: Partial<CutoutState>) => {
    if (!signal.aborted) tell({ ...IDLE, ...state });
  };
  if (input === null || input === undefined) {
    next({});
    return () => {};
  }
  next({ status: "working" });
  let told = 0;
  const onProgress: RemoveOptions["onProgress"] = (progress) => {
    options.onProgress?.(progress);
    // A state draws a component anew: whole percents are enough.
    const percent = Math.floor(progress.fraction * 100);
    if (percent === told) return;
    told = percent;
    next({ status: "working", progress: progress.fraction });
  };
  remover.remove(input, { ...options, signal, onProgress }).then(
    (blob) => {
      if (signal.aborted) return;
      url = URL.createObjectURL(blob);
      next({ status: "done", progress: 1, blob, url });
    },
    (thrown) => next({ status: "failed", error: toCleancutError(thrown) }),
  );
  return () => {
    ended.abort();
    if (url) URL.revokeObjectURL(url);
  };
}

const numbers = new WeakMap<object, number>();
let count = 0;

/** Equal for options that ask for the same: plain values by what they hold, anything else by what it is, functions not at all. */
export function keyOf(options: CutoutOptions): string {
  return JSON.stringify(options, (_, value: unknown) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    const { constructor: kind } = value;
    if (kind === Object || kind === undefined) return value;
    if (!numbers.has(value)) numbers.set(value, ++count);
    return `object ${numbers.get(value)}`;
  });
}
