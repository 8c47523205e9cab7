/** In: the file of `--strokes`: strokes as `edit` takes them, which learn, or a project of the page. */

import { readFileSync } from "node:fs";

import { pack } from "../contract/strokes.js";
import type { Stroke } from "../contract/types.js";
import { UsageError } from "./args.js";
import { because } from "./files.js";
import { toSystem } from "./names.js";

/** What was painted on one photo. */
export interface Strokes {
  readonly strokes: Stroke[];
  /** Whether what they mean follows. */
  readonly learn: boolean;
}

export function readStrokes(file: string): Strokes {
  try {
    const json: unknown = JSON.parse(readFileSync(toSystem(file), "utf8"));
    const { strokes, learn } = (
      Array.isArray(json) ? { strokes: json, learn: true } : (json ?? {})
    ) as { strokes?: Stroke[]; learn?: unknown };
    if (!Array.isArray(strokes)) throw new UsageError("it holds no strokes");
    pack(strokes);
    return { strokes, learn: learn === true };
  } catch (error) {
    throw new UsageError(`${file}: ${because(error)}`);
  }
}
