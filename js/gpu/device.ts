/** A device with the pipelines of every layer, all of which share one layout. */

import type { Kind } from "./outline.js";
import { COMPUTE } from "./usage.js";
import { conv, type Dot } from "./wgsl/conv.js";
import { depthwise } from "./wgsl/depthwise.js";
import { add, pool, upsample } from "./wgsl/maps.js";
import { picture } from "./wgsl/picture.js";

/** The layer's sizes, what it reads, its data twice, what it writes: as `wgsl/` numbers them. */
const BINDINGS = [
  "uniform",
  ...Array.from({ length: 5 }, () => "read-only-storage" as const),
  "storage",
] as const;

/** A kind of layer, or a convolution that adds an upsampled input. */
export type Stage = Kind | "halves";

const OVERRIDES: Partial<Record<Stage, Record<string, number>>> = {
  sums: { IS_SUMS: 1 },
  halves: { HAS_LOW: 1 },
};

/** How products may be added up here. */
export const dots = (): readonly Dot[] =>
  navigator.gpu.wgslLanguageFeatures.has("packed_4x8_integer_dot_product")
    ? ["packed", "f32"]
    : ["f32"];

export class Device {
  readonly gpu: GPUDevice;
  readonly layout: GPUBindGroupLayout;
  readonly dot: Dot;
  readonly #pipelines: ReadonlyMap<Stage, GPUComputePipeline>;

  private constructor(
    gpu: GPUDevice,
    layout: GPUBindGroupLayout,
    dot: Dot,
    pipelines: ReadonlyMap<Stage, GPUComputePipeline>,
  ) {
    this.gpu = gpu;
    this.layout = layout;
    this.dot = dot;
    this.#pipelines = pipelines;
  }

  /** Compiles everything at once; rejects with the browser's reason when it refuses a part. */
  static async open(gpu: GPUDevice, dot: Dot): Promise<Device> {
    const layout = gpu.createBindGroupLayout({
      entries: BINDINGS.map((type, binding) => ({
        binding,
        visibility: COMPUTE,
        buffer: { type },
      })),
    });
    const pipelineLayout = gpu.createPipelineLayout({ bindGroupLayouts: [layout] });
    const convolve = conv(dot);
    const shaders: Record<Stage, string> = {
      picture,
      conv: convolve,
      sums: convolve,
      halves: convolve,
      depthwise,
      pool,
      upsample,
      add,
    };
    const modules = new Map(
      [...new Set(Object.values(shaders))].map((code) => [code, gpu.createShaderModule({ code })]),
    );
    const compiled = Object.entries(shaders).map(async ([name, code]) => {
      const stage = name as Stage;
      const module = modules.get(code) as GPUShaderModule;
      const compute = { module, constants: OVERRIDES[stage] ?? {} };
      const pipeline = await gpu.createComputePipelineAsync({ layout: pipelineLayout, compute });
      return [stage, pipeline] as const;
    });
    return new Device(gpu, layout, dot, new Map(await Promise.all(compiled)));
  }

  pipeline(stage: Stage): GPUComputePipeline {
    return this.#pipelines.get(stage) as GPUComputePipeline;
  }

  /** Gives what `work`, which waits for nothing, makes, or rejects with what the GPU refused of it. */
  async watch<T>(work: () => T): Promise<T> {
    const filters = ["validation", "out-of-memory", "internal"] as const;
    for (const filter of filters) this.gpu.pushErrorScope(filter);
    const answer = work();
    const errors = await Promise.all(filters.map(() => this.gpu.popErrorScope()));
    const error = errors.find((each) => each !== null);
    if (error) throw new Error(error.message);
    return answer;
  }
}
