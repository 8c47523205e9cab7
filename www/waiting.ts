/** Says how far the work is, in the engine's own numbers. */

import type { Phase, Progress } from "cleancut";

import { button, bytes, find, say } from "./dom.js";
import type { Item } from "./item.js";

const WORDS: Record<Phase, string> = {
  load: "loading the engine",
  decode: "reading the photo",
  preprocess: "looking at it",
  inference: "finding the subject",
  matte: "cutting it out",
  compose: "cutting it out",
  encode: "writing the file",
  done: "done",
};

export class Waiting {
  readonly #busy = find("busy", HTMLElement);
  readonly #bar = find("progress", HTMLProgressElement);

  constructor(cancel: () => void) {
    button("cancel", cancel);
  }

  /** Shows the work on `item`, one of `items`; gives the listener of its progress. */
  begin(item: Item, items: readonly Item[]): (progress: Progress) => void {
    const place = items.length > 1 ? ` (${items.indexOf(item) + 1} of ${items.length})` : "";
    this.#busy.hidden = false;
    this.#bar.value = 0;
    say(`${item.file.name}${place}`);
    return ({ phase, fraction, loadedBytes, totalBytes }) => {
      if (this.#busy.hidden) return;
      this.#bar.value = fraction;
      const loaded = totalBytes > 0 ? `, ${bytes(loadedBytes)} of ${bytes(totalBytes)}` : "";
      say(`${item.file.name}${place}: ${WORDS[phase]}${loaded}`);
    };
  }

  end(): void {
    this.#busy.hidden = true;
  }
}
