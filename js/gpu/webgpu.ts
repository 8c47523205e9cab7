/**
 * A network on WebGPU.
 *
 * In: an adapter and a network's outline. Out: a `Gpu` that has given the right bytes twice, or the
 * reason why there is none. Some GPUs are right the first time and wrong the second.
 */

import type { Host, Looker } from "../contract/looker.js";
import type { Backend, ModelName } from "../contract/types.js";
import { checks } from "../wasm/checks.js";
import { initSync, Outline } from "../wasm/webgpu-glue.js";
import { wasm } from "../wasm/webgpu-wasm.js";
import { CHECK_SIDE, checkPicture, digestOf } from "./check.js";
import { Device, dots } from "./device.js";
import { Network } from "./network.js";
import { readOutline } from "./outline.js";

/** The side of the map that both dot products are timed on, px. */
const TIMED_SIDE = 32;
/** What a timing should take at least, ms. */
const TIMED_MS = 5;
/** Where GPU and CPU are compared: what a network looks at unless it is told otherwise, px. */
const USUAL_SIDE = 320;
const CHECK_EVERY = 200;

export interface Wants {
  /** Whether a GPU that is slower than the CPU is as good as none. */
  readonly isFaster: boolean;
  /** Called once, when it fails or is found wrong; what it rejects with is the answer then. */
  readonly onFailure: (thrown: unknown) => Promise<unknown>;
  /** After how many pictures it is checked again; 200 unless set. */
  readonly checkEvery?: number;
}

/** A GPU that was right so far; once it is not, the CPU. */
class Gpu implements Looker {
  readonly view = [0, 0, true] as const;
  backend: Backend | undefined = "webgpu";
  readonly #device: GPUDevice;
  readonly #network: Network;
  readonly #outline: Outline;
  readonly #wants: Wants;
  readonly #model: ModelName;
  readonly #lookHere: (picture: Uint8Array, side: number) => Float32Array;
  #looks = 0;

  constructor(
    device: Device,
    network: Network,
    outline: Outline,
    host: Host,
    model: ModelName,
    wants: Wants,
  ) {
    this.#device = device.gpu;
    this.#network = network;
    this.#outline = outline;
    this.#wants = wants;
    this.#model = model;
    this.#lookHere = (picture, side) => host.look(model, picture, side);
  }

  async look(picture: Uint8Array): Promise<Float32Array> {
    const side = Math.sqrt(picture.length / 3);
    if (this.backend) {
      try {
        const { checkEvery = CHECK_EVERY } = this.#wants;
        if (this.#looks > 0 && this.#looks % checkEvery === 0) await this.check();
        this.#looks += 1;
        return await this.#run(picture, side);
      } catch (thrown) {
        this.backend = undefined;
        await this.#wants.onFailure(thrown);
      }
    }
    return this.#lookHere(picture, side);
  }

  /** Rejects when it is wrong. */
  async check(): Promise<void> {
    const saliency = await this.#run(checkPicture(), CHECK_SIDE);
    if ((await digestOf(saliency)) !== checks[this.#model])
      throw new Error("it gave wrong numbers");
  }

  /** Whether it is faster than the CPU. What either does first is not timed. */
  async isFaster(): Promise<boolean> {
    const picture = new Uint8Array(3 * USUAL_SIDE ** 2);
    const ms = [];
    for (const look of [this.#run.bind(this), this.#lookHere]) {
      await look(picture, USUAL_SIDE);
      const began = performance.now();
      await look(picture, USUAL_SIDE);
      ms.push(performance.now() - began);
    }
    const [gpu = 0, cpu = 0] = ms;
    return gpu < cpu;
  }

  dispose(): void {
    this.#device.destroy();
    this.#outline.free();
  }

  async #run(picture: Uint8Array, side: number): Promise<Float32Array> {
    const { data, sizes } = await this.#network.run(picture, [side, side]);
    return this.#outline.saliency(
      new Int32Array(data),
      Uint32Array.from(sizes, ([h]) => h),
    );
  }
}

let isInitialised = false;

/** Nothing when the CPU is faster; rejects when the GPU cannot be used. */
export async function open(
  adapter: GPUAdapter,
  host: Host,
  model: ModelName,
  wants: Wants,
): Promise<Looker | undefined> {
  const [plan, module] = await Promise.all([
    host.plan(model),
    isInitialised ? undefined : host.read(wasm),
  ]);
  const device = await adapter.requestDevice();
  try {
    if (module) initSync({ module });
    isInitialised = true;
    const outline = new Outline(plan);
    const words = outline.takeWords() as Uint32Array<ArrayBuffer>;
    const picked = await pick(device, words);
    const network = new Network(picked, words);
    const gpu = new Gpu(picked, network, outline, host, model, wants);
    await gpu.check();
    await gpu.check();
    if (!wants.isFaster || (await gpu.isFaster())) return gpu;
    gpu.dispose();
  } catch (thrown) {
    device.destroy();
    throw thrown;
  }
  return undefined;
}

/** The device with the dot product that is faster here. */
async function pick(gpu: GPUDevice, words: Uint32Array<ArrayBuffer>): Promise<Device> {
  const devices = await Promise.all(dots().map((dot) => Device.open(gpu, dot)));
  const [first, ...others] = devices as [Device, ...Device[]];
  if (others.length === 0) return first;
  let fastest = { device: first, ms: await time(first, words) };
  for (const device of others) {
    const ms = await time(device, words);
    if (ms < fastest.ms) fastest = { device, ms };
  }
  return fastest.device;
}

/** ms of the 3x3 convolution of one input with the most weights. */
async function time(device: Device, words: Uint32Array<ArrayBuffer>): Promise<number> {
  const alone = readOutline(words).layers.filter(({ kind, kernel, b, low }) => {
    return kind === "conv" && kernel === 3 && b === 0 && low === 0;
  });
  const [layer] = alone.sort((one, other) => other.c * other.c_a - one.c * one.c_a);
  if (!layer) return 0;
  const outline = { layers: [{ ...layer, a: 0 }], outputs: [1] };
  const network = new Network(device, words, outline);
  const picture = new Uint8Array(TIMED_SIDE ** 2 * layer.c_a).fill(1);
  const run = async (times: number) => {
    const began = performance.now();
    await network.run(picture, [TIMED_SIDE, TIMED_SIDE], times);
    return performance.now() - began;
  };
  await run(1);
  let times = 1;
  let ms = await run(times);
  while (ms < TIMED_MS && times < 1000) {
    times *= 4;
    ms = await run(times);
  }
  network.free();
  return ms / times;
}
