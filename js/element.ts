/** `cleancut/element`: `<cleancut-input>`, a file input that sends cut-outs. */

import { brandOf } from "./contract/brand.js";
import { CleancutError, cut, toCleancutError } from "./contract/errors.js";
import { choose, toName } from "./contract/options.js";
import type { Progress } from "./contract/types.js";
import {
  acceptedFormat,
  type CutDetail,
  type CutErrorDetail,
  cutFile,
  type FormOptions,
  holdSubmit,
  windowOf,
} from "./form/form.js";
import { buildView, type Texts, type View } from "./form/view.js";
import { removeBackground } from "./index.js";
import { optionNames } from "./wasm/options.js";

export type { CutDetail, CutErrorDetail, Cutter, FormOptions } from "./form/form.js";
export type { Texts } from "./form/view.js";

const TEXTS: Texts = {
  choose: "Choose a photo",
  missing: "Please choose a photo.",
  working: "Removing the background",
  done: "The background is removed.",
  failed: "The photo is sent as it is.",
  before: "The photo as it was",
  after: "The photo without its background",
  compare: "Show the original",
  keepOriginal: "Send the original",
  clear: "Remove the photo",
};

/** Servers know no elements; there the class is never made. */
const Base: typeof HTMLElement = globalThis.HTMLElement ?? class {};

/**
 * A form-associated file input. Every option of `removeBackground` is an attribute
 * (`background="white" aspect="1"`), `timeout` too; `options` takes what no attribute can.
 * **Fails open**: until a cut-out is there, and whenever there is none, the form sends the original.
 */
export class CleancutInput extends Base {
  static readonly formAssociated = true;
  static readonly observedAttributes = ["accept", "disabled", "required"];

  /** What every photo is cut out with; attributes go before. */
  options: FormOptions = {};
  #texts: Texts = TEXTS;
  /** Asked for at once: in a frame's document the element is no custom one any more. */
  readonly #internals: ElementInternals = this.attachInternals();
  #view: View | undefined;
  #original: File | null = null;
  #cutout: File | null = null;
  #keepsOriginal = false;
  #request = new AbortController();
  #work: Promise<void> | undefined;
  #stopHolding: (() => void) | undefined;
  #window: Window | undefined;

  connectedCallback(): void {
    this.#view ??= this.#build();
    this.#view.dress();
    this.#stopHolding ??= holdSubmit(
      this,
      () => this.form,
      () => (this.options.wait === false ? undefined : this.#work),
    );
    this.#window = windowOf(this);
    this.#window.addEventListener("pagehide", this.#onPageHide);
    this.#window.addEventListener("pageshow", this.#onPageShow);
    this.attributeChangedCallback();
    this.#takeOverFallback();
  }

  disconnectedCallback(): void {
    this.#stopHolding?.();
    this.#stopHolding = undefined;
    this.#window?.removeEventListener("pagehide", this.#onPageHide);
    this.#window?.removeEventListener("pageshow", this.#onPageShow);
  }

  attributeChangedCallback(): void {
    const input = this.#view?.input;
    if (!input) return;
    input.accept = this.getAttribute("accept") ?? "image/*";
    input.disabled = this.matches(":disabled");
    input.setAttribute("aria-required", String(this.required));
    this.#validate();
  }

  formDisabledCallback(): void {
    this.attributeChangedCallback();
  }

  formResetCallback(): void {
    this.clear();
  }

  formStateRestoreCallback(state: unknown): void {
    if (brandOf(state) === "File") this.choose(state as File);
  }

  /** What the form sends: the cut-out when there is one and it is wanted, else the original. */
  get file(): File | null {
    return this.#keepsOriginal ? this.#original : (this.#cutout ?? this.#original);
  }

  /** The photo that was chosen. */
  get original(): File | null {
    return this.#original;
  }

  /** Settles when nothing is in work any more; never rejects. */
  get ready(): Promise<void> {
    return this.#work ?? Promise.resolve();
  }

  /** What the element says. */
  get texts(): Texts {
    return this.#texts;
  }
  set texts(texts: Partial<Texts>) {
    this.#texts = { ...TEXTS, ...texts };
    this.#view?.say(this.#texts);
    this.#validate();
  }

  get form(): HTMLFormElement | null {
    return this.#internals.form;
  }
  get name(): string {
    return this.getAttribute("name") ?? "";
  }
  set name(name: string) {
    this.setAttribute("name", name);
  }
  get required(): boolean {
    return this.hasAttribute("required");
  }
  set required(required: boolean) {
    this.toggleAttribute("required", required);
  }
  get disabled(): boolean {
    return this.hasAttribute("disabled");
  }
  set disabled(disabled: boolean) {
    this.toggleAttribute("disabled", disabled);
  }
  get type(): string {
    return "file";
  }
  get validity(): ValidityState {
    return this.#internals.validity;
  }
  get validationMessage(): string {
    return this.#internals.validationMessage;
  }
  get willValidate(): boolean {
    return this.#internals.willValidate;
  }
  checkValidity(): boolean {
    return this.#internals.checkValidity();
  }
  reportValidity(): boolean {
    return this.#internals.reportValidity();
  }

  /** Takes a photo as if the user had chosen it. */
  choose(photo: File): void {
    this.#request.abort();
    const request = new AbortController();
    this.#request = request;
    this.#original = photo;
    this.#cutout = null;
    this.#keepsOriginal = false;
    this.#publish();
    const work = this.#cut(photo, request.signal).finally(() => {
      if (this.#work === work) this.#work = undefined;
    });
    this.#work = work;
  }

  /** Lets go of the photo. */
  clear(): void {
    this.#request.abort();
    this.#original = null;
    this.#cutout = null;
    this.#keepsOriginal = false;
    if (this.#view) this.#view.input.value = "";
    this.#view?.show("empty", this.#texts.choose);
    this.#publish();
  }

  /** Chromium saves no field whose value is a file that the page made, so the original takes over. */
  #onPageHide = (): void => this.#internals.setFormValue(this.#original, this.#original);
  #onPageShow = (): void => this.#publish();

  #build(): View {
    const view = buildView(this, {
      choose: (photo) => this.#choosing(photo),
      clear: () => {
        this.clear();
        view.input.focus();
        this.#changed();
      },
      keepOriginal: (keeps) => {
        this.#keepsOriginal = keeps;
        this.#publish();
        this.#changed();
      },
    });
    view.say(this.#texts);
    view.show("empty", this.#texts.choose);
    const labels = [...this.#internals.labels].map((label) => label.textContent?.trim());
    view.input.setAttribute(
      "aria-label",
      this.getAttribute("aria-label") ?? (labels.join(" ") || this.#texts.choose),
    );
    return view;
  }

  /** The plain input for pages without JavaScript: its photo is taken, its name put away. */
  #takeOverFallback(): void {
    for (const fallback of this.querySelectorAll<HTMLInputElement>("input[type=file]")) {
      if (!this.name && fallback.name) this.name = fallback.name;
      if (fallback.required) this.required = true;
      if (fallback.accept && !this.hasAttribute("accept")) {
        this.setAttribute("accept", fallback.accept);
      }
      fallback.disabled = true;
      const [photo] = fallback.files ?? [];
      if (photo && !this.#original) this.choose(photo);
    }
  }

  #choosing(photo: File): void {
    if (this.matches(":disabled")) return;
    this.choose(photo);
    this.#changed();
  }

  #changed(): void {
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }

  async #cut(original: File, signal: AbortSignal): Promise<void> {
    const view = this.#view;
    view?.show("busy", this.#texts.working);
    void view?.draw("before", original);
    try {
      const options = this.#chosenOptions();
      const advance = (progress: Progress) => view?.advance(progress);
      const file = await cutFile(original, removeBackground, options, signal, advance);
      this.#cutout = file;
      this.#publish();
      await view?.draw("after", file);
      if (signal.aborted) return;
      view?.show("done", this.#texts.done);
      this.#tell("cleancut", { original, file } satisfies CutDetail);
    } catch (thrown) {
      if (signal.aborted) return;
      const error = toCleancutError(thrown);
      view?.show("failed", this.#texts.failed);
      this.#tell("cleancuterror", { original, error } satisfies CutErrorDetail);
    }
  }

  #chosenOptions(): FormOptions {
    const words: Record<string, string> = {};
    for (const word of [...optionNames, "device"]) {
      const value = this.getAttribute(word);
      if (value !== null) words[toName(word)] = value;
    }
    const timeout = this.getAttribute("timeout");
    const format = acceptedFormat(this.getAttribute("accept") ?? "");
    const options: FormOptions = {
      format,
      ...this.options,
      ...words,
      ...(timeout !== null && { timeout: Number(timeout) }),
    };
    choose(options, ["timeout", "wait", "remover", "device"]);
    if (options.timeout !== undefined && !(options.timeout > 0)) {
      throw new CleancutError("option", `timeout is ${cut(options.timeout)}; it takes ms above 0`);
    }
    return options;
  }

  #publish(): void {
    this.#internals.setFormValue(this.file, this.#original);
    this.#validate();
  }

  #validate(): void {
    const { input } = this.#view ?? {};
    if (this.required && !this.#original) {
      this.#internals.setValidity({ valueMissing: true }, this.#texts.missing, input);
    } else this.#internals.setValidity({});
  }

  #tell(name: string, detail: CutDetail | CutErrorDetail): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  }
}

/** Makes `<cleancut-input>` known to the page; does nothing on a server, or a second time. */
export function define(name = "cleancut-input"): void {
  const registry = globalThis.customElements;
  if (registry && !registry.get(name)) registry.define(name, CleancutInput);
}
