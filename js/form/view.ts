/** What `<cleancut-input>` looks like: its shadow tree, and nothing of its state. */

import type { Progress } from "../contract/types.js";
import { windowOf } from "./form.js";

/** What the element says; replace what should be said otherwise. */
export interface Texts {
  choose: string;
  missing: string;
  working: string;
  done: string;
  failed: string;
  before: string;
  after: string;
  compare: string;
  keepOriginal: string;
  clear: string;
}

export type Look = "empty" | "busy" | "done" | "failed";

export interface View {
  readonly input: HTMLInputElement;
  /** Puts the style sheet on, which a move to another document takes off. */
  dress(): void;
  say(texts: Texts): void;
  show(look: Look, status: string): void;
  advance(progress: Progress): void;
  /** Settles when the picture is seen, or cannot be. */
  draw(which: "before" | "after", file: File): Promise<void>;
}

export interface Actions {
  choose(photo: File): void;
  clear(): void;
  keepOriginal(keeps: boolean): void;
}

const PREVIEW_PX = 720;
const CSS = `
:host { display: inline-block; max-inline-size: 100%; }
:host([hidden]), [hidden] { display: none !important; }
[part~="drop"] { display: grid; gap: .5em; padding: 1em; border: 2px dashed currentColor;
  border-radius: .5em; justify-items: start; }
[part~="drop"].over { outline: 3px solid Highlight; outline-offset: 2px; }
[part~="image"] { max-inline-size: 100%; max-block-size: 20em;
  background: repeating-conic-gradient(#ccc 0 25%, #fff 0 50%) 0 / 1em 1em; }
[part~="progress"] { inline-size: 100%; }
[part~="status"] { margin: 0; }
[part~="tools"] { display: flex; flex-wrap: wrap; gap: .5em; }
input, button { font: inherit; max-inline-size: 100%; }
`;

export function buildView(host: HTMLElement, actions: Actions): View {
  const root = host.attachShadow({ mode: "open", delegatesFocus: true });

  const input = make("input", "input");
  input.type = "file";
  const before = make("canvas", "image before");
  const after = make("canvas", "image after");
  for (const picture of [before, after]) picture.setAttribute("role", "img");
  const bar = make("progress", "progress");
  bar.max = 1;
  const status = make("p", "status");
  status.setAttribute("role", "status");
  const compare = toggle("button compare", (pressed) => {
    before.hidden = !pressed;
    after.hidden = pressed;
  });
  const keep = toggle("button original", actions.keepOriginal);
  const clear = make("button", "button clear");
  clear.type = "button";
  clear.addEventListener("click", actions.clear);
  const tools = make("div", "tools");
  tools.append(compare, keep, clear);
  const drop = make("div", "drop");
  drop.append(before, after, bar, status, input, tools);
  root.append(drop);

  input.addEventListener("change", () => {
    const [photo] = input.files ?? [];
    if (photo) actions.choose(photo);
  });
  listenForFiles(host, drop, actions.choose);

  return {
    input,
    dress() {
      if (root.adoptedStyleSheets.length > 0) return;
      const sheet = new (windowOf(host).CSSStyleSheet)();
      sheet.replaceSync(CSS);
      root.adoptedStyleSheets = [sheet];
    },
    say(texts) {
      before.setAttribute("aria-label", texts.before);
      after.setAttribute("aria-label", texts.after);
      bar.setAttribute("aria-label", texts.working);
      compare.textContent = texts.compare;
      keep.textContent = texts.keepOriginal;
      clear.textContent = texts.clear;
    },
    show(look, text) {
      status.textContent = text;
      drop.setAttribute("aria-busy", String(look === "busy"));
      bar.hidden = look !== "busy";
      tools.hidden = look === "empty";
      compare.hidden = keep.hidden = look !== "done";
      for (const button of [compare, keep]) button.setAttribute("aria-pressed", "false");
      before.hidden = look === "empty" || look === "done";
      after.hidden = look !== "done";
      if (look === "busy") bar.value = 0;
    },
    advance({ fraction }) {
      bar.value = fraction;
    },
    async draw(which, file) {
      const canvas = which === "before" ? before : after;
      canvas.width = canvas.height = 0;
      try {
        const bitmap = await createImageBitmap(file);
        const scale = Math.min(1, PREVIEW_PX / Math.max(bitmap.width, bitmap.height));
        canvas.width = Math.max(1, Math.round(bitmap.width * scale));
        canvas.height = Math.max(1, Math.round(bitmap.height * scale));
        const context = canvas.getContext("2d");
        if (context) context.imageSmoothingQuality = "high";
        context?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
        bitmap.close();
      } catch {
        // A picture that the browser does not show is still sent.
      }
    },
  };
}

function make<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, part: string) {
  const element = document.createElement(tag);
  element.setAttribute("part", part);
  return element;
}

function toggle(part: string, onToggle: (pressed: boolean) => void): HTMLButtonElement {
  const button = make("button", part);
  button.type = "button";
  button.addEventListener("click", () => {
    const pressed = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(pressed));
    onToggle(pressed);
  });
  return button;
}

function listenForFiles(host: HTMLElement, drop: HTMLElement, choose: (photo: File) => void) {
  const over = (isOver: boolean) => (event: DragEvent) => {
    event.preventDefault();
    drop.classList.toggle("over", isOver);
  };
  const take = (event: Event, data: DataTransfer | null) => {
    const [photo] = data?.files ?? [];
    if (!photo) return;
    event.preventDefault();
    choose(photo);
  };
  host.addEventListener("dragenter", over(true));
  host.addEventListener("dragover", over(true));
  host.addEventListener("dragleave", over(false));
  host.addEventListener("drop", (event) => {
    over(false)(event);
    take(event, event.dataTransfer);
  });
  host.addEventListener("paste", (event) => take(event, event.clipboardData));
}
