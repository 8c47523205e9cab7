/**
 * The brush that keeps or erases, from pointer and keyboard.
 *
 * In: points in view px. Out: `Stroke`s in px of the photo, and the drawing of the one being made.
 */

import type { Stroke } from "cleancut";

import { find } from "./dom.js";
import type { Stage } from "./stage.js";
import type { Point } from "./viewport.js";

type Mode = Stroke["mode"];
const STEP_PX = 8;
const COLOURS: Record<Mode, string> = { keep: "#12b886", erase: "#f03e3e" };

export class Brush {
  /** Whether what is shown is the whole photo, so that a place in the view is one of the photo. */
  canPaint = true;
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
  constructor(stage: Stage, change: () => void, finish: (stroke: Stroke) => void) {
    this.#stage = stage;
    this.#finish = finish;
    stage.overlay = (context) => this.#draw(context);
    for (const mode of ["keep", "erase"] as const) {
      this.#buttons[mode].addEventListener("click", () => {
        this.take(this.#mode === mode ? undefined : mode);
        change();
      });
    }
  }

  get isTaken(): boolean {
    return this.#mode !== undefined;
  }

  take(mode: Mode | undefined): void {
    this.#mode = mode;
    this.#points = [];
    for (const each of ["keep", "erase"] as const) {
      this.#buttons[each].ariaPressed = `${each === mode}`;
    }
    this.#stage.canvas.classList.toggle("brush", this.isTaken);
    this.#stage.draw();
  }

  /** Where the brush hovers; nowhere when the pointer has left. */
  moveTo(at: Point | undefined): void {
    this.#at = at;
    if (at && this.#points.length > 0) this.#points.push(this.#stage.viewport.toPicture(at));
    this.#stage.draw();
  }

  press(at: Point): void {
    if (!this.canPaint) return;
    this.#points = [this.#stage.viewport.toPicture(at)];
    this.moveTo(at);
  }

  lift(): void {
    const points = this.#points;
    this.#points = [];
    this.#stage.draw();
    if (!this.#mode || points.length === 0) return;
    const radius = this.#size.valueAsNumber / 2 / this.#stage.viewport.scale;
    const hardness = this.#hardness.valueAsNumber / 100;
    this.#finish({ mode: this.#mode, points, radius, hardness });
  }

  /** Forgets the stroke being made: a second finger came. */
  drop(): void {
    this.#points = [];
    this.#stage.draw();
  }

  /** Whether the key was the brush's. */
  key(key: string): boolean {
    if (!this.#mode) return false;
    const { clientWidth: width, clientHeight: height } = this.#stage.canvas;
    const { x, y } = this.#at ?? { x: width / 2, y: height / 2 };
    const within = (value: number, limit: number) => Math.min(limit, Math.max(0, value));
    const moves: Record<string, Point> = {
      ArrowLeft: { x: -STEP_PX, y: 0 },
      ArrowRight: { x: STEP_PX, y: 0 },
      ArrowUp: { x: 0, y: -STEP_PX },
      ArrowDown: { x: 0, y: STEP_PX },
    };
    const move = moves[key];
    if (move) {
      this.moveTo({ x: within(x + move.x, width), y: within(y + move.y, height) });
    } else if (key === " " || key === "Enter") {
      this.press({ x, y });
      this.lift();
    } else if (key === "[" || key === "]") {
      this.#size.valueAsNumber += key === "]" ? STEP_PX : -STEP_PX;
      this.#size.dispatchEvent(new Event("input", { bubbles: true }));
      this.#stage.draw();
    } else {
      return false;
    }
    return true;
  }

  #draw(context: CanvasRenderingContext2D): void {
    if (!this.#mode) return;
    const size = this.#size.valueAsNumber;
    const { x, y, scale } = this.#stage.viewport;
    context.strokeStyle = COLOURS[this.#mode];
    const [first, ...rest] = this.#points;
    if (first) {
      context.save();
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
    if (!this.#at) return;
    for (const [width, colour] of [
      [4, "#fff"],
      [2, COLOURS[this.#mode]],
    ] as const) {
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.beginPath();
      context.arc(this.#at.x, this.#at.y, size / 2, 0, 2 * Math.PI);
      context.stroke();
    }
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
