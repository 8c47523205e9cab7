/** The strip of photos: one button each, with a thumbnail and how far it is. */

import { find } from "./dom.js";
import type { Item } from "./item.js";

/** The longer side of a thumbnail. */
export const THUMB_PX = 96;
const WORDS: Record<Item["state"], string> = {
  waiting: "waits",
  working: "in work",
  done: "done",
  failed: "failed",
};

export class Queue {
  readonly #list = find("items", HTMLOListElement);
  readonly #select: (item: Item) => void;
  #entries = new Map<Item, { button: HTMLButtonElement; thumb: HTMLCanvasElement }>();
  #selected: Item | undefined;

  /** `select` is called when the reader picks another photo. */
  constructor(select: (item: Item) => void) {
    this.#select = select;
  }

  get items(): readonly Item[] {
    return [...this.#entries.keys()];
  }

  get selected(): Item | undefined {
    return this.#selected;
  }

  set selected(item: Item | undefined) {
    this.#selected = item;
    for (const [each, { button }] of this.#entries) {
      if (each === item) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
    if (item)
      this.#entries.get(item)?.button.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** What is to be done next: what the reader looks at before all others. */
  get next(): Item | undefined {
    if (this.#selected?.state === "waiting") return this.#selected;
    return this.items.find(({ state }) => state === "waiting");
  }

  add(item: Item): void {
    const button = document.createElement("button");
    const thumb = document.createElement("canvas");
    thumb.width = thumb.height = THUMB_PX;
    button.type = "button";
    button.append(thumb);
    button.addEventListener("click", () => this.#select(item));
    const entry = document.createElement("li");
    entry.append(button);
    this.#list.append(entry);
    this.#entries.set(item, { button, thumb });
    this.update(item);
  }

  /** Shows the item's state. */
  update(item: Item): void {
    const entry = this.#entries.get(item);
    if (!entry) return;
    entry.button.dataset.state = item.state;
    entry.button.title = `${item.file.name}: ${WORDS[item.state]}`;
    entry.button.ariaLabel = entry.button.title;
  }

  /** Draws the item's thumbnail. */
  picture(item: Item, bitmap: ImageBitmap): void {
    const context = this.#entries.get(item)?.thumb.getContext("2d");
    if (!context) return;
    const scale = THUMB_PX / Math.max(bitmap.width, bitmap.height);
    const [width, height] = [bitmap.width * scale, bitmap.height * scale];
    context.imageSmoothingQuality = "high";
    context.clearRect(0, 0, THUMB_PX, THUMB_PX);
    context.drawImage(bitmap, (THUMB_PX - width) / 2, (THUMB_PX - height) / 2, width, height);
  }

  remove(item: Item): void {
    this.#entries.get(item)?.button.parentElement?.remove();
    this.#entries.delete(item);
    if (this.#selected === item) this.#selected = undefined;
  }
}
