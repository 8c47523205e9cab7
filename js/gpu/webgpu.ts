/**
 * A network on WebGPU.
 *
 * In: an adapter and a network's outline. Out: a `Gpu` that has given the right bytes twice, or the
 * reason why there is none. Some GPUs are right the first time and wrong the second.
 */

import { checks } from "../wasm/checks.js";
import { CHECK_SIDE, checkPicture, digestOf } from "./check.js";
import { Device, dots } from "./device.js";
import { Network } from "./network.js";
import { readOutline } from "./outline.js";

/** The side of the map that both dot products are timed on, px. */
const TIMED_SIDE = 32;
/** What a timing should take at least, ms. */
const TIMED_MS = 5;
const CHECK_EVERY = 200;

/** A network in the wasm, and what goes to the GPU of it. */
export interface Host {
  readonly words: Uint32Array<ArrayBuffer>;
  readonly remover: {
    readonly model: string;
    /** `[side, side]` f32 of the sums that came back. */
    saliency(sums: Int32Array, sides: Uint32Array): Float32Array;
    /** The same of a picture, `[side, side, 3]` u8, by the CPU. */
    look(picture: Uint8Array, side: number): Float32Array;
  };
}

export interface Wants {
  /** Whether a GPU that is slower than the CPU is as good as none. */
  readonly isFaster: boolean;
  /** After how many pictures it is checked again; 200 unless set. */
  readonly checkEvery?: number;
}

/** A GPU that was right so far. */
export class Gpu {
  readonly #device: GPUDevice;
  readonly #network: Network;
  readonly #remover: Host["remover"];
  readonly #checkEvery: number;
  #looks = 0;

  /** @internal */
  constructor(device: Device, host: Host, checkEvery: number) {
    this.#device = device.gpu;
    this.#network = new Network(device, host.words);
    this.#remover = host.remover;
    this.#checkEvery = checkEvery;
  }

  /** The saliency of a picture, `[side, side, 3]` u8; rejects when the GPU fails or is found wrong. */
  async look(picture: Uint8Array, side: number): Promise<Float32Array> {
    if (this.#looks > 0 && this.#looks % this.#checkEvery === 0) await this.check();
    this.#looks += 1;
    return this.#run(picture, side);
  }

  /** ms that it takes to be right; rejects when it is not. */
  async check(): Promise<number> {
    const picture = checkPicture();
    const began = performance.now();
    const saliency = await this.#run(picture, CHECK_SIDE);
    const ms = performance.now() - began;
    const expected = checks[this.#remover.model];
    if ((await digestOf(saliency)) !== expected) throw new Error("it gave wrong numbers");
    return ms;
  }

  dispose(): void {
    this.#device.destroy();
  }

  async #run(picture: Uint8Array, side: number): Promise<Float32Array> {
    const { data, sizes } = await this.#network.run(picture, [side, side]);
    return this.#remover.saliency(
      new Int32Array(data),
      Uint32Array.from(sizes, ([h]) => h),
    );
  }
}

/** Nothing when the CPU is faster; rejects when the GPU cannot be used. */
export async function open(
  adapter: GPUAdapter,
  host: Host,
  { isFaster, checkEvery = CHECK_EVERY }: Wants,
): Promise<Gpu | undefined> {
  const device = await adapter.requestDevice();
  try {
    const gpu = new Gpu(await pick(device, host.words), host, checkEvery);
    await gpu.check();
    const ms = await gpu.check();
    if (!isFaster || ms < timeCpu(host)) return gpu;
  } catch (thrown) {
    device.destroy();
    throw thrown;
  }
  device.destroy();
  return undefined;
}

/** The second run's ms: in the first, the browser still compiles. */
function timeCpu({ remover }: Host): number {
  const picture = checkPicture();
  remover.look(picture, CHECK_SIDE);
  const began = performance.now();
  remover.look(picture, CHECK_SIDE);
  return performance.now() - began;
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
