/** Pointer, wheel and keyboard on the stage: pan, zoom, divider, brush. */

import type { Brush } from "./brush.js";
import { button, find } from "./dom.js";
import type { Stage } from "./stage.js";
import type { Point } from "./viewport.js";

const ZOOM_STEP = 1.25;
const PAN_PX = 40;

export function listen(stage: Stage, brush: Brush): void {
  const { canvas, viewport } = stage;
  const view = (change: () => void) => () => {
    change();
    canvas.classList.toggle("zoomed", !viewport.isWhole);
    stage.draw();
  };
  const zoomIn = view(() => viewport.zoomTo(viewport.scale * ZOOM_STEP));
  const zoomOut = view(() => viewport.zoomTo(viewport.scale / ZOOM_STEP));
  const fit = view(() => viewport.fit());
  const full = view(() => viewport.zoomTo(1 / devicePixelRatio));
  button("zoom-in", zoomIn);
  button("zoom-out", zoomOut);
  button("zoom-fit", fit);
  button("zoom-full", full);

  const pan = (dx: number, dy: number) => view(() => viewport.panBy(dx, dy));
  const keys: Record<string, () => void> = {
    "+": zoomIn,
    "=": zoomIn,
    "-": zoomOut,
    0: fit,
    1: full,
    ArrowLeft: pan(PAN_PX, 0),
    ArrowRight: pan(-PAN_PX, 0),
    ArrowUp: pan(0, PAN_PX),
    ArrowDown: pan(0, -PAN_PX),
  };
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!brush.key(event.key)) {
      const press = keys[event.key];
      if (!press) return;
      press();
    }
    event.preventDefault();
  });

  canvas.addEventListener(
    "wheel",
    (event) => {
      const isMeant = event.ctrlKey || event.metaKey || document.activeElement === canvas;
      if (!isMeant) return;
      event.preventDefault();
      const scale = viewport.scale * Math.exp(-event.deltaY / 300);
      view(() => viewport.zoomTo(scale, at(canvas, event)))();
    },
    { passive: false },
  );
  listenToPointers(stage, brush, view);
  listenToDivider(stage);
}

/** One pointer paints or pans, two pinch. */
function listenToPointers(
  stage: Stage,
  brush: Brush,
  view: (change: () => void) => () => void,
): void {
  const { canvas, viewport } = stage;
  const pointers = new Map<number, Point>();
  const middle = () => {
    const [a, b = a] = [...pointers.values()];
    return (
      a && b && { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, gap: Math.hypot(a.x - b.x, a.y - b.y) }
    );
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    pointers.set(event.pointerId, at(canvas, event));
    canvas.setPointerCapture(event.pointerId);
    if (pointers.size > 1) brush.drop();
    else if (brush.isTaken) brush.press(at(canvas, event));
  });
  canvas.addEventListener("pointermove", (event) => {
    const to = at(canvas, event);
    if (!pointers.has(event.pointerId)) {
      brush.moveTo(to);
      return;
    }
    const before = middle();
    pointers.set(event.pointerId, to);
    const after = middle();
    if (brush.isTaken && pointers.size === 1) {
      brush.moveTo(to);
    } else if (before && after) {
      view(() => {
        viewport.panBy(after.x - before.x, after.y - before.y);
        if (before.gap > 0) viewport.zoomTo((viewport.scale * after.gap) / before.gap, after);
      })();
    }
  });
  const end = (event: PointerEvent) => {
    if (!pointers.delete(event.pointerId)) return;
    if (event.type === "pointerup") brush.lift();
    else brush.drop();
  };
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", end);
  canvas.addEventListener("pointerleave", () => brush.moveTo(undefined));
}

function listenToDivider(stage: Stage): void {
  const divider = find("divider", HTMLElement);
  divider.addEventListener("pointerdown", (event) => {
    divider.setPointerCapture(event.pointerId);
    event.preventDefault();
    divider.focus();
  });
  divider.addEventListener("pointermove", (event) => {
    if (!divider.hasPointerCapture(event.pointerId)) return;
    const { x, width } = stage.viewport;
    stage.split = (at(stage.canvas, event).x - x) / width;
  });
  divider.addEventListener("keydown", (event) => {
    const step = event.shiftKey ? 0.1 : 0.02;
    const to: Record<string, number> = {
      ArrowLeft: stage.split - step,
      ArrowDown: stage.split - step,
      ArrowRight: stage.split + step,
      ArrowUp: stage.split + step,
      PageDown: stage.split - 0.1,
      PageUp: stage.split + 0.1,
      Home: 0,
      End: 1,
    };
    const split = to[event.key];
    if (split === undefined) return;
    event.preventDefault();
    stage.split = split;
  });
}

/** A pointer's place, view px. */
function at(canvas: HTMLCanvasElement, { clientX, clientY }: MouseEvent): Point {
  const { left, top } = canvas.getBoundingClientRect();
  return { x: clientX - left, y: clientY - top };
}
