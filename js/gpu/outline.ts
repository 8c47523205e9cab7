/** In: the words of an outline, as `src/engine/outline/` writes them. Out: its layers, and their maps' sizes. */

/** In the order of the numbers that stand for them. */
const KINDS = ["picture", "conv", "sums", "depthwise", "pool", "upsample", "add"] as const;
const LAYER_WORDS = 12;

export type Kind = (typeof KINDS)[number];

/** `h`, `w`, px. */
export type Size = readonly [number, number];

export interface Layer {
  readonly kind: Kind;
  /** As they stand in the outline. */
  readonly words: Uint32Array;
  /** The maps that it reads; 0 is the picture, or none. */
  readonly a: number;
  readonly b: number;
  readonly low: number;
  /** Channels of `a`, and of the output. */
  readonly c_a: number;
  readonly c: number;
  readonly kernel: number;
  readonly stride: number;
}

/** A network as the wasm lays it out, its data aside. */
export interface Outline {
  readonly layers: readonly Layer[];
  /** The maps that are read back. */
  readonly outputs: readonly number[];
}

export function readOutline(words: Uint32Array): Outline {
  const [count = 0, outputCount = 0] = words;
  const start = 2 + outputCount;
  const layers = Array.from({ length: count }, (_, index): Layer => {
    const own = words.slice(start + LAYER_WORDS * index, start + LAYER_WORDS * (index + 1));
    const [kind = 0, a = 0, b = 0, low = 0, c_a = 0, , c = 0, kernel = 0, stride = 0] = own;
    return { kind: KINDS[kind] as Kind, words: own, a, b, low, c_a, c, kernel, stride };
  });
  return { layers, outputs: [...words.subarray(2, start)] };
}

/** The size of every map, for a picture of `size`. */
export function sizesOf({ layers }: Outline, size: Size): readonly Size[] {
  const sizes = [size];
  for (const { kind, a, stride } of layers) {
    const [h, w] = sizes[a] as Size;
    if (kind === "pool") sizes.push([Math.ceil(h / 2), Math.ceil(w / 2)]);
    else if (kind === "upsample") sizes.push([2 * h, 2 * w]);
    else sizes.push([h / stride, w / stride]);
  }
  return sizes;
}
