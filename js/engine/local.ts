/** Runs the wasm in this thread: inside the worker, and where no worker is wanted. */

import { CleancutError, disposed, lost, reasonOf, toCleancutError } from "../contract/errors.js";
import type { Backend, Device, ModelName, Subject } from "../contract/types.js";
import { findAdapter } from "../gpu/adapter.js";
import type { Gpu, Gpus, Host } from "../gpu/gpus.js";
import { mayHaveAlpha } from "../picture/format.js";
import { joined, toPicture } from "../picture/picture.js";
import type { Photo } from "../picture/source.js";
import { defaultModel, models } from "../wasm/assets.js";
import * as glue from "../wasm/cleancut.js";
import { webgpu } from "../wasm/gpu.js";
import { loadAssets, type Wasm } from "./load.js";
import { bytesLoaded, phaseBegins } from "./progress.js";
import type { GpuModule, Sources } from "./sources.js";
import { type Steps, stepsOf } from "./steps.js";
import type { Engine, Found, Gives, Job, Style, Takes, TaskName } from "./task.js";

/** A cut-out and what ran its network. */
interface Made {
  readonly cutout: glue.Cutout;
  readonly backend: Backend;
}

type Handlers = { [Name in TaskName]: (takes: Takes<Name>, job: Job) => Promise<Gives<Name>> };

/** The glue holds one wasm instance for all engines of a thread; who uses it is listed here. */
const engines = new Set<LocalEngine>();
let isInitialised = false;

export class LocalEngine implements Engine {
  readonly #sources: Sources;
  #backend: Backend | undefined;
  #gpus: Gpus | undefined;
  /** Whether there may be a GPU. */
  #hasAdapter = true;
  #removers = new Map<ModelName, glue.Remover>();
  /** What is to be laid out for a GPU. */
  #models = new Map<ModelName, Uint8Array>();
  #cutouts = new Map<number, glue.Cutout>();
  #lastId: number;
  #queue: Promise<unknown> = Promise.resolve();
  #disposed = false;
  pending = 0;

  /** `firstId`: cut-outs are numbered from here. */
  constructor(sources: Sources, firstId = 0) {
    this.#sources = sources;
    this.#lastId = firstId;
  }

  run<Name extends TaskName>(name: Name, takes: Takes<Name>, job: Job): Promise<Gives<Name>> {
    const handler: Handlers[Name] = this.#handlers[name];
    const turn = async () => {
      mustGoOn(job);
      this.#mustLive();
      try {
        const answer = await handler(takes, job);
        mustGoOn(job);
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
    this.#gpus?.dispose();
    this.#removers.clear();
    this.#models.clear();
    this.#cutouts.clear();
  }

  #handlers: Handlers = {
    load: async ({ model = defaultModel, device }, job) => {
      await this.#load(job, model, device);
      await this.#gpu(device, model);
      return undefined;
    },
    remove: async ({ photo, style, device }, job) => {
      const steps = stepsOf(job);
      const { cutout } = await this.#segment(photo, style.words, device, steps, job);
      try {
        const subject = subjectOf(cutout);
        const ground = await toGround(style);
        const file = toTransferable(cutout.intoFile(joined(style.words), ground, steps.begin));
        job.report(phaseBegins("done"));
        return { file, type: glue.mediaType(joined(style.words)), subject };
      } catch (thrown) {
        freeQuietly(cutout);
        throw thrown;
      }
    },
    segment: async ({ photo, words, device }, job) => {
      const steps = stepsOf(job);
      const { cutout, backend } = await this.#segment(photo, words, device, steps, job);
      job.report(phaseBegins("done"));
      return this.#hold(cutout, steps, backend);
    },
    file: async ({ cutout, style }, job) => {
      const steps = stepsOf(job);
      const held = this.#find(cutout);
      steps.begin("compose");
      const ground = await toGround(style);
      steps.begin("encode");
      const file = toTransferable(held.encode(joined(style.words), ground));
      return { file, type: glue.mediaType(joined(style.words)) };
    },
    pixels: async ({ cutout, style }) => render(this.#find(cutout), style),
    bitmap: async ({ cutout, style }) => {
      const { data, width, height } = await render(this.#find(cutout), style);
      try {
        return await createImageBitmap(new ImageData(data, width, height));
      } catch (cause) {
        const message = `no bitmap can be made here: ${reasonOf(cause)}`;
        throw new CleancutError("encode", message, { cause, hint: "Use toPixels or toBlob." });
      }
    },
    mask: async ({ cutout }) => {
      const { width, height } = this.#find(cutout);
      const data = this.#find(cutout).mask() as Uint8Array<ArrayBuffer>;
      return { data, width, height };
    },
    apply: async ({ cutout, photo, words }, job) => {
      const steps = stepsOf(job);
      const held = this.#find(cutout);
      steps.begin("decode");
      const other = await toPicture(photo, words);
      steps.begin("matte");
      return this.#hold(held.apply(other), steps);
    },
    edit: async ({ cutout, strokes }, job) => {
      const steps = stepsOf(job);
      steps.begin("matte");
      return this.#hold(this.#find(cutout).edit(strokes), steps);
    },
  };

  async #segment(
    photo: Photo,
    words: readonly string[],
    device: Device,
    steps: Steps,
    job: Job,
  ): Promise<Made> {
    steps.begin("load");
    const model = modelOf(words);
    await this.#load(job, mayNeedNone(photo, words) ? undefined : model, device);
    mustGoOn(job);
    steps.begin("decode");
    const picture = await toPicture(photo, words);
    if (!picture.needsNetwork(joined(words))) {
      const cutout = glue.Cutout.studio(picture, joined(words), steps.begin);
      return { cutout, backend: this.#wasm };
    }
    if (!this.#removers.has(model) || this.#isNew(device, model)) steps.begin("load");
    await this.#load(job, model, device);
    const gpu = await this.#gpu(device, model);
    mustGoOn(job);
    const remover = this.#removers.get(model) as glue.Remover;
    if (gpu) {
      remover.begin(picture, joined(words), steps.begin);
      return this.#look(remover, gpu, steps, job);
    }
    const cutout = remover.segment(picture, joined(words), steps.begin);
    return { cutout, backend: this.#wasm };
  }

  /**
   * The GPU that runs `model`; undefined: the CPU does.
   *
   * @throws what tells why there is none, unless `device` is `auto`
   */
  async #gpu(device: Device, model: ModelName): Promise<Gpu | undefined> {
    if (device === "cpu") return undefined;
    try {
      const adapter = this.#hasAdapter ? await findAdapter() : null;
      this.#hasAdapter = adapter !== null;
      if (!adapter) throw new CleancutError("device", "there is no WebGPU here");
      this.#gpus ??= new (await loadGpus(this.#sources)).Gpus();
      const gpu = await this.#gpus.find(adapter, device, model, () => this.#host(model));
      this.#mustLive();
      return gpu;
    } catch (thrown) {
      if (device !== "auto" || this.#disposed) throw thrown;
      return undefined;
    } finally {
      this.#models.delete(model);
    }
  }

  /** Whether a GPU may have to be opened for `model`. */
  #isNew(device: Device, model: ModelName): boolean {
    return device !== "cpu" && this.#hasAdapter && (this.#gpus?.isNew(device, model) ?? true);
  }

  #host(model: ModelName): Host {
    const remover = this.#removers.get(model) as glue.Remover;
    const words = remover.layOut(this.#models.get(model) as Uint8Array);
    return { remover, words: words as Uint32Array<ArrayBuffer> };
  }

  /** Looks with the GPU and, once that failed, with the CPU. */
  async #look(remover: glue.Remover, gpu: Gpu, steps: Steps, job: Job): Promise<Made> {
    let current: Gpu | undefined = gpu;
    for (let input = remover.input(); input; input = remover.input()) {
      const side = Math.sqrt(input.length / 3);
      let saliency: Float32Array | undefined;
      try {
        saliency = await current?.look(input, side);
      } catch (thrown) {
        current = undefined;
        if (!this.#disposed) await this.#gpus?.fail(thrown);
      }
      this.#mustLive();
      if (job.signal?.aborted) remover.finish(steps.begin);
      mustGoOn(job);
      remover.answer(saliency ?? remover.look(input, side));
    }
    const cutout = remover.finish(steps.begin) as glue.Cutout;
    return { cutout, backend: current ? "webgpu" : this.#wasm };
  }

  get #wasm(): Backend {
    return this.#backend ?? "custom";
  }

  #hold(cutout: glue.Cutout, steps: Steps, backend = this.#wasm): Found {
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

  /** Loads what is not there yet of the wasm and of the network that is wanted on `device`. */
  async #load(job: Job, name: ModelName | undefined, device: Device): Promise<void> {
    const isLaidOut = !name || !this.#isNew(device, name) || this.#models.has(name);
    const isThere = name && this.#removers.has(name) && isLaidOut;
    const wanted = { wasm: !this.#backend, model: isThere ? undefined : name };
    if (!wanted.wasm && !wanted.model) return;
    const [wasm, model] = await loadAssets(this.#sources, wanted, (loaded, total) => {
      job.report(bytesLoaded(loaded, total));
    });
    this.#mustLive();
    if (wasm) this.#use(wasm);
    if (!name || !model) return;
    if (!this.#removers.has(name)) this.#removers.set(name, new glue.Remover(model));
    if (!isLaidOut) this.#models.set(name, model);
  }

  #use({ module, backend }: Wasm): void {
    engines.add(this);
    if (!isInitialised) glue.initSync({ module });
    isInitialised = true;
    this.#backend = backend;
  }
}

async function loadGpus({ gpu, folder }: Sources): Promise<GpuModule> {
  if (gpu) return gpu();
  const { href: url } = folder ? new URL(webgpu.file, folder) : webgpu.url();
  try {
    return await import(/* @vite-ignore */ /* webpackIgnore: true */ url);
  } catch (cause) {
    throw new CleancutError("asset", `${url} could not be loaded: ${reasonOf(cause)}`, {
      cause,
      url,
    });
  }
}

/** What `words`, pairs of name and value, say of an option; of several the last. */
function said(words: readonly string[], option: string): string | undefined {
  const at = words.lastIndexOf(option);
  return at < 0 ? undefined : words[at + 1];
}

/** The model that `words` ask for; a name that is none is the engine's to refuse. */
function modelOf(words: readonly string[]): ModelName {
  const name = said(words, "model");
  return Object.keys(models).find((known): known is ModelName => known === name) ?? defaultModel;
}

/** Whether the picture itself, which may be cut out already, is asked before a model is loaded. */
function mayNeedNone(photo: Photo, words: readonly string[]): boolean {
  const isOpaque = photo.kind === "file" && !mayHaveAlpha(photo.bytes);
  return !isOpaque || said(words, "method") === "studio";
}

/** A trap leaves the instance's memory in disorder, and disposing is to give memory back. */
function forget(): void {
  for (const engine of engines) engine.drop();
  if (isInitialised) glue.__wbg_reset_state();
}

function mustGoOn({ signal }: Job): void {
  if (signal?.aborted) throw signal.reason;
}

async function toGround({ ground }: Style): Promise<glue.Picture | undefined> {
  return ground && toPicture(ground, []);
}

async function render(cutout: glue.Cutout, style: Style) {
  const rendered = cutout.render(joined(style.words), await toGround(style));
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

function freeQuietly(cutout: glue.Cutout): void {
  try {
    cutout.free();
  } catch {
    // What `intoFile` took, or a trap, leaves nothing to free.
  }
}

/** The glue's answers own their buffers, which its types do not say. */
function toTransferable(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>;
}
