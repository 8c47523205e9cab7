/** `cleancut/react`: a photo's cut-out as a hook. */

import { useEffect, useState } from "react";

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
 * The cut-out of `input`, made anew when the photo or what the options say changes. Unmounting ends what is in
 * work. On a server the state stays `idle`.
 */
export function useCutout(input: MaybeInput, options: CutoutOptions = {}): CutoutState {
  const [state, setState] = useState(IDLE);
  const key = keyOf(options);
  useEffect(() => watchCutout(removeBackground, input, options, setState), [input, key]);
  return state;
}
