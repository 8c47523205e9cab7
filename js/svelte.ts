/** `cleancut/svelte`: a photo's cut-out as a store, by Svelte's contract alone: no import of it. */

import {
  type CutoutOptions,
  type CutoutState,
  IDLE,
  type MaybeInput,
  watchCutout,
} from "./form/watch.js";
import { removeBackground } from "./index.js";

export type { CutoutOptions, CutoutState, MaybeInput } from "./form/watch.js";

/** A store of a [`CutoutState`], `$cutout` in a component. */
export interface CutoutStore {
  /** Cuts `input` out, instead of what is in work; without one, the store is `idle`. */
  cut(input: MaybeInput, options?: CutoutOptions): void;
  /** Calls `tell` at once and with every later state. Who unsubscribes last ends what is in work. */
  subscribe(tell: (state: CutoutState) => void): () => void;
}

/** A store that is `idle` until its `cut` is called. */
export function createCutout(): CutoutStore {
  const listeners = new Set<(state: CutoutState) => void>();
  let state = IDLE;
  let stop = () => {};
  const tell = (next: CutoutState) => {
    state = next;
    for (const listener of [...listeners]) listener(state);
  };
  return {
    cut(input, options = {}) {
      stop();
      stop = watchCutout(removeBackground, input, options, tell);
    },
    subscribe(listener) {
      const own = (next: CutoutState) => listener(next);
      listeners.add(own);
      listener(state);
      return () => {
        listeners.delete(own);
        if (listeners.size > 0) return;
        stop();
        state = IDLE;
      };
    },
  };
}
