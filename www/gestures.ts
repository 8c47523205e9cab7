/** Pointer, wheel and keyboard on the stage: pan, zoom, divider, what was before, the tool in hand. */

import { listenToBefore, listenToDivider } from "./compare.js";
import { button } from "./dom.js";
import type { Stage } from "./stage.js";
import type { Tool } from "./tool.js";
import type { Point } from "./viewport.js";

const ZOOM_STEP = 1.25;
const PAN_PX = 40;

/** Changes what is seen of the picture when it is called. */
type View = (change: () => void) => () => void;

/** At most one of `tools` is taken; `leave` is called when the reader wants to lay it down. */
export function listen(stage: Stage, tools: readonly Tool[], leave: () => void): void {
  const { canvas, viewport } = stage;
  const view: View = (change) => () => {
    change();
    canvas.classList.toggle("zoomed", !viewport.isWhole);
    stage.draw();
  };
  const hand = new Hand(stage, () => tools.find(({ isTaken }) => isTaken));
  stage.overlay = (context) => hand.tool?.draw(context);
  listenToKeys(stage, hand, view, leave);
  listenToPointers(stage, hand, view);
  listenToBefore(stage);
  listenToDivider(stage);
  canvas.addEventListener(
    "wheel",
    (event) => {
      const isMeant = event.ctrlKey || event.metaKey || document.activeElement === canvas;
      if (!isMeant) return;
      event.preventDefault();
      const scale = viewport.scale * Math.exp(-event.deltaY / 300);
      view(() => viewport.zoomTo(scale, stage.at(event)))();
    },
    { passive: false },
  );
}

/** What a pointer does: it moves the picture while space is held, or when no tool is taken. */
class Hand {
  readonly #stage: Stage;
  readonly #taken: () => Tool | undefined;
  #isHeld = false;

  constructor(stage: Stage, taken: () => Tool | undefined) {
    this.#stage = stage;
    this.#taken = taken;
  }

  set isHeld(isHeld: boolean) {
    this.#isHeld = isHeld;
    this.#stage.canvas.classList.toggle("hand", isHeld);
    this.#stage.draw();
  }

  /** The tool that the pointer works with. */
  get tool(): Tool | undefined {
    return this.#isHeld ? undefined : this.#taken();
  }

  get isFull(): boolean {
    return this.#taken() !== undefined;
  }
}

function listenToKeys(stage: Stage, hand: Hand, view: View, leave: () => void): void {
  const { canvas, viewport } = stage;
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
  const holds: Record<string, (isHeld: boolean) => void> = {
    " ": (isHeld) => {
      hand.isHeld = isHeld;
    },
    b: (isHeld) => {
      stage.showsBefore = isHeld;
    },
  };
  const held = new Set<string>();
  const hold = (key: string, isHeld: boolean) => {
    if (held.has(key) === isHeld) return;
    if (isHeld) held.add(key);
    else held.delete(key);
    holds[key]?.(isHeld);
  };
  canvas.addEventListener("keydown", (event) => {
    // On many keyboards brackets take AltGr, which Windows tells as Ctrl and Alt, or Option.
    const isModified = !"[]".includes(event.key) && (event.ctrlKey || event.altKey);
    if (event.metaKey || isModified) return;
    const key = event.key.toLowerCase();
    if (key in holds && (hand.isFull || key !== " ")) hold(key, true);
    else if (!hand.tool?.key(event.key)) {
      const press = keys[event.key];
      if (!press) return;
      press();
    }
    event.preventDefault();
  });
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape" && hand.isFull) leave();
  });
  canvas.addEventListener("keyup", ({ key }) => hold(key.toLowerCase(), false));
  canvas.addEventListener("blur", () => {
    for (const key of held) hold(key, false);
  });
}

/** One pointer uses the tool or pans, two pinch and do nothing else until both are lifted. */
function listenToPointers(stage: Stage, hand: Hand, view: View): void {
  const { canvas, viewport } = stage;
  const pointers = new Map<number, Point>();
  /** What the pointer that is down works with. */
  let tool: Tool | undefined;
  const middle = () => {
    const [a, b = a] = [...pointers.values()];
    return (
      a && b && { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, gap: Math.hypot(a.x - b.x, a.y - b.y) }
    );
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    if (pointers.size === 0) tool = hand.tool;
    else {
      tool?.drop();
      tool?.moveTo(undefined);
      tool = undefined;
    }
    pointers.set(event.pointerId, stage.at(event));
    canvas.setPointerCapture(event.pointerId);
    tool?.press(stage.at(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    const to = stage.at(event);
    if (!pointers.has(event.pointerId)) {
      if (hand.tool && event.pointerType === "mouse") canvas.focus({ preventScroll: true });
      hand.tool?.moveTo(to);
      return;
    }
    const before = middle();
    pointers.set(event.pointerId, to);
    const after = middle();
    if (tool) {
      tool.moveTo(to);
    } else if (before && after) {
      view(() => {
        viewport.panBy(after.x - before.x, after.y - before.y);
        if (before.gap > 0) viewport.zoomTo((viewport.scale * after.gap) / before.gap, after);
      })();
    }
  });
  const end = (event: PointerEvent) => {
    if (!pointers.delete(event.pointerId)) return;
    if (event.type === "pointerup") tool?.lift();
    else tool?.drop();
    tool = undefined;
  };
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", end);
  canvas.addEventListener("pointerleave", () => hand.tool?.moveTo(undefined));
}
