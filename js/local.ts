/** Runs the wasm in this thread: inside the worker, and where no worker is wanted. */

import { CleancutError, disposed, lost, toCleancutError } from "./errors.js";
import { loadAssets } from "./load.js";
import { toPicture, toTransferable } from "./picture.js";
import { bytesLoaded, phaseBegins } from "./progress.js";
import type { Sources } from "./sources.js";
import type { Engine, Found, Gives, Job, Photo, Style, Takes, TaskName } from "./task.js";
import type { Backend, Phase, Subject } from "./types.js";
import * as glue from "./wasm/cleancut.js";

interface Loaded {
  readonly remover: glue.Remover;
  readonly backend: Backend;
}
type Handlers = { [Name in TaskName]: (takes: Takes<Name>, job: Job) => Promise<Gives<Name>> };
interface Steps {
  begin(phase: Phase): void;
  end(): Partial<Record<Phase, number>>;
}

/** The glue holds one wasm instance for all engines of a thread; who uses it is listed here. */
const engines = new Set<LocalEngine>();
let initialised: WebAssembly.Module | undefined;

export class LocalEngine implements Engine {
  readonly #sources: Sources;
  #loaded: Promise<Loaded> | undefined;
  #cutouts = new Map<number, glue.Cutout>();
  #lastId: number;
  #queue: Promise<unknown> = Promise.resolve();
  #disposed = false;
  #listeners = new Set<Job>();
  pending = 0;

  /** `firstId`: cut-outs are numbered from here. */
  constructor(sources: Sources, firstId = 0) {
    this.#sources = sources;
    this.#lastId = firstId;
  }

  run<Name extends TaskName>(name: Name, takes: Takes<Name>, job: Job): Promise<Gives<Name>> {
    const handler: Handlers[Name] = this.#handlers[name];
    const turn = async () => {
      job.signal?.throwIfAborted();
      this.#mustLive();
      try {
        const answer = await handler(takes, job);
        job.signal?.throwIfAborted();
        return answer;
      } catch (thrown) {
        if (job.signal?.aborted) throw job.signal.reason;
        const error = toCleancutError(thrown);
        if (error.code === "crashed") forget();
        throw error;
      }
    };
    this.pending += 1;
    const answer = this.#queue.then(turn).finally(() => {
      this.pending -= 1;
    });
    this.#queue = answer.catch(() => {});
    return answer;
  }

  free(cutout: number): void {
    this.#cutouts.get(cutout)?.free();
    this.#cutouts.delete(cutout);
  }

  dispose(): void {
    this.#disposed = true;
    this.drop();
    engines.delete(this);
    if (engines.size === 0) forget();
  }

  /** Lets go of everything that lives in the wasm instance. */
  drop(): void {
    this.#loaded = undefined;
    this.#cutouts.clear();
  }

  #handlers: Handlers = {
    load: async (_, job) => (await this.#load(job)).backend,
    remove: async ({ photo, style }, job) => {
      const steps = stepsOf(job);
      const { cutout } = await this.#segment(photo, style.words, steps, job);
      try {
        const subject = subjectOf(cutout);
        if (!subject.box) {
          const confidence = subject.confidence.toFixed(2);
          throw new CleancutError("no-subject", `no subject found (confidence ${confidence})`);
        }
        const file = await encode(cutout, style, steps);
        job.report(phaseBegins("done"));
        return { file, subject };
      } finally {
        freeQuietly(cutout);
      }
    },
    segment: async ({ photo, words }, job) => {
      const steps = stepsOf(job);
      const { cutout, backend } = await this.#segment(photo, words, steps, job);
      job.report(phaseBegins("done"));
      return this.#hold(cutout, steps, backend);
    },
    file: async ({ cutout, style }, job) => encode(this.#find(cutout), style, stepsOf(job)),
    pixels: async ({ cutout, style }) => render(this.#find(cutout), style),
    bitmap: async ({ cutout, style }) => {
      const { data, width, height } = await render(this.#find(cutout), style);
      return createImageBitmap(new ImageData(data, width, height));
    },
    mask: async ({ cutout }) => {
      const { width, height } = this.#find(cutout);
      const data = this.#find(cutout).mask() as Uint8Array<ArrayBuffer>;
      return { data, width, height };
    },
    apply: async ({ cutout, photo, words }, job) => {
      const steps = stepsOf(job);
      const { backend } = await this.#load(job);
      steps.begin("decode");
      const other = await toPicture(photo, words);
      steps.begin("matte");
      return this.#hold(this.#find(cutout).apply(other), steps, backend);
    },
    edit: async ({ cutout, strokes }, job) => {
      const steps = stepsOf(job);
      const { backend } = await this.#load(job);
      steps.begin("matte");
      return this.#hold(this.#find(cutout).edit(strokes), steps, backend);
    },
  };

  async #segment(photo: Photo, words: readonly string[], steps: Steps, job: Job) {
    steps.begin("load");
    const { remover, backend } = await this.#load(job);
    job.signal?.throwIfAborted();
    steps.begin("decode");
    const picture = await toPicture(photo, words);
    const cutout = remover.segment(picture, [...words], (step: Phase) => steps.begin(step));
    return { cutout, backend };
  }

  #hold(cutout: glue.Cutout, steps: Steps, backend: Backend): Found {
    this.#lastId += 1;
    this.#cutouts.set(this.#lastId, cutout);
    const { width, height } = cutout;
    const timings = steps.end();
    return { id: this.#lastId, width, height, timings, backend, ...subjectOf(cutout) };
  }

  #find(id: number): glue.Cutout {
    const cutout = this.#cutouts.get(id);
    if (!cutout) throw lost();
    return cutout;
  }

  #mustLive(): void {
    if (this.#disposed) throw disposed();
  }

  /** Start-up happens once, whoever waits for it; a failed one is tried again by the next call. */
  async #load(job: Job): Promise<Loaded> {
    this.#listeners.add(job);
    try {
      this.#loaded ??= this.#start();
      return await this.#loaded;
    } finally {
      this.#listeners.delete(job);
    }
  }

  async #start(): Promise<Loaded> {
    try {
      const { wasm, model, backend } = await loadAssets(this.#sources, (loaded, total) => {
        for (const job of this.#listeners) job.report(bytesLoaded(loaded, total));
      });
      this.#mustLive();
      engines.add(this);
      if (!initialised) {
        glue.initSync({ module: wasm });
        initialised = wasm;
      }
      return { remover: new glue.Remover(model), backend };
    } catch (thrown) {
      this.#loaded = undefined;
      throw toCleancutError(thrown);
    }
  }
}

/** A trap leaves the instance's memory in disorder, and disposing is to give memory back. */
function forget(): void {
  for (const engine of engines) engine.drop();
  if (initialised) glue.__wbg_reset_state();
}

async function encode(
  cutout: glue.Cutout,
  { words, ground }: Style,
  steps: Steps,
): Promise<Uint8Array<ArrayBuffer>> {
  steps.begin("compose");
  const picture = ground && (await toPicture(ground, []));
  steps.begin("encode");
  return toTransferable(cutout.encode([...words], picture));
}

async function render(cutout: glue.Cutout, { words, ground }: Style) {
  const picture = ground && (await toPicture(ground, []));
  const rendered = cutout.render([...words], picture);
  const { width, height } = rendered;
  const data = new Uint8ClampedArray(toTransferable(rendered.intoPixels()).buffer);
  return { data, width, height };
}

function subjectOf({ bounds, coverage, confidence, touches }: glue.Cutout): Subject {
  const [x = 0, y = 0, width, height] = bounds;
  const [top, right, bottom, left] = Array.from(touches, Boolean);
  return {
    box: width && height ? { x, y, width, height } : null,
    coverage,
    confidence,
    touches: { top: !!top, right: !!right, bottom: !!bottom, left: !!left },
  };
}

function stepsOf(job: Job): Steps {
  const timings: Partial<Record<Phase, number>> = {};
  let current: Phase | undefined;
  let began = 0;
  const end = () => {
    if (current) timings[current] = performance.now() - began;
    return timings;
  };
  return {
    begin(phase) {
      end();
      current = phase;
      began = performance.now();
      job.report(phaseBegins(phase));
    },
    end,
  };
}

function freeQuietly(cutout: glue.Cutout): void {
  try {
    cutout.free();
  } catch {
    // After a trap there is nothing left to free.
  }
}
