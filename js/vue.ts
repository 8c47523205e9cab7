/** `cleancut/vue`: a photo's cut-out as a composable. */

import { type MaybeRefOrGetter, type ShallowRef, shallowRef, toValue, watch } from "vue";

import {
  type CutoutOptions,
  type CutoutState,
  IDLE,
  keyOf,
  type MaybeInput,
  watchCutout,
} from "./form/watch.js";
import { removeBackground } from "./index.js";

export type { CutoutOptions, CutoutState, MaybeInput } from "./form/watch.js";

/**
 * The cut-out of `input`, made anew when the photo or what the options say changes; both may be refs or getters.
 * The end of the scope ends what is in work. On a server the state stays `idle`.
 */
export function useCutout(
  input: MaybeRefOrGetter<MaybeInput>,
  options: MaybeRefOrGetter<CutoutOptions> = {},
): Readonly<ShallowRef<CutoutState>> {
  const state = shallowRef(IDLE);
  if (typeof document === "undefined") return state;
  watch(
    [() => toValue(input), () => keyOf(toValue(options))],
    ([photo], _, onCleanup) => {
      const tell = (next: CutoutState) => {
        state.value = next;
      };
      onCleanup(watchCutout(removeBackground, photo as MaybeInput, toValue(options), tell));
    },
    { immediate: true },
  );
  return state;
}
