/** `cleancut/onnx`: a network of your own for `createRemover`. Its wasm is loaded only then. */

import { brandOf } from "./contract/brand.js";
import { CleancutError, cut } from "./contract/errors.js";
import type { Bytes, Network } from "./contract/types.js";
import { onnx as asset, url } from "./wasm/onnx.js";

export type { Network } from "./contract/types.js";

/** How a network is fed and read; what is not said is as the file and U2-Net's reference have it. */
export interface OnnxSpec {
  /** What the published code of a family does; every other field overrides it. */
  readonly preset?:
    | "u2net"
    | "isnet"
    | "modnet"
    | "birefnet-lite"
    | "rmbg"
    | "segmenter"
    | "setr"
    | undefined;
  /** px, 32 to 2048: of a square, or width and height. Where the file fixes it, it need not be said. */
  readonly side?: number | readonly [width: number, height: number] | undefined;
  /** Where the file's shapes do not tell. */
  readonly layout?: "nchw" | "nhwc" | undefined;
  /** Subtracted from values of 0 to 1, red, green, blue. */
  readonly mean?: number | readonly number[] | undefined;
  /** What they are divided by then. */
  readonly deviation?: number | readonly number[] | undefined;
  /** `max`: by each picture's own brightest value. */
  readonly divide?: 255 | "max" | undefined;
  readonly colours?: "rgb" | "bgr" | undefined;
  /** Which output, by name or number; the first unless set. */
  readonly output?: string | number | undefined;
  /** How the output becomes saliency. */
  readonly saliency?: "plain" | "sigmoid" | "minmax" | "softmax" | "argmax" | undefined;
  /** The classes that are subject, with `softmax` and `argmax`: numbers, or `"1,4-7"`, or `"not 0"`. */
  readonly classes?: string | number | readonly number[] | undefined;
}

/**
 * A network for `createRemover({ model })`.
 *
 * @param model the ONNX file: its URL, its bytes, or a `Blob`; at most 400 MB
 * @param spec how it is fed and read, or the name of a preset
 * @throws {CleancutError} `option`
 */
export function onnx(
  model: string | URL | Bytes | Blob,
  spec: OnnxSpec | NonNullable<OnnxSpec["preset"]> = {},
): Network {
  const said = typeof spec === "string" ? { preset: spec } : spec;
  const words = Object.entries(said).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const text = [value].flat().join(name === "side" ? "x" : ",");
    if (text.includes("\0")) throw new CleancutError("option", `spec: ${name} is ${cut(text)}`);
    return [name, text];
  });
  const isAddress = typeof model === "string" || brandOf(model) === "URL";
  return {
    kind: "onnx",
    model: isAddress ? absolute(model as string | URL) : (model as Bytes | Blob),
    spec: words.join("\0"),
    wasm: { ...asset, url: url().href },
  };
}

function absolute(address: string | URL): string {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  try {
    return new URL(address, base).href;
  } catch (cause) {
    throw new CleancutError("option", `onnx: "${cut(address)}" is not a URL`, { cause });
  }
}
