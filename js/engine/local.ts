/** Runs the wasm in this thread: inside the worker, and where no worker is wanted. */

import { CleancutError, disposed, lost, reasonOf, toCleancutError } from "../contract/errors.js";
import type { Driver, DriverModule, Host, Looker } from "../contract/looker.js";
import type { Backend, Device, DriverFiles, ModelName, Subject } from "../contract/types.js";
import { mayHaveAlpha } from "../picture/format.js";
import { joined, toPicture } from "../picture/picture.js";
import type { Photo } from "../picture/source.js";
import { defaultModel, models } from "../wasm/assets.js";
import * as glue from "../wasm/cleancut.js";
import { webgpu } from "../wasm/webgpu-driver.js";
import { written } from "./cache.js";
import { loadAssets, read, readUrl, type Wasm } from "./load.js";
import { bytesLoaded, phaseBegins } from "./progress.js";
import type { Sources } from "./sources.js";
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
  /** Of GPUs, or of somebody's own network. */
  #driver: Driver | undefined;
  #removers = new Map<ModelName, glue.Remover>();
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
      } finally {
        await written();
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
    this.#driver?.dispose();
    this.#driver = undefined;
    this.#removers.clear();
    this.#cutouts.clear();
  }

  #handlers: Handlers = {
    load: async ({ model, device }, job) => {
      const name = this.#modelOf(model);
      await this.#load(job, name);
      await this.#looker(device, name, job);
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
    edit: async ({ cutout, strokes, learn }, job) => {
      const steps = stepsOf(job);
      steps.begin("matte");
      return this.#hold(this.#find(cutout).edit(strokes, learn), steps);
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
    const model = this.#modelOf(said(words, "model"));
    await this.#load(job, mayNeedNone(photo, words) ? undefined : model);
    mustGoOn(job);
    steps.begin("decode");
    const picture = await toPicture(photo, words);
    if (!picture.needsNetwork(joined(words))) {
      const cutout = glue.Cutout.studio(picture, joined(words), steps.begin);
      return { cutout, backend: this.#wasm };
    }
    if (device !== "cpu" || !model || !this.#removers.has(model)) steps.begin("load");
    await this.#load(job, model);
    const looker = await this.#looker(device, model, job);
    mustGoOn(job);
    if (looker) return this.#look(looker, picture, words, steps, job);
    const remover = this.#removers.get(model as ModelName) as glue.Remover;
    return { cutout: remover.segment(picture, joined(words), steps.begin), backend: this.#wasm };
  }

  /**
   * What runs `model` in place of the wasm; undefined: nothing does.
   *
   * @throws what tells why not, unless `device` is `auto`
   */
  async #looker(
    device: Device,
    model: ModelName | undefined,
    job: Job,
  ): Promise<Looker | undefined> {
    if (model && device === "cpu") return undefined;
    try {
      this.#driver ??= (await importDriver(this.#sources)).drive(this.#host);
      const looker = await this.#driver.find(device, model, (loaded, total) => {
        job.report(bytesLoaded(loaded, total));
      });
      this.#mustLive();
      return looker;
    } catch (thrown) {
      if (!model || device !== "auto" || this.#disposed) throw thrown;
      return undefined;
    }
  }

  get #host(): Host {
    const sources = this.#sources;
    return {
      network: sources.network,
      read(wasm, count = () => {}) {
        const url = () => new URL(filesOf(sources).wasm);
        return read(sources.gpu?.wasm, [{ ...wasm, url }], sources, count);
      },
      readUrl,
      async plan(model) {
        const [, plan] = await loadAssets(sources, { wasm: false, model }, () => {});
        return plan as Uint8Array;
      },
      look: (model, picture, side) => {
        return (this.#removers.get(model) as glue.Remover).look(picture, side);
      },
    };
  }

  async #look(
    looker: Looker,
    picture: glue.Picture,
    words: readonly string[],
    steps: Steps,
    job: Job,
  ): Promise<Made> {
    const search = new glue.Search(picture, joined(words), ...looker.view, steps.begin);
    try {
      for (let input = search.input(); input; input = search.input()) {
        const saliency = await looker.look(input);
        mustGoOn(job);
        search.answer(saliency);
      }
    } catch (thrown) {
      this.#mustLive();
      freeQuietly(search);
      throw thrown;
    }
    const cutout = search.finish(steps.begin);
    return { cutout, backend: looker.backend ?? this.#wasm };
  }

  /** The model that is asked for; undefined: somebody's own. A name that is none is the engine's to refuse. */
  #modelOf(asked: string | undefined): ModelName | undefined {
    if (this.#sources.network) {
      if (asked === undefined) return undefined;
      throw new CleancutError("model", `${asked} is wanted, a network of your own is loaded`);
    }
    return Object.keys(models).find((known): known is ModelName => known === asked) ?? defaultModel;
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

  /** Loads what is not there yet of the wasm and of the network that is wanted. */
  async #load(job: Job, name: ModelName | undefined): Promise<void> {
    const isThere = name && this.#removers.has(name);
    const wanted = { wasm: !this.#backend, model: isThere ? undefined : name };
    if (!wanted.wasm && !wanted.model) return;
    const [wasm, model] = await loadAssets(this.#sources, wanted, (loaded, total) => {
      job.report(bytesLoaded(loaded, total));
    });
    this.#mustLive();
    if (wasm) this.#use(wasm);
    if (name && model) this.#removers.set(name, new glue.Remover(model));
  }

  #use({ module, backend }: Wasm): void {
    engines.add(this);
    if (!isInitialised) glue.initSync({ module });
    isInitialised = true;
    this.#backend = backend;
  }
}

const filesOf = ({ network }: Sources): DriverFiles => network ?? webgpu();

async function importDriver(sources: Sources): Promise<DriverModule> {
  const { gpu, folder, network } = sources;
  if (gpu && !network) return gpu.module();
  const { file, driver } = filesOf(sources);
  const { href: url } = new URL(folder ? file : driver, folder);
  try {
    return await import(/* @vite-ignore */ /* webpackIgnore: true */ url);
  } catch (cause) {
    const message = `${url} could not be loaded: ${reasonOf(cause)}`;
    throw new CleancutError("asset", message, { cause, url });
  }
}

/** What `words`, pairs of name and value, say of an option; of several the last. */
function said(words: readonly string[], option: string): string | undefined {
  const at = words.lastIndexOf(option);
  return at < 0 ? undefined : words[at + 1];
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

function freeQuietly(held: glue.Cutout | glue.Search): void {
  try {
    held.free();
  } catch {
    // What `intoFile` took, or a trap, leaves nothing to free.
  }
}

/** The glue's answers own their buffers, which its types do not say. */
function toTransferable(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>;
}
