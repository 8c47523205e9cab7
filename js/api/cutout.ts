import { CleancutError, cut, disposed } from "../contract/errors.js";
import { type Choice, choose } from "../contract/options.js";
import { pack } from "../contract/strokes.js";
import type {
  Backend,
  EditOptions,
  ImageInput,
  Mask,
  Rect,
  RenderOptions,
  RequestOptions,
  Sides,
  Stroke,
  Subject,
  Timings,
} from "../contract/types.js";
import { toJob } from "../engine/progress.js";
import type { Engine, Found, Rendered, Style } from "../engine/task.js";
import { renamed } from "../picture/names.js";
import { readInput } from "../picture/source.js";

/** How a picture of a cut-out is made, and the request for it. */
export interface DrawOptions extends RequestOptions, RenderOptions {}

const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");

/** Frees what nobody disposed of; a safety net, since collectors do not see the worker's memory. */
let registry: FinalizationRegistry<{ engine: Engine; id: number }> | undefined;

/**
 * A photo and what was found in it. It lives in the engine that made it, at about 5 bytes per
 * pixel, until `dispose`; making pictures of it never runs the network. The options given to
 * `segment` hold for every picture unless its own say otherwise.
 */
export class Cutout implements Subject {
  /** Of the photo, px. */
  readonly width: number;
  /** Of the photo, px. */
  readonly height: number;
  /** The smallest box around the subject; null: there is none. */
  readonly box: Rect | null;
  /** The share of the photo that the mask covers, 0 to 1. */
  readonly coverage: number;
  /** How sure the answer is, 0 to 1. */
  readonly confidence: number;
  /** The sides of the photo that cut the subject. */
  readonly touches: Sides;
  /** ms of each step that made it. */
  readonly timings: Timings;
  /** Which wasm made it. */
  readonly backend: Backend;
  readonly #engine: Engine;
  readonly #choice: Choice;
  readonly #id: number;
  #disposed = false;

  /** @internal */
  constructor(engine: Engine, found: Found, choice: Choice) {
    this.width = found.width;
    this.height = found.height;
    this.box = found.box;
    this.coverage = found.coverage;
    this.confidence = found.confidence;
    this.touches = found.touches;
    this.timings = found.timings;
    this.backend = found.backend;
    this.#id = found.id;
    this.#engine = engine;
    this.#choice = choice;
    registry ??= new FinalizationRegistry(({ engine, id }) => engine.free(id));
    registry.register(this, { engine, id: found.id }, this);
  }

  /** The picture as a file of `format`. */
  async toBlob(options: DrawOptions = {}): Promise<Blob> {
    const takes = { cutout: this.#own(), style: await this.#style(options) };
    const { file, type } = await this.#engine.run("file", takes, toJob(options));
    return new Blob([file], { type });
  }

  /** The same with a name; its ending follows `format` unless `name` has one. */
  async toFile(name = "cutout", options: DrawOptions = {}): Promise<File> {
    if (typeof name !== "string") {
      throw new CleancutError("option", `the file's name is ${cut(name)}; it takes a string`);
    }
    const blob = await this.toBlob(options);
    const hasEnding = /\.\w{1,5}$/.test(name);
    return new File([blob], hasEnding ? name : renamed(name, blob.type), { type: blob.type });
  }

  /** The picture as RGBA, straight alpha. */
  async toPixels(options: DrawOptions = {}): Promise<Rendered> {
    const takes = { cutout: this.#own(), style: await this.#style(options) };
    return this.#engine.run("pixels", takes, toJob(options));
  }

  /** The same as the browser's `ImageData`. */
  async toImageData(options: DrawOptions = {}): Promise<ImageData> {
    const { data, width, height } = await this.toPixels(options);
    return new ImageData(data, width, height);
  }

  /** The picture as the browser draws it; made in the worker. Close it when it is drawn. */
  async toImageBitmap(options: DrawOptions = {}): Promise<ImageBitmap> {
    const takes = { cutout: this.#own(), style: await this.#style(options) };
    return this.#engine.run("bitmap", takes, toJob(options));
  }

  /** How much of each of the photo's pixels belongs to the subject. */
  async toMask(options: RequestOptions = {}): Promise<Mask> {
    return this.#engine.run("mask", { cutout: this.#own() }, toJob(options));
  }

  /** The same mask on another size of the same picture. */
  async apply(other: ImageInput, options: DrawOptions = {}): Promise<Cutout> {
    const choice = this.#merge(options);
    const photo = await readInput(other, options.signal);
    const takes = { cutout: this.#own(), photo, words: choice.words };
    return new Cutout(this.#engine, await this.#engine.run("apply", takes, toJob(options)), choice);
  }

  /**
   * Another cut-out, with what the strokes keep and erase; this one stays as it is. With `learn`,
   * what they mean follows.
   */
  async edit(strokes: Iterable<Stroke>, options: EditOptions = {}): Promise<Cutout> {
    const job = toJob(options);
    const { learn = false } = options;
    if (typeof learn !== "boolean") {
      throw new CleancutError("option", `learn is ${cut(learn)}; it takes true or false`);
    }
    const takes = { cutout: this.#own(), strokes: pack(strokes), learn };
    const found = await this.#engine.run("edit", takes, job);
    return new Cutout(this.#engine, found, this.#choice);
  }

  /** Gives its memory back. Everything but its numbers is gone. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    registry?.unregister(this);
    this.#engine.free(this.#id);
  }

  [DISPOSE](): void {
    this.dispose();
  }

  #own(): number {
    if (this.#disposed) throw disposed();
    return this.#id;
  }

  #merge(options: DrawOptions): Choice {
    const own = choose(options);
    const ground = own.words.includes("background")
      ? undefined
      : (own.ground ?? this.#choice.ground);
    return { words: [...this.#choice.words, ...own.words], ground };
  }

  async #style(options: DrawOptions): Promise<Style> {
    return readStyle(this.#merge(options), options.signal);
  }
}

/** Reads the background picture. */
export async function readStyle({ words, ground }: Choice, signal?: AbortSignal): Promise<Style> {
  return { words, ground: ground === undefined ? ground : await readInput(ground, signal) };
}
