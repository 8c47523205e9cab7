import { toCleancutError } from "./errors.js";
import { loadAssets } from "./load.js";
import { bytesLoaded, phaseBegins } from "./progress.js";
import type { Phase, Progress, RemoveOptions, Remover } from "./types.js";
import * as glue from "./wasm/cleancut.js";

/** Runs the wasm in this thread: inside the worker, and where there are no workers. */
export class LocalRemover implements Remover {
  #engine: Promise<glue.Remover> | undefined;
  #listeners = new Set<(progress: Progress) => void>();

  async remove(
    photo: Uint8Array<ArrayBuffer>,
    { signal, onProgress = () => {}, maxPixels }: RemoveOptions,
  ): Promise<Uint8Array<ArrayBuffer>> {
    signal?.throwIfAborted();
    const engine = await this.#load(onProgress);
    signal?.throwIfAborted();
    try {
      const words = maxPixels === undefined ? [] : ["max-pixels", String(Math.floor(maxPixels))];
      const cutout = engine.segment(photo, words, (step: Phase) => onProgress(phaseBegins(step)));
      onProgress(phaseBegins("compose"));
      const png = cutout.encode(words);
      cutout.free();
      onProgress(phaseBegins("done"));
      return png as Uint8Array<ArrayBuffer>;
    } catch (thrown) {
      const error = toCleancutError(thrown);
      if (error.code === "crashed") this.#forget();
      throw error;
    }
  }

  /** Start-up happens once, whoever waits for it; a failed one is tried again by the next call. */
  async #load(onProgress: (progress: Progress) => void): Promise<glue.Remover> {
    this.#listeners.add(onProgress);
    try {
      this.#engine ??= this.#start();
      return await this.#engine;
    } finally {
      this.#listeners.delete(onProgress);
    }
  }

  async #start(): Promise<glue.Remover> {
    try {
      const assets = await loadAssets((loaded, total) => {
        for (const listener of this.#listeners) listener(bytesLoaded(loaded, total));
      });
      glue.initSync({ module: assets.wasm });
      return new glue.Remover(assets.model);
    } catch (thrown) {
      this.#engine = undefined;
      throw toCleancutError(thrown);
    }
  }

  /** A trap leaves the instance's memory in disorder: the next call gets a fresh one. */
  #forget(): void {
    this.#engine = undefined;
    glue.__wbg_reset_state();
  }
}
