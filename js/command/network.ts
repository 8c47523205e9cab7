/** In: `--model FILE.onnx`, `--spec` words and the file's own spec beside it. Out: the network. */

import { readFileSync } from "node:fs";

import { isObject } from "../contract/errors.js";
import type { OnnxModel, OnnxSpec } from "../contract/types.js";
import { onnx } from "../onnx/model.js";
import { UsageError } from "./args.js";
import { because } from "./files.js";
import { toSystem } from "./names.js";

/** `words`: `name=value`, or the name of a preset. */
export function readNetwork(file: string, words: readonly string[]): OnnxModel {
  const said = words.map((word) => {
    const at = word.indexOf("=");
    return at < 0 ? ["preset", word] : [word.slice(0, at), word.slice(at + 1)];
  });
  const spec: OnnxSpec = { ...beside(file), ...Object.fromEntries(said) };
  return onnx(new Uint8Array(read(file)), spec);
}

/** What `net.json` says of `net.onnx`: an object of names and values. */
function beside(network: string): object {
  const file = network.replace(/\.[^.]*$/, ".json");
  try {
    const spec: unknown = JSON.parse(read(file).toString());
    if (isObject(spec) && !Array.isArray(spec)) return spec;
  } catch (error) {
    const { code } = (isObject(error) ? ((error as Error).cause ?? {}) : {}) as { code?: string };
    if (code === "ENOENT") return {};
    throw error instanceof UsageError ? error : new UsageError(`${file}: ${because(error)}`);
  }
  throw new UsageError(`${file}: it is no object`);
}

function read(file: string): Buffer {
  try {
    return readFileSync(toSystem(file));
  } catch (cause) {
    throw new UsageError(`${file}: ${because(cause)}`, { cause });
  }
}
