/** The GPUs of an engine: the file `wasm/webgpu.js`, loaded only where one is asked for. */

import { cut } from "../contract/errors.js";
import type { Driver, Host, Looker } from "../contract/looker.js";
import type { Device, ModelName } from "../contract/types.js";
import { findAdapter, hasPassed, isSoftware, remember } from "./adapter.js";
import { open } from "./webgpu.js";

const DEVICES: readonly Device[] = ["auto", "cpu", "webgpu", "software"];

export const drive = (host: Host): Driver => new Gpus(host);

/** One for each network and way to ask, opened when it is first asked for. */
class Gpus implements Driver {
  readonly #host: Host;
  #gpus = new Map<string, Promise<Looker | undefined>>();
  #failure: Error | undefined;
  #isDisposed = false;

  constructor(host: Host) {
    this.#host = host;
  }

  /**
   * Nothing when the CPU is faster, and that matters.
   *
   * @throws an `Error` with the code `device` when none can be used, `option` when `device` is none
   */
  find(device: Device, model: ModelName): Promise<Looker | undefined> {
    const key = `${device} ${model}`;
    const gpu = this.#gpus.get(key) ?? this.#open(device, model);
    this.#gpus.set(key, gpu);
    return gpu;
  }

  /** Gives their memory back. */
  dispose(): void {
    this.#isDisposed = true;
    this.#free();
  }

  async #open(device: Device, model: ModelName): Promise<Looker | undefined> {
    if (!DEVICES.includes(device)) {
      throw refused(`device is ${cut(device)}; it takes ${DEVICES.join(", ")}`, "option");
    }
    if (this.#failure) throw this.#failure;
    const adapter = await findAdapter();
    if (!adapter) throw refused("there is no WebGPU here");
    if (device !== "software") {
      if (isSoftware(adapter)) throw refused("WebGPU is the CPU here");
      if ((await hasPassed(adapter)) === false) {
        throw refused("this GPU failed before; clearCache() lets it be tried again");
      }
    }
    const onFailure = (thrown: unknown) => this.#fail(adapter, thrown);
    try {
      const wants = { isFaster: device === "auto", onFailure };
      const gpu = await open(adapter, this.#host, model, wants);
      await remember(adapter, true);
      return gpu;
    } catch (thrown) {
      throw await onFailure(thrown);
    }
  }

  /** No GPU is used again: one failed with `thrown`. */
  async #fail(adapter: GPUAdapter, thrown: unknown): Promise<Error> {
    if (this.#isDisposed) throw thrown;
    const reason = thrown instanceof Error ? thrown.message : `${thrown}`;
    this.#failure = refused(`the GPU failed: ${reason}`);
    this.#free();
    await remember(adapter, false);
    return this.#failure;
  }

  #free(): void {
    for (const gpu of this.#gpus.values()) {
      gpu.then(
        (opened) => opened?.dispose(),
        () => {},
      );
    }
    this.#gpus.clear();
  }
}

const refused = (message: string, code = "device") => Object.assign(new Error(message), { code });
