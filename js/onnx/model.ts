/** In: an ONNX file and how it is fed and read. Out: the same for any thread. */

import type { Bytes, OnnxModel, OnnxPreset, OnnxSpec } from "../contract/types.js";
import { onnx as driver } from "../wasm/onnx-driver.js";

/**
 * A network for `createRemover({ model })`. `file`: the ONNX file, or its URL. `spec`: how it is fed and
 * read, or a preset's name. Nothing is looked at before the network is wanted: what is wrong with either
 * is an error then.
 */
export function onnx(
  file: string | URL | Blob | Bytes,
  spec: OnnxPreset | OnnxSpec = {},
): OnnxModel {
  const pairs = typeof spec === "string" ? { preset: spec } : spec;
  const said = Object.entries(pairs).filter(([, value]) => value !== undefined);
  return {
    ...driver(),
    network: typeof file === "string" || file instanceof URL ? absolute(`${file}`) : file,
    words: said.flatMap(([name, value]) => [name, `${value}`]),
  };
}

/** While the page's own address is known. */
function absolute(url: string): string {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  return URL.canParse(url, base) ? new URL(url, base).href : url;
}
