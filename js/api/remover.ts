import { CleancutError, cut, disposed, isObject, toCleancutError } from "../contract/errors.js";
import { choose, mustBeModel, mustBeOptions } from "../contract/options.js";
import type {
  BatchItem,
  Device,
  ImageInput,
  PreloadOptions,
  RemoveOptions,
  Subject,
} from "../contract/types.js";
import { toJob } from "../engine/progress.js";
import type { Engine } from "../engine/task.js";
import { readInput } from "../picture/source.js";
import { Cutout, readStyle } from "./cutout.js";

const ASYNC_DISPOSE: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose");

/** What `batch` takes. */
export interface BatchOptions extends RemoveOptions {
  /** How many photos are worked on ahead of the one that is asked for, 1 to 64; one more than there are workers unless set. */
  readonly concurrency?: number | undefined;
}

/** Cuts out one photo after another with engines of its own. */
export class Remover {
  readonly #engines: readonly [Engine, ...Engine[]];
  readonly #device: Device;
  #disposed = false;

  /** @internal */
  constructor(engines: readonly [Engine, ...Engine[]], device: Device = "cpu") {
    this.#engines = engines;
    this.#device = device;
  }

  /** Loads wasm and model, so that the first cut-out does not wait for them. */
  async preload(options: PreloadOptions = {}): Promise<void> {
    mustBeOptions(options);
    const { model, device } = options;
    mustBeModel(model);
    const takes = { model, device: device ?? this.#device };
    await Promise.all(this.#engines.map((engine) => engine.run("load", takes, toJob(options))));
  }

  /**
   * Removes the background of a photo.
   *
   * @returns a file of `format`, upright, with straight alpha
   * @throws {CleancutError} when the photo cannot be cut out, `no-subject` included
   * @throws the signal's reason when it is aborted
   */
  async remove(input: ImageInput, options: RemoveOptions = {}): Promise<Blob> {
    return (await this.#remove(input, options)).blob;
  }

  /** Finds the subject of a photo. That there is none is no error: `box` is null. */
  async segment(input: ImageInput, options: RemoveOptions = {}): Promise<Cutout> {
    const choice = choose(options, ["device"]);
    const { device = this.#device } = options;
    const job = toJob(options);
    this.#begin(options.signal);
    const photo = await readInput(input, options.signal);
    const engine = this.#leastBusy();
    const found = await engine.run("segment", { photo, words: choice.words, device }, job);
    return new Cutout(engine, found, choice);
  }

  /**
   * Cuts out many photos, in their order. A photo that fails is an item with an `error`; only
   * `signal` ends it all. Photos are read as answers are taken, so memory stays that of
   * `concurrency` photos.
   */
  async *batch(
    inputs: Iterable<ImageInput> | AsyncIterable<ImageInput>,
    options: BatchOptions = {},
  ): AsyncGenerator<BatchItem, void, undefined> {
    mustBeOptions(options);
    const { concurrency = this.#engines.length + 1, ...rest } = options;
    if (!(Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= 64)) {
      throw new CleancutError("option", `concurrency is ${cut(concurrency)}; it takes 1 to 64`);
    }
    choose(rest, ["device"]);
    if (!isIterable(inputs)) {
      throw new CleancutError(
        "input",
        `the photos are ${cut(inputs)}; give an array or what yields them`,
      );
    }
    const ended = new AbortController();
    const { signal } = rest;
    const end = () => ended.abort(signal?.reason);
    if (signal?.aborted) end();
    signal?.addEventListener("abort", end);
    const source = Symbol.asyncIterator in inputs ? inputs : toAsync(inputs);
    const iterator = source[Symbol.asyncIterator]();
    const running: Promise<BatchItem>[] = [];
    let index = 0;
    let isDone = false;
    try {
      for (;;) {
        while (!isDone && running.length < concurrency) {
          const next = await iterator.next();
          if (next.done) isDone = true;
          else running.push(this.#item(index++, next.value, { ...rest, signal: ended.signal }));
        }
        const item = await running.shift();
        if (!item) return;
        if (signal?.aborted) throw signal.reason;
        yield item;
      }
    } finally {
      signal?.removeEventListener("abort", end);
      ended.abort();
      await iterator.return?.();
    }
  }

  /** Ends its workers, loses its cut-outs, gives the memory back. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    for (const engine of this.#engines) engine.dispose();
  }

  [ASYNC_DISPOSE](): Promise<void> {
    return this.dispose();
  }

  async #remove(input: ImageInput, options: RemoveOptions) {
    const choice = choose(options, ["device"]);
    const { device = this.#device } = options;
    const job = toJob(options);
    this.#begin(options.signal);
    const photo = await readInput(input, options.signal);
    const style = await readStyle(choice, options.signal);
    const takes = { photo, style, device };
    const { file, type, subject } = await this.#leastBusy().run("remove", takes, job);
    return { blob: new Blob([file], { type }), subject } satisfies { blob: Blob; subject: Subject };
  }

  async #item(index: number, input: ImageInput, options: RemoveOptions): Promise<BatchItem> {
    try {
      return { index, input, ok: true, ...(await this.#remove(input, options)) };
    } catch (thrown) {
      const error = options.signal?.aborted ? new Error("aborted") : toCleancutError(thrown);
      return { index, input, ok: false, error };
    }
  }

  #begin(signal: AbortSignal | undefined): void {
    if (signal?.aborted) throw signal.reason;
    if (this.#disposed) throw disposed();
  }

  #leastBusy(): Engine {
    if (this.#disposed) throw disposed();
    return this.#engines.reduce((least, other) => (other.pending < least.pending ? other : least));
  }
}

function isIterable(value: unknown): boolean {
  return isObject(value) && (Symbol.iterator in value || Symbol.asyncIterator in value);
}

async function* toAsync<T>(items: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T> {
  yield* items;
}
