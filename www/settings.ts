/** The form. In: its fields. Out: the options of cleancut that differ from what they are unless set. */

import type { EditOptions, FindOptions, RenderOptions } from "cleancut";

import { slider } from "./brush.js";
import { find } from "./dom.js";

/** What the form says, to be said again. */
type Kept = FindOptions & RenderOptions & Pick<EditOptions, "learn">;

const SHAPE = /^\d+:\d+$/;

export class Settings {
  readonly #form = find("settings", HTMLFormElement);
  #hasGpu = false;
  #isOwn = false;

  /** `change`: what is shown is to be made again; true: the comparison was changed. */
  constructor(change: (isCompare: boolean) => void) {
    slider("margin", "%");
    this.#form.addEventListener("submit", (event) => event.preventDefault());
    const listen = ({ target }: Event) => {
      const name = target instanceof Element ? target.getAttribute("name") : undefined;
      if (!name || name.startsWith("brush-")) return;
      if (name === "frame") this.#followPreset();
      this.#showWhatMatters();
      change(name === "compare");
    };
    this.#form.addEventListener("change", listen);
    // It belongs to the form but stands outside, where its events do not pass the form.
    find("format", HTMLSelectElement).addEventListener("change", listen);
    this.#form.reset();
    this.#showWhatMatters();
  }

  /** Whether there is a GPU to choose. */
  set hasGpu(has: boolean) {
    this.#hasGpu = has;
    this.#showWhatMatters();
  }

  /** Whether a network of the reader's own looks. */
  set isOwn(isOwn: boolean) {
    this.#isOwn = isOwn;
    this.#showWhatMatters();
  }

  /** What a comparison shows beside the result. */
  get compare(): "photo" | "unrefined" {
    return this.#value("compare") === "unrefined" ? "unrefined" : "photo";
  }

  /** How the subject is found. */
  get find(): FindOptions {
    const { model, device, refine, holes, subjects } = this.#values();
    return {
      ...(device === "cpu" || this.#isOwn ? {} : { device: device as "auto" | "webgpu" }),
      ...(model === "base" || this.#isOwn ? {} : { model: "small" as const }),
      ...(refine === "fast" ? {} : { refine: refine === "off" ? false : "best" }),
      ...(holes === "auto" ? {} : { holes: holes as "open" | "fill" }),
      ...(subjects === "all" ? {} : { subjects: "largest" }),
    };
  }

  /** How strokes are taken. */
  get mending(): EditOptions {
    return this.#values().learn ? { learn: true } : {};
  }

  /** How the picture is made, its frame aside. */
  get look(): RenderOptions {
    const { ground, shadow, outline, keep, decontaminate } = this.#values();
    return {
      ...(decontaminate ? {} : { decontaminate: false }),
      ...(ground === "preset" ? {} : this.#background()),
      ...(shadow === "none" ? {} : { shadow: shadow as "soft" | "keep" }),
      ...(outline === "none" ? {} : { outline: `${outline}` }),
      ...(keep === "subject" ? {} : { keep: "background" as const }),
    };
  }

  /** Whether the frame is another than the photo's own. */
  get isFramed(): boolean {
    return this.#value("frame") !== "photo";
  }

  /** The frame, or nothing when it is the photo's own. */
  get frame(): RenderOptions {
    const frame = this.#value("frame");
    const margin = `${this.#value("margin")}%`;
    if (frame === "photo") return {};
    if (frame === "subject") return { crop: true, margin };
    if (SHAPE.test(frame)) return { aspect: frame, margin };
    return { preset: frame as NonNullable<RenderOptions["preset"]> };
  }

  /** The format of the file, and its quality where it loses something. */
  get file(): RenderOptions {
    const [format, quality] = this.#value("format").split(" ");
    const isUnset = format === "preset" || (format === "png" && !this.#hasPreset());
    if (isUnset) return {};
    return { format: format as "png" | "webp" | "jpeg", ...(quality && { quality: +quality }) };
  }

  /** What a project keeps: all that the form says but where the network runs; a picture by its name. */
  get kept(): Kept {
    const { device: _, ...find } = this.find;
    const kept = { ...find, ...this.mending, ...this.frame, ...this.look, ...this.file };
    const { background } = kept;
    if (typeof background !== "object" || !("image" in background)) return kept;
    const { name } = background.image as File;
    return { ...kept, background: { ...background, image: name } };
  }

  /**
   * Makes the form say `kept`; gives what takes that back. A background picture is to be chosen anew,
   * unless one of its name is there.
   *
   * @throws {Error} and changes nothing, when the form cannot say it
   */
  restore(kept: Kept): () => void {
    const fields = toFields(kept);
    const values = this.#values();
    const old = Object.keys(fields).map((name) => [name, `${values[name] ?? ""}`]);
    const undo = () => this.#fill(Object.fromEntries(old));
    this.#fill(fields);
    const now = this.kept;
    const isSaid = (name: keyof typeof now) =>
      (name === "model" && this.#isOwn) ||
      (name === "background" && fields.fit !== undefined && fields.fit === this.#value("fit")) ||
      JSON.stringify(now[name]) === JSON.stringify(kept[name]);
    const names = Object.keys({ ...now, ...kept }) as (keyof typeof now)[];
    const strange = names.find((name) => !isSaid(name));
    if (!strange) return undo;
    undo();
    throw new Error(
      `${strange} is ${JSON.stringify(kept[strange])}, which this page does not know`,
    );
  }

  /** The name of the background picture that `kept` wants and that is not here. */
  lacks({ background }: RenderOptions): string | undefined {
    if (typeof background !== "object" || !("image" in background)) return undefined;
    const isHere = JSON.stringify(this.kept.background) === JSON.stringify(background);
    return isHere ? undefined : `${background.image}`;
  }

  #background(): RenderOptions {
    const { ground, colour, fit, picture } = this.#values();
    if (ground === "colour") return { background: `${colour}` };
    if (ground === "picture") {
      const isThere = picture instanceof File && picture.size > 0;
      if (!isThere) return {};
      return { background: { image: picture, ...(fit === "contain" ? { fit } : {}) } };
    }
    if (ground === "transparent" && !this.#hasPreset()) return {};
    return { background: `${ground}` };
  }

  #hasPreset(): boolean {
    const frame = this.#value("frame");
    return frame !== "photo" && frame !== "subject" && !SHAPE.test(frame);
  }

  /** A marketplace says what ground and format it wants; what the reader chose stays. */
  #followPreset(): void {
    const has = this.#hasPreset();
    const swap = (name: string, unset: string) => {
      const [from, to] = has ? [unset, "preset"] : ["preset", unset];
      if (this.#value(name) === from) this.#set(name, to);
    };
    swap("ground", "transparent");
    swap("format", "png");
  }

  /** Fields that do nothing now are hidden. */
  #showWhatMatters(): void {
    const frame = this.#value("frame");
    const matters: Record<string, boolean> = {
      shipped: !this.#isOwn,
      own: this.#isOwn,
      gpu: this.#hasGpu && !this.#isOwn,
      colour: this.#value("ground") === "colour",
      picture: this.#value("ground") === "picture",
      margin: frame === "subject" || SHAPE.test(frame),
      preset: this.#hasPreset(),
    };
    for (const field of document.querySelectorAll<HTMLElement>("[data-for]")) {
      field.hidden = !matters[field.dataset.for ?? ""];
    }
  }

  #values(): Record<string, FormDataEntryValue> {
    return Object.fromEntries(new FormData(this.#form));
  }

  #value(name: string): string {
    return `${new FormData(this.#form).get(name)}`;
  }

  #fill(fields: Record<string, string>): void {
    for (const [name, value] of Object.entries(fields)) this.#set(name, value);
    this.#showWhatMatters();
  }

  #set(name: string, value: string): void {
    const field = this.#form.elements.namedItem(name);
    if (field instanceof HTMLInputElement && field.type === "checkbox") {
      field.checked = value !== "";
    } else if (
      field instanceof RadioNodeList ||
      field instanceof HTMLSelectElement ||
      field instanceof HTMLInputElement
    ) {
      field.value = value;
    }
    if (field instanceof Element) field.dispatchEvent(new Event("input"));
  }
}

/** The fields that say what a project kept; what is no option's value is refused by them. */
function toFields(kept: Kept): Record<string, string> {
  const { background, preset, aspect, crop, margin, refine, quality } = kept;
  const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  const word = text(background ?? (preset === undefined ? "transparent" : "preset"));
  const isPicture = typeof background === "object" && background && "image" in background;
  const picture = isPicture ? background : undefined;
  const isWord = ["transparent", "white", "blur", "preset"].includes(word);
  return {
    model: text(kept.model ?? "base"),
    refine: refine === false ? "off" : text(refine ?? "fast"),
    holes: text(kept.holes ?? "auto"),
    subjects: text(kept.subjects ?? "all"),
    learn: kept.learn ? "on" : "",
    decontaminate: kept.decontaminate === false ? "" : "on",
    shadow: text(kept.shadow ?? "none"),
    outline: text(kept.outline ?? "none"),
    keep: text(kept.keep ?? "subject"),
    frame: text(preset ?? aspect ?? (crop ? "subject" : "photo")),
    ...(margin === undefined ? {} : { margin: text(margin).replace("%", "") }),
    ground: picture ? "picture" : isWord ? word : "colour",
    ...(picture ? { fit: text(picture.fit ?? "cover") } : isWord ? {} : { colour: word }),
    format: [text(kept.format ?? (preset ? "preset" : "png")), quality].filter(Boolean).join(" "),
  };
}
