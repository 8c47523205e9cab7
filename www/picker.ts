/**
 * Picks which of several things is meant: a click on one, or a box around some.
 *
 * In: points in view px. Out: a `Focus` in px of the photo, and the drawing of the box.
 */

import type { FindOptions } from "cleancut";

import { find } from "./dom.js";
import type { Stage } from "./stage.js";
import { outline, steer, type Tool } from "./tool.js";
import type { Point } from "./viewport.js";

/** What is wanted alone; nothing: all of it. */
export type Focus = Pick<FindOptions, "at" | "roi">;

/** A pointer that went no further than this meant a point. */
const CLICK_PX = 6;
const CROSS_PX = 12;
const COLOUR = "#1971c2";

export class Picker implements Tool {
  isReady = true;
  readonly #stage: Stage;
  readonly #finish: (focus: Focus) => void;
  readonly #button = find("only", HTMLButtonElement);
  #isTaken = false;
  #at: Point | undefined;
  #from: Point | undefined;

  /** `change`: it was taken up or laid down; `finish`: something was picked. */
  constructor(stage: Stage, change: (picker: Picker) => void, finish: (focus: Focus) => void) {
    this.#stage = stage;
    this.#finish = finish;
    this.#button.addEventListener("click", () => {
      this.#take(!this.#isTaken);
      change(this);
    });
  }

  get isTaken(): boolean {
    return this.#isTaken;
  }

  leave(): void {
    this.#take(false);
  }

  moveTo(at: Point | undefined): void {
    this.#at = at;
    this.#stage.draw();
  }

  press(at: Point): void {
    if (!this.isReady) return;
    this.#from = at;
    this.moveTo(at);
  }

  lift(): void {
    const [from, to] = [this.#from, this.#at];
    this.drop();
    if (!from || !to) return;
    const { viewport } = this.#stage;
    const { width, height } = viewport.picture;
    const inside = (at: Point): Point => {
      const { x, y } = viewport.toPicture(at);
      return {
        x: Math.min(width - 1, Math.max(0, Math.floor(x))),
        y: Math.min(height - 1, Math.max(0, Math.floor(y))),
      };
    };
    if (Math.hypot(to.x - from.x, to.y - from.y) < CLICK_PX) {
      this.#finish({ at: inside(to) });
      return;
    }
    const [a, b] = [inside(from), inside(to)];
    this.#finish({
      roi: {
        x: Math.min(a.x, b.x),
        y: Math.min(a.y, b.y),
        width: Math.abs(a.x - b.x) + 1,
        height: Math.abs(a.y - b.y) + 1,
      },
    });
  }

  drop(): void {
    this.#from = undefined;
    this.#stage.draw();
  }

  key(key: string): boolean {
    return steer(this, key, this.#at);
  }

  draw(context: CanvasRenderingContext2D): void {
    const [from, at] = [this.#from, this.#at];
    if (!at) return;
    outline(context, COLOUR, () => {
      if (from) context.rect(from.x, from.y, at.x - from.x, at.y - from.y);
      context.moveTo(at.x - CROSS_PX, at.y);
      context.lineTo(at.x + CROSS_PX, at.y);
      context.moveTo(at.x, at.y - CROSS_PX);
      context.lineTo(at.x, at.y + CROSS_PX);
    });
  }

  #take(isTaken: boolean): void {
    this.#isTaken = isTaken;
    this.#at = this.#from = undefined;
    this.#button.ariaPressed = `${isTaken}`;
    this.#stage.canvas.classList.toggle("pick", isTaken);
    this.#stage.draw();
  }
}
