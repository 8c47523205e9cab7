/** In: a network and the device that is asked for. Out: a GPU to run it on, or nothing: the CPU. */

import { CleancutError, reasonOf } from "../contract/errors.js";
import type { Device, ModelName } from "../contract/types.js";
import type { Gpu, Host } from "../gpu/webgpu.js";
import { webgpu } from "../wasm/gpu.js";
import { findAdapter, hasPassed, isSoftware, remember } from "./adapter.js";
import type { GpuModule, Sources } from "./sources.js";

/** The GPUs of an engine: one for each network and way to ask, opened when it is first asked for. */
export class Gpus {
  readonly #sources: Sources;
  #gpus = new Map<string, Promise<Gpu | undefined>>();
  #failure: CleancutError | undefined;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  /** Whether `device` asks for something that is not opened yet and may be there. */
  isNew(device: Device, model: ModelName): boolean {
    const mayBe = device !== "cpu" && this.#failure === undefined;
    return mayBe && !this.#gpus.has(`${device} ${model}`);
  }

  /**
   * The GPU for `model`; undefined: the CPU. `host`: called once, when the GPU is to be opened.
   *
   * @throws {CleancutError} `device`, unless `device` is `auto` or `cpu`
   */
  async find(device: Device, model: ModelName, host: () => Host): Promise<Gpu | undefined> {
    if (device === "cpu") return undefined;
    const key = `${device} ${model}`;
    try {
      if (this.#failure) throw this.#failure;
      const gpu = this.#gpus.get(key) ?? this.#open(device, host);
      this.#gpus.set(key, gpu);
      return await gpu;
    } catch (thrown) {
      if (device === "auto") return undefined;
      throw thrown;
    }
  }

  /** No GPU is used again: one failed with `thrown`. */
  async fail(thrown: unknown): Promise<void> {
    this.#failure = refused(`the GPU failed: ${reasonOf(thrown)}`, thrown);
    this.dispose();
    const adapter = await findAdapter();
    if (adapter) await remember(adapter, false);
  }

  /** Gives their memory back. */
  dispose(): void {
    for (const gpu of this.#gpus.values()) {
      gpu.then(
        (opened) => opened?.dispose(),
        () => {},
      );
    }
    this.#gpus.clear();
  }

  async #open(device: Device, host: () => Host): Promise<Gpu | undefined> {
    const adapter = await findAdapter();
    if (!adapter) throw refused("there is no WebGPU here");
    if (device !== "software") {
      if (isSoftware(adapter)) throw refused("WebGPU is the CPU here");
      if ((await hasPassed(adapter)) === false) {
        throw refused("this GPU failed before; clearCache() lets it be tried again");
      }
    }
    try {
      const { open } = await this.#load();
      const gpu = await open(adapter, host(), { isFaster: device === "auto" });
      await remember(adapter, true);
      return gpu;
    } catch (thrown) {
      await this.fail(thrown);
      throw this.#failure;
    }
  }

  async #load(): Promise<GpuModule> {
    const { gpu, folder } = this.#sources;
    if (gpu) return gpu();
    const url = folder ? new URL(webgpu.file, folder) : webgpu.url();
    return import(/* @vite-ignore */ /* webpackIgnore: true */ url.href);
  }
}

function refused(message: string, cause?: unknown): CleancutError {
  return new CleancutError("device", message, { cause });
}
