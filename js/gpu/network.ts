/**
 * In: an outline and a device. Out: what the network makes of one picture after another.
 *
 * Every map has a buffer of its own while it is needed, since none may be read and written in one
 * dispatch; buffers are handed on to later maps. A picture is one submit and one read.
 */

import type { Device, Stage } from "./device.js";
import { type Layer, type Outline, readOutline, type Size, sizesOf } from "./outline.js";
import { COPY_DST, COPY_SRC, MAP_READ, READ, STORAGE, UNIFORM } from "./usage.js";

/** What uniforms are aligned to, bytes. */
const UNIFORM_BYTES = 256;
/** Pixels of a row that a thread of a convolution computes. */
const CONV_PIXELS = 4;

/** What comes back: every output, one after another, and the size of each. */
export interface Answer {
  readonly data: ArrayBuffer;
  readonly sizes: readonly Size[];
}

interface Step {
  readonly pipeline: GPUComputePipeline;
  readonly bindings: GPUBindGroup;
  readonly groups: readonly [number, number, number];
}

/** What a run at one size of picture needs. */
interface Ready {
  readonly size: Size;
  readonly buffers: readonly GPUBuffer[];
  readonly picture: GPUBuffer;
  readonly steps: readonly Step[];
  readonly outputs: readonly { readonly buffer: GPUBuffer; readonly bytes: number }[];
  readonly back: GPUBuffer;
  readonly sizes: readonly Size[];
}

export class Network {
  readonly #device: Device;
  readonly #outline: Outline;
  readonly #data: GPUBuffer;
  #ready: Ready | undefined;

  /** `words`: as the wasm gives them; `outline`: other layers of the same data. */
  constructor(device: Device, words: Uint32Array<ArrayBuffer>, outline = readOutline(words)) {
    this.#device = device;
    this.#outline = outline;
    this.#data = this.#buffer(words.byteLength, COPY_DST);
    device.gpu.queue.writeBuffer(this.#data, 0, words);
  }

  /** Bytes on the GPU. */
  get bytes(): number {
    return [this.#data, ...(this.#ready?.buffers ?? [])].reduce((sum, { size }) => sum + size, 0);
  }

  /** `picture`: `[h, w, c]` u8. `times`: for a timing, how often it is run. */
  async run(picture: Uint8Array, size: Size, times = 1): Promise<Answer> {
    const { gpu } = this.#device;
    const ready = await this.#device.watch(() => {
      const ready = this.#prepare(size, picture.byteLength);
      const padded = new Uint8Array(ready.picture.size);
      padded.set(picture);
      gpu.queue.writeBuffer(ready.picture, 0, padded);
      gpu.queue.submit([this.#encode(ready, times)]);
      return ready;
    });
    const { back, sizes } = ready;
    const mapped = back.mapAsync(READ);
    // Firefox looks only every 100 ms for what is done, but at once when something is submitted.
    gpu.queue.submit([]);
    await mapped;
    const data = back.getMappedRange().slice(0);
    back.unmap();
    return { data, sizes };
  }

  free(): void {
    this.#release();
    this.#data.destroy();
  }

  #encode({ steps, outputs, back }: Ready, times: number): GPUCommandBuffer {
    const encoder = this.#device.gpu.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const { pipeline, bindings, groups } of Array.from(
      { length: times },
      () => steps,
    ).flat()) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindings);
      pass.dispatchWorkgroups(...groups);
    }
    pass.end();
    let at = 0;
    for (const { buffer, bytes } of outputs) {
      encoder.copyBufferToBuffer(buffer, 0, back, at, bytes);
      at += bytes;
    }
    return encoder.finish();
  }

  #prepare(size: Size, pictureBytes: number): Ready {
    const [h, w] = size;
    if (this.#ready?.size[0] === h && this.#ready.size[1] === w) return this.#ready;
    this.#release();
    const { layers, outputs } = this.#outline;
    const sizes = sizesOf(this.#outline, size);
    const bytesOf = (map: number) => {
      const [h, w] = sizes[map] as Size;
      const { kind, c } = layers[map - 1] as Layer;
      return h * w * c * (kind === "sums" ? 4 : 1);
    };
    const uniforms = this.#buffer(UNIFORM_BYTES * layers.length, UNIFORM);
    const picture = this.#buffer(pictureBytes, COPY_DST);
    const maps = this.#place(picture, bytesOf);
    const steps = layers.map((layer, index) => {
      const from = sizes[layer.a] as Size;
      const to = sizes[index + 1] as Size;
      const offset = UNIFORM_BYTES * index;
      const resources = [
        { buffer: uniforms, offset, size: UNIFORM_BYTES },
        ...[layer.a, layer.b, layer.low].map((map, at) => ({
          buffer: map === 0 && at > 0 ? this.#data : (maps[map] as GPUBuffer),
        })),
        { buffer: this.#data },
        { buffer: this.#data },
        { buffer: maps[index + 1] as GPUBuffer },
      ];
      return this.#step(layer, from, to, resources);
    });
    const read = outputs.map((map) => ({ buffer: maps[map] as GPUBuffer, bytes: bytesOf(map) }));
    const bytes = read.reduce((sum, { bytes }) => sum + bytes, 0);
    const back = this.#device.gpu.createBuffer({
      size: bytes,
      usage: MAP_READ | COPY_DST,
    });
    const buffers = [...new Set(maps), uniforms, back];
    const outputSizes = outputs.map((map) => sizes[map] as Size);
    this.#ready = { size, buffers, picture, steps, outputs: read, back, sizes: outputSizes };
    return this.#ready;
  }

  #step(layer: Layer, from: Size, to: Size, resources: readonly GPUBufferBinding[]): Step {
    const { gpu, layout } = this.#device;
    const { kind, words, kernel, low, c } = layer;
    const isConv = kind === "conv" || kind === "sums";
    // To a 1x1 convolution a map is one row.
    const [h, w]: Size = isConv && kernel === 1 ? [1, to[0] * to[1]] : to;
    const [uniform] = resources;
    if (uniform) {
      const values = new Uint32Array([...words, ...from, h, w]);
      gpu.queue.writeBuffer(uniform.buffer, uniform.offset ?? 0, values);
    }
    const stage: Stage = low > 0 ? "halves" : kind;
    const blocks = Math.ceil(c / 4);
    return {
      pipeline: this.#device.pipeline(stage),
      bindings: gpu.createBindGroup({
        layout,
        entries: resources.map((resource, binding) => ({ binding, resource })),
      }),
      groups: isConv
        ? [Math.ceil(blocks / 4), Math.ceil(w / CONV_PIXELS / 16), h]
        : [Math.ceil(blocks / 8), Math.ceil(w / 8), h],
    };
  }

  /** A buffer for every map: one that is no more needed, the smallest that will do, or a new one. */
  #place(picture: GPUBuffer, bytesOf: (map: number) => number): readonly GPUBuffer[] {
    const { layers, outputs } = this.#outline;
    const lastUse = new Map<number, number>();
    for (const [index, { a, b, low }] of layers.entries()) {
      for (const map of [a, b, low]) lastUse.set(map, index);
    }
    const maps = [picture];
    const isFree = new Set<GPUBuffer>();
    for (const [index, { a, b, low }] of layers.entries()) {
      const bytes = bytesOf(index + 1);
      const fitting = [...isFree].filter(({ size }) => size >= bytes);
      const smallest = fitting.sort((one, other) => one.size - other.size)[0];
      const buffer = smallest ?? this.#buffer(bytes, COPY_SRC);
      isFree.delete(buffer);
      maps.push(buffer);
      for (const map of [a, b, low]) {
        const isDone = lastUse.get(map) === index && map > 0 && !outputs.includes(map);
        if (isDone) isFree.add(maps[map] as GPUBuffer);
      }
    }
    return maps;
  }

  #buffer(bytes: number, usage: number): GPUBuffer {
    const isUniform = usage === UNIFORM;
    const own = isUniform ? COPY_DST : STORAGE;
    return this.#device.gpu.createBuffer({ size: Math.ceil(bytes / 4) * 4, usage: usage | own });
  }

  #release(): void {
    for (const buffer of this.#ready?.buffers ?? []) buffer.destroy();
    this.#ready = undefined;
  }
}
