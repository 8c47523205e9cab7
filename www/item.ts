/** One photo of the queue. */

import { CleancutError, type Stroke } from "cleancut";

import type { Focus } from "./picker.js";

export interface Item {
  readonly file: File;
  state: "waiting" | "working" | "done" | "failed";
  /** What there is to say about it. */
  message: string;
  /** Of its project, or of one that waits for another. */
  note: string;
  /** Which of several things is meant, where not all are. */
  only: Focus | undefined;
  /** By hand, oldest first. */
  strokes: readonly Stroke[];
  /** Strokes that were taken back; the last one comes back first. */
  undone: readonly Stroke[];
}

export function toItem(file: File): Item {
  const state = "waiting";
  return { file, state, message: "", note: "", only: undefined, strokes: [], undone: [] };
}

/** A sentence for the reader. */
export function explain(thrown: unknown): string {
  if (!(thrown instanceof CleancutError)) return String(thrown);
  return thrown.hint ? `${thrown.message}. ${thrown.hint}` : thrown.message;
}
