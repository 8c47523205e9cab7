/** What a pointer may do on the stage beside moving it: one tool at a time, or none. */

import { find } from "./dom.js";
import type { Point } from "./viewport.js";

export interface Tool {
  readonly isTaken: boolean;
  /** Whether what is shown is the whole photo, so that a place in the view is one of the photo. */
  isReady: boolean;
  leave(): void;
  press(at: Point): void;
  /** Where it hovers; nowhere when the pointer has left. */
  moveTo(at: Point | undefined): void;
  lift(): void;
  /** Forgets what is being made: a second finger came. */
  drop(): void;
  /** Whether the key was the tool's. */
  key(key: string): boolean;
  draw(context: CanvasRenderingContext2D): void;
}

const STEP_PX = 8;
const STEPS: Record<string, Point> = {
  ArrowLeft: { x: -STEP_PX, y: 0 },
  ArrowRight: { x: STEP_PX, y: 0 },
  ArrowUp: { x: 0, y: -STEP_PX },
  ArrowDown: { x: 0, y: STEP_PX },
};

/** Arrows move `tool` from `at`, or from the view's middle, and Enter presses it there; whether the key was one of these. */
export function steer(tool: Tool, key: string, at: Point = middle()): boolean {
  const moved = step(key, at);
  if (moved) {
    tool.moveTo(moved);
  } else if (key === "Enter") {
    tool.press(at);
    tool.lift();
  } else {
    return false;
  }
  return true;
}

/** Where an arrow moves `at` within the view; nowhere with another key. */
function step(key: string, at: Point): Point | undefined {
  const move = STEPS[key];
  if (!move) return undefined;
  const { clientWidth, clientHeight } = find("view", HTMLCanvasElement);
  const within = (value: number, limit: number) => Math.min(limit, Math.max(0, value));
  return { x: within(at.x + move.x, clientWidth), y: within(at.y + move.y, clientHeight) };
}

export function middle(): Point {
  const { clientWidth, clientHeight } = find("view", HTMLCanvasElement);
  return { x: clientWidth / 2, y: clientHeight / 2 };
}

/** Draws something that is seen on any photo: a light line below one of `colour`. */
export function outline(context: CanvasRenderingContext2D, colour: string, path: () => void): void {
  for (const [width, style] of [
    [4, "#fff"],
    [2, colour],
  ] as const) {
    context.strokeStyle = style;
    context.lineWidth = width;
    context.beginPath();
    path();
    context.stroke();
  }
}
