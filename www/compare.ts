/** What the result is compared with: alone while a button is held, or beside a divider. */

import { find } from "./dom.js";
import type { Stage } from "./stage.js";

/** The button that shows what was before while it is held. */
export function listenToBefore(stage: Stage): void {
  const press = find("before", HTMLButtonElement);
  const show = (shows: boolean) => {
    stage.showsBefore = shows;
    press.ariaPressed = `${shows}`;
  };
  press.addEventListener("pointerdown", ({ pointerId }) => {
    press.setPointerCapture(pointerId);
    show(true);
  });
  press.addEventListener("lostpointercapture", () => show(false));
  press.addEventListener("keydown", ({ key }) => {
    if (key === " " || key === "Enter") show(true);
  });
  press.addEventListener("keyup", () => show(false));
  press.addEventListener("blur", () => show(false));
  press.addEventListener("contextmenu", (event) => event.preventDefault());
}

export function listenToDivider(stage: Stage): void {
  const divider = find("divider", HTMLElement);
  divider.addEventListener("pointerdown", (event) => {
    divider.setPointerCapture(event.pointerId);
    event.preventDefault();
    divider.focus();
  });
  divider.addEventListener("pointermove", (event) => {
    if (!divider.hasPointerCapture(event.pointerId)) return;
    const { x, width } = stage.viewport;
    stage.split = (stage.at(event).x - x) / width;
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
