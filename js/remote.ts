import { CleancutError } from "./errors.js";
import type { RemoveOptions, Remover } from "./types.js";
import type { Reply, Request } from "./worker.js";

/** A request that waits or runs. `settle` is called at most once. */
interface Job {
  readonly id: number;
  readonly photo: Uint8Array<ArrayBuffer>;
  readonly options: RemoveOptions;
  resolve(png: Uint8Array<ArrayBuffer>): void;
  reject(reason: unknown): void;
}

/**
 * Runs a `LocalRemover` in a module worker, one photo at a time. wasm cannot be interrupted, so
 * aborting the running photo terminates the worker; the next photo starts a new one.
 */
export class WorkerRemover implements Remover {
  #worker: Worker | undefined;
  #running: Job | undefined;
  #waiting: Job[] = [];
  #lastId = 0;

  remove(photo: Uint8Array<ArrayBuffer>, options: RemoveOptions): Promise<Uint8Array<ArrayBuffer>> {
    const { signal } = options;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      this.#lastId += 1;
      const onAbort = () => this.#end(job, () => reject(signal?.reason));
      const stopListening = () => signal?.removeEventListener("abort", onAbort);
      const job: Job = {
        id: this.#lastId,
        photo,
        options,
        resolve: (png) => {
          stopListening();
          resolve(png);
        },
        reject: (reason) => {
          stopListening();
          reject(reason);
        },
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#waiting.push(job);
      this.#next();
    });
  }

  /** Hands the next waiting job to the worker when it is free. */
  #next(): void {
    if (this.#running) return;
    const job = this.#waiting.shift();
    if (!job) return;
    this.#running = job;
    try {
      this.#worker ??= this.#start();
    } catch (cause) {
      const error = new CleancutError("worker", "the worker could not be started", { cause });
      this.#end(job, () => job.reject(error));
      return;
    }
    const request: Request = {
      id: job.id,
      photo: job.photo,
      maxPixels: job.options.maxPixels,
    };
    this.#worker.postMessage(request, [job.photo.buffer]);
  }

  #start(): Worker {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }: MessageEvent<Reply>) => this.#receive(data));
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      const why = event.message ? `the worker broke down: ${event.message}` : undefined;
      this.#crash(new CleancutError("worker", why ?? "the worker's script could not be loaded"));
    });
    worker.addEventListener("messageerror", () => {
      this.#crash(new CleancutError("crashed", "a message from the worker could not be read"));
    });
    return worker;
  }

  #receive(reply: Reply): void {
    const job = this.#running;
    if (!job || job.id !== reply.id) return;
    switch (reply.kind) {
      case "progress":
        job.options.onProgress?.(reply.progress);
        return;
      case "done":
        this.#running = undefined;
        job.resolve(reply.png);
        break;
      case "failed": {
        const error = new CleancutError(reply.code, reply.message);
        if (reply.code === "crashed") {
          this.#crash(error);
          return;
        }
        this.#running = undefined;
        job.reject(error);
      }
    }
    this.#next();
  }

  #crash(error: CleancutError): void {
    const job = this.#running;
    this.#terminate();
    job?.reject(error);
    this.#next();
  }

  /** Takes `job` out wherever it is, then settles it. */
  #end(job: Job, settle: () => void): void {
    if (this.#running === job) this.#terminate();
    else this.#waiting = this.#waiting.filter((waiting) => waiting !== job);
    settle();
    this.#next();
  }

  #terminate(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#running = undefined;
  }
}
