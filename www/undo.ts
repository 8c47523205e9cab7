/**
 * The strokes of the photo that is looked at: one more, the last one back, and again.
 *
 * By button, by Ctrl or ⌘ and Z, and by that with shift or Y. `changed` is called with the new ones in place.
 */

import type { Stroke } from "cleancut";

import { button } from "./dom.js";
import type { Item } from "./item.js";

export class Undo {
  readonly #selected: () => Item | undefined;
  readonly #changed: () => void;
  readonly #undo = button("undo", () => this.#back());
  readonly #redo = button("redo", () => this.#again());

  constructor(selected: () => Item | undefined, changed: () => void) {
    this.#selected = selected;
    this.#changed = changed;
    document.addEventListener("keydown", (event) => {
      if (!(event.ctrlKey || event.metaKey) || !selected()) return;
      const key = event.shiftKey ? `shift ${event.key.toLowerCase()}` : event.key.toLowerCase();
      const press = { z: this.#undo, y: this.#redo, "shift z": this.#redo }[key];
      if (!press || press.disabled) return;
      event.preventDefault();
      press.click();
    });
  }

  add(stroke: Stroke): void {
    const item = this.#selected();
    if (item?.state === "done") this.#set(item, [...item.strokes, stroke], []);
  }

  /** Offers what can be done to `item`. */
  offer({ strokes, undone }: Item): void {
    this.#undo.disabled = strokes.length === 0;
    this.#redo.disabled = undone.length === 0;
  }

  #back(): void {
    const item = this.#selected();
    const last = item?.strokes.at(-1);
    if (item && last) this.#set(item, item.strokes.slice(0, -1), [...item.undone, last]);
  }

  #again(): void {
    const item = this.#selected();
    const last = item?.undone.at(-1);
    if (item && last) this.#set(item, [...item.strokes, last], item.undone.slice(0, -1));
  }

  #set(item: Item, strokes: Item["strokes"], undone: Item["undone"]): void {
    item.strokes = strokes;
    item.undone = undone;
    this.#changed();
  }
}
