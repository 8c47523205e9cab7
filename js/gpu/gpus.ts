/** The GPUs of an engine: the file `wasm/webgpu.js`, loaded only where one is asked for. */

import type { Device, ModelName } from "../contract/types.js";
import { hasPassed, isSoftware, remember } from "./adapter.js";
import { type Gpu, type Host, open } from "./webgpu.js";

export type { Gpu, Host } from "./webgpu.js";

/** One for each network and way to ask, opened when it is first asked for. */
export class Gpus {
  #gpus = new Map<string, Promise<Gpu | undefined>>();
  #adapter: GPUAdapter | undefined;
  #failure: Error | undefined;

  /** Whether what is asked for is not opened yet and may be there. */
  isNew(device: Device, model: ModelName): boolean {
    return this.#failure === undefined && !this.#gpus.has(`${device} ${model}`);
  }

  /**
   * Nothing when the CPU is faster, and that matters. `host`: called once, when the GPU is to be opened.
   *
   * @throws an `Error` with the code `device` when none can be used
   */
  async find(
    adapter: GPUAdapter,
    device: Device,
    model: ModelName,
    host: () => Host,
  ): Promise<Gpu | undefined> {
    if (this.#failure) throw this.#failure;
    const key = `${device} ${model}`;
    const gpu = this.#gpus.get(key) ?? this.#open(adapter, device, host);
    this.#gpus.set(key, gpu);
    return gpu;
  }

  /** No GPU is used again: one failed with `thrown`. */
  async fail(thrown: unknown): Promise<Error> {
    const reason = thrown instanceof Error ? thrown.message : `${thrown}`;
    this.#failure = refused(`the GPU failed: ${reason}`);
    this.dispose();
    if (this.#adapter) await remember(this.#adapter, false);
    return this.#failure;
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

  async #open(adapter: GPUAdapter, device: Device, host: () => Host): Promise<Gpu | undefined> {
    if (device !== "software") {
      if (isSoftware(adapter)) throw refused("WebGPU is the CPU here");
      if ((await hasPassed(adapter)) === false) {
        throw refused("this GPU failed before; clearCache() lets it be tried again");
      }
    }
    this.#adapter = adapter;
    try {
      const gpu = await open(adapter, host(), { isFaster: device === "auto" });
      await remember(adapter, true);
      return gpu;
    } catch (thrown) {
      throw await this.fail(thrown);
    }
  }
}

const refused = (message: string) => Object.assign(new Error(message), { code: "device" });
