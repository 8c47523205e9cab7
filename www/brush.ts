/**
 * The brush that keeps or erases, from pointer and keyboard.
 *
 * In: points in view px. Out: `Stroke`s in px of the photo, and the drawing of the one being made.
 */

import type { Stroke } from "cleancut";

import { find } from "./dom.js";
import type { Stage } from "./stage.js";
import { middle, outline, steer, type Tool } from "./tool.js";
import type { Point } from "./viewport.js";

type Mode = Stroke["mode"];
const SIZE_STEP_PX = 8;
const COLOURS: Record<Mode, string> = { keep: "#12b886", erase: "#f03e3e" };

export class Brush implements Tool {
  isReady = true;
  readonly #stage: Stage;
  readonly #finish: (stroke: Stroke) => void;
  readonly #buttons: Record<Mode, HTMLButtonElement> = {
    keep: find("brush-keep", HTMLButtonElement),
    erase: find("brush-erase", HTMLButtonElement),
  };
  readonly #size = slider("brush-size", "px");
  readonly #hardness = slider("brush-hardness", "%");
  #mode: Mode | undefined;
  #at: Point | undefined;
  #points: Point[] = [];

  /** `change`: it was taken up or laid down; `finish`: a stroke was made. */
  constructor(stage: Stage, change: (brush: Brush) => void, finish: (stroke: Stroke) => void) {
    this.#stage = stage;
    this.#finish = finish;
    for (const mode of ["keep", "erase"] as const) {
      this.#buttons[mode].addEventListener("click", () => {
        this.#take(this.#mode === mode ? undefined : mode);
        change(this);
      });
    }
    this.#size.addEventListener("input", () => this.moveTo(this.#at ?? middle()));
  }

  get isTaken(): boolean {
    return this.#mode !== undefined;
  }

  leave(): void {
    this.#take(undefined);
  }

  moveTo(at: Point | undefined): void {
    this.#at = at;
    if (at && this.#points.length > 0) this.#points.push(this.#stage.viewport.toPicture(at));
    this.#stage.draw();
  }

  press(at: Point): void {
    if (!this.isReady) return;
    this.#points = [this.#stage.viewport.toPicture(at)];
    this.moveTo(at);
  }

  lift(): void {
    const points = this.#points;
    this.drop();
    if (!this.#mode || points.length === 0) return;
    const radius = this.#size.valueAsNumber / 2 / this.#stage.viewport.scale;
    const hardness = this.#hardness.valueAsNumber / 100;
    this.#finish({ mode: this.#mode, points, radius, hardness });
  }

  drop(): void {
    this.#points = [];
    this.#stage.draw();
  }

  key(key: string): boolean {
    if (key !== "[" && key !== "]") return steer(this, key, this.#at);
    this.#size.valueAsNumber += key === "]" ? SIZE_STEP_PX : -SIZE_STEP_PX;
    this.#size.dispatchEvent(new Event("input", { bubbles: true }));
    return true;
  }

  draw(context: CanvasRenderingContext2D): void {
    if (!this.#mode) return;
    const size = this.#size.valueAsNumber;
    const { x, y, scale } = this.#stage.viewport;
    const [first, ...rest] = this.#points;
    if (first) {
      context.save();
      context.strokeStyle = COLOURS[this.#mode];
      context.globalAlpha = 0.45;
      context.lineWidth = size;
      context.lineCap = context.lineJoin = "round";
      context.beginPath();
      context.moveTo(x + first.x * scale, y + first.y * scale);
      for (const point of rest.length > 0 ? rest : [first]) {
        context.lineTo(x + point.x * scale, y + point.y * scale);
      }
      context.stroke();
      context.restore();
    }
    const at = this.#at;
    if (!at) return;
    outline(context, COLOURS[this.#mode], () => context.arc(at.x, at.y, size / 2, 0, 2 * Math.PI));
  }

  #take(mode: Mode | undefined): void {
    this.#mode = mode;
    this.#points = [];
    for (const each of ["keep", "erase"] as const) {
      this.#buttons[each].ariaPressed = `${each === mode}`;
    }
    this.#stage.canvas.classList.toggle("brush", this.isTaken);
    this.#stage.draw();
  }
}

/** A range of the form, with its value beside it. */
export function slider(name: string, unit: string): HTMLInputElement {
  const input = document.querySelector<HTMLInputElement>(`#settings input[name=${name}]`);
  const value = input?.parentElement?.querySelector(".value");
  if (!input || !value) throw new Error(`index.html lacks the range ${name}`);
  input.addEventListener("input", () => {
    value.textContent = `${input.value} ${unit}`;
  });
  return input;
}
