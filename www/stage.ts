/**
 * Draws before and after, split by a divider, over a chequerboard.
 *
 * In: two layers, a viewport, a split. Out: the canvas. It knows nothing of cut-outs.
 */

import { find } from "./dom.js";
import type { Layer } from "./layer.js";
import { type Point, Viewport } from "./viewport.js";

const TILE_PX = 12;
/** So much of the divider stays in view. */
const KNOB_PX = 46;
/** How solid the ghost of what was before is. */
const GHOST = 0.4;

export class Stage {
  readonly canvas = find("view", HTMLCanvasElement);
  readonly viewport = new Viewport();
  /** Drawn over everything, in view px. */
  overlay: ((context: CanvasRenderingContext2D) => void) | undefined;
  #divider = find("divider", HTMLElement);
  #level = find("zoom-level", HTMLElement);
  #before: Layer | undefined;
  #after: Layer | undefined;
  #split = 0;
  #showsBefore = false;
  #isGhost = false;
  #isAsked = false;
  #chequer: HTMLCanvasElement | undefined;

  constructor() {
    new ResizeObserver(() => this.#resize()).observe(this.canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.#chequer = undefined;
      this.draw();
    });
  }

  /** The share of the picture, from its left side, that shows what was before; 0 to 1. */
  get split(): number {
    return this.#split;
  }

  set split(split: number) {
    this.#split = Math.min(1, Math.max(0, split));
    this.draw();
  }

  /** Whether what was before is seen alone. */
  set showsBefore(shows: boolean) {
    if (shows === this.#showsBefore) return;
    this.#showsBefore = shows;
    this.#changed();
  }

  /** Whether what was before is seen faintly where nothing is now. */
  set isGhost(isGhost: boolean) {
    this.#isGhost = isGhost;
    this.draw();
  }

  /** A pointer's place, view px. */
  at({ clientX, clientY }: MouseEvent): Point {
    const { left, top } = this.canvas.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }

  setBefore(layer: Layer | undefined): void {
    this.#before?.close();
    this.#before = layer;
    this.#changed();
  }

  setAfter(layer: Layer | undefined): void {
    this.#after?.close();
    this.#after = layer;
    this.#changed();
  }

  /** Asks for a new drawing before the next frame. */
  draw(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    requestAnimationFrame(() => {
      this.#isAsked = false;
      this.#paint();
    });
  }

  #changed(): void {
    const isBefore = this.#showsBefore && this.#before;
    const shown = isBefore || (this.#after ?? this.#before);
    find("before", HTMLButtonElement).hidden = !this.#before || !this.#after;
    if (shown) this.viewport.show(shown.full);
    this.draw();
    void shown?.withSmall(() => this.draw());
  }

  #resize(): void {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (width === 0 || height === 0) return;
    this.canvas.width = Math.round(width * devicePixelRatio);
    this.canvas.height = Math.round(height * devicePixelRatio);
    this.viewport.resize({ width, height });
    this.#paint();
  }

  /** Before and after can be laid over each other. */
  #isAligned(): boolean {
    const [before, after] = [this.#before?.full, this.#after?.full];
    return !!before && before.width === after?.width && before.height === after.height;
  }

  #paint(): void {
    const context = this.canvas.getContext("2d");
    if (!context) return;
    const { x, y, width, height } = this.viewport;
    const { clientWidth, clientHeight } = this.canvas;
    const isAligned = this.#isAligned();
    const isAlone = !this.#after || (this.#showsBefore && this.#before !== undefined);
    const hasDivider = isAligned && !isAlone && !this.#isGhost;
    const cut = hasDivider ? x + width * this.#split : x;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, clientWidth, clientHeight);
    if (this.#after && !isAlone) {
      this.#paintChequer(context);
      if (isAligned && this.#isGhost) this.#paintGhost(context);
      this.#paintPart(context, this.#after, cut, x + width);
      if (hasDivider && this.#before) this.#paintPart(context, this.#before, x, cut);
    } else if (this.#before) {
      this.#paintPart(context, this.#before, x, x + width);
    }
    this.overlay?.(context);
    this.#level.textContent = `${Math.round(this.viewport.scale * devicePixelRatio * 100)} %`;
    this.#placeDivider(hasDivider, cut, y, height);
  }

  #paintPart(context: CanvasRenderingContext2D, layer: Layer, from: number, to: number): void {
    const { x, y, width, height, scale } = this.viewport;
    const deviceScale = scale * devicePixelRatio;
    context.save();
    context.beginPath();
    context.rect(from, y, to - from, height);
    context.clip();
    context.imageSmoothingEnabled = deviceScale < 2;
    const { bitmap, isSmooth } = layer.at(deviceScale);
    context.imageSmoothingQuality = deviceScale < 1 && isSmooth ? "high" : "low";
    context.drawImage(bitmap, x, y, width, height);
    context.restore();
  }

  #paintGhost(context: CanvasRenderingContext2D): void {
    const { x, width } = this.viewport;
    context.globalAlpha = GHOST;
    if (this.#before) this.#paintPart(context, this.#before, x, x + width);
    context.globalAlpha = 1;
  }

  #paintChequer(context: CanvasRenderingContext2D): void {
    const { x, y, width, height } = this.viewport;
    this.#chequer ??= chequer(getComputedStyle(this.canvas));
    const pattern = context.createPattern(this.#chequer, "repeat");
    if (!pattern) return;
    pattern.setTransform(new DOMMatrix().translate(x, y));
    context.fillStyle = pattern;
    context.fillRect(x, y, width, height);
  }

  #placeDivider(isShown: boolean, cut: number, y: number, height: number): void {
    const { clientWidth, clientHeight } = this.canvas;
    const top = Math.max(0, y);
    this.#divider.hidden = !isShown;
    const [least, most] = [KNOB_PX / 2, clientWidth - KNOB_PX / 2];
    this.#divider.style.left = `${Math.min(most, Math.max(least, cut))}px`;
    this.#divider.style.top = `${top}px`;
    this.#divider.style.height = `${Math.min(clientHeight, y + height) - top}px`;
    this.#divider.ariaValueNow = `${Math.round(this.#split * 100)}`;
    this.#divider.ariaValueText = `${Math.round(this.#split * 100)} % before`;
  }
}

function chequer(style: CSSStyleDeclaration): HTMLCanvasElement {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 2 * TILE_PX;
  const context = tile.getContext("2d");
  if (!context) return tile;
  context.fillStyle = style.getPropertyValue("--tile-a");
  context.fillRect(0, 0, tile.width, tile.height);
  context.fillStyle = style.getPropertyValue("--tile-b");
  context.fillRect(0, 0, TILE_PX, TILE_PX);
  context.fillRect(TILE_PX, TILE_PX, TILE_PX, TILE_PX);
  return tile;
}
