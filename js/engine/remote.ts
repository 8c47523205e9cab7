/** Runs a `LocalEngine` in a module worker, one task at a time. */

import {
  CleancutError,
  disposed,
  lost,
  NoWorkerError,
  reasonOf,
  unpackError,
} from "../contract/errors.js";
import type { Photo } from "../picture/source.js";
import { type Reply, type Request, UNREAD } from "./messages.js";
import type { Sources } from "./sources.js";
import type { Engine, Gives, Job, Takes, TaskName } from "./task.js";

/** A task that waits or runs. `resolve` or `reject` is called exactly once. */
interface Task {
  readonly id: number;
  readonly name: TaskName;
  readonly takes: Takes<TaskName>;
  readonly job: Job;
  resolve(gives: Gives<TaskName>): void;
  reject(reason: unknown): void;
}

/** Outside browsers: what keeps the process alive, which idle workers must not. */
interface Refable {
  ref?(): void;
  unref?(): void;
}

/** Each worker numbers its cut-outs in a range of its own. */
const RANGE = 2 ** 32;

const UNREADABLE = { code: "input", message: "what it made could not be read here" } as const;

/**
 * wasm cannot be interrupted. Aborting the running task ends the worker at once, and the next task
 * starts a new one; but while the worker holds cut-outs, the aborted task is left to end unheard.
 */
export class WorkerEngine implements Engine {
  readonly #sources: Sources;
  readonly #startWorker: () => Worker;
  readonly #idleTimeout: number;
  readonly #keepsPhotos: boolean;
  /** Whether a worker has ever answered, so that this place has workers. */
  #isProven = false;
  #worker: Worker | undefined;
  #workers = 0;
  #running: Task | undefined;
  #isUnheard = false;
  #waiting: Task[] = [];
  #cutouts = new Set<number>();
  #lastId = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;
  #disposed = false;

  /** `keepsPhotos`: what a task takes is whole when it rejects with a `NoWorkerError`. */
  constructor(
    sources: Sources,
    startWorker: () => Worker,
    idleTimeout: number,
    keepsPhotos = false,
  ) {
    this.#sources = sources;
    this.#startWorker = startWorker;
    this.#idleTimeout = idleTimeout;
    this.#keepsPhotos = keepsPhotos;
  }

  get pending(): number {
    return this.#waiting.length + (this.#running ? 1 : 0);
  }

  run<Name extends TaskName>(name: Name, takes: Takes<Name>, job: Job): Promise<Gives<Name>> {
    const { signal } = job;
    return new Promise<Gives<TaskName>>((resolve, reject) => {
      if (signal?.aborted) throw signal.reason;
      if (this.#disposed) throw disposed();
      if ("cutout" in takes && !this.#cutouts.has(takes.cutout)) throw lost();
      this.#lastId += 1;
      const onAbort = () => this.#abort(task);
      const settled = <T>(settle: (value: T) => void) => {
        return (value: T) => {
          signal?.removeEventListener("abort", onAbort);
          settle(value);
        };
      };
      const id = this.#lastId;
      const task = { id, name, takes, job, resolve: settled(resolve), reject: settled(reject) };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#waiting.push(task);
      this.#next();
    }) as Promise<Gives<Name>>;
  }

  free(cutout: number): void {
    if (!this.#cutouts.delete(cutout)) return;
    this.#post({ kind: "free", cutout });
    if (!this.#running) this.#rest();
  }

  dispose(): void {
    this.#disposed = true;
    const tasks = this.#waiting.splice(0);
    if (this.#running && !this.#isUnheard) tasks.unshift(this.#running);
    this.#terminate();
    for (const task of tasks) task.reject(disposed());
  }

  /** Hands the next waiting task to the worker when it is free. */
  #next(): void {
    if (this.#running) return;
    const task = this.#waiting.shift();
    if (!task) {
      this.#rest();
      return;
    }
    clearTimeout(this.#idle);
    const { id, name, takes } = task;
    if ("cutout" in takes && !this.#cutouts.has(takes.cutout)) {
      task.reject(lost());
      this.#next();
      return;
    }
    this.#running = task;
    this.#isUnheard = false;
    try {
      this.#worker ??= this.#start();
    } catch (cause) {
      void this.#fail(cause);
      return;
    }
    (this.#worker as Refable).ref?.();
    const isKept = this.#keepsPhotos && !this.#isProven;
    try {
      this.#post({ kind: "run", id, name, takes }, isKept ? [] : transferOf(takes));
    } catch (cause) {
      this.#running = undefined;
      const message = `the picture could not be handed to the worker: ${reasonOf(cause)}`;
      task.reject(new CleancutError("input", message, { cause }));
      this.#next();
    }
  }

  #start(): Worker {
    const worker = this.#startWorker();
    const isCurrent = () => this.#worker === worker;
    worker.addEventListener("message", ({ data }: MessageEvent<Reply>) => {
      if (isCurrent()) this.#receive(data);
    });
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      if (!isCurrent()) return;
      if (!event.message) void this.#fail();
      else this.#crash(new CleancutError("crashed", `the worker broke down: ${event.message}`));
    });
    worker.addEventListener("messageerror", () => {
      if (isCurrent()) this.#answer({ kind: "failed", id: UNREAD, error: UNREADABLE });
    });
    this.#workers += 1;
    const firstId = this.#workers * RANGE;
    const request: Request = { kind: "start", sources: this.#sources, firstId };
    try {
      worker.postMessage(request);
    } catch (cause) {
      worker.terminate();
      const message = `assets cannot be handed to a worker: ${reasonOf(cause)}`;
      throw new CleancutError("option", message, { cause });
    }
    return worker;
  }

  /** No worker was to be had; where that will not change, nothing that waits can be done either. */
  async #fail(cause?: unknown): Promise<void> {
    const task = this.#running;
    const { whyNoWorker } = await import("./forbidden.js");
    const error =
      cause instanceof CleancutError ? cause : await whyNoWorker(this.#startWorker, cause);
    if (this.#running !== task) return;
    const tasks = error instanceof NoWorkerError ? this.#waiting.splice(0) : [];
    this.#crash(error);
    for (const each of tasks) each.reject(error);
  }

  #post(request: Request, transfer: Transferable[] = []): void {
    this.#worker?.postMessage(request, transfer);
  }

  #receive(reply: Reply): void {
    this.#isProven = true;
    const task = this.#running;
    if (reply.id !== task?.id && reply.id !== UNREAD) return;
    if (reply.kind === "progress") task?.job.report(reply.progress);
    else if (reply.kind === "failed" && reply.error.code === "crashed") {
      this.#crash(unpackError(reply.error));
    } else this.#answer(reply);
  }

  /** Ends the running task alone, and goes on. */
  #answer(reply: Exclude<Reply, { kind: "progress" }>): void {
    const task = this.#running;
    const isUnheard = this.#isUnheard;
    this.#running = undefined;
    if (reply.kind === "failed") {
      task?.reject(unpackError(reply.error));
    } else {
      const { gives } = reply;
      if (typeof gives === "object" && "id" in gives) {
        this.#cutouts.add(gives.id);
        if (isUnheard) this.free(gives.id);
      }
      task?.resolve(gives);
    }
    this.#next();
  }

  #crash(error: CleancutError): void {
    const task = this.#running;
    this.#terminate();
    task?.reject(error);
    this.#next();
  }

  #abort(task: Task): void {
    if (this.#running !== task) this.#waiting = this.#waiting.filter((other) => other !== task);
    else if (this.#cutouts.size > 0) this.#isUnheard = true;
    else this.#terminate();
    task.reject(task.job.signal?.reason);
    this.#next();
  }

  /** Ends the worker after a while, so that the memory it took goes back. */
  #rest(): void {
    clearTimeout(this.#idle);
    if (!this.#worker || this.#cutouts.size > 0 || this.#idleTimeout === Infinity) return;
    this.#idle = setTimeout(() => this.#terminate(), this.#idleTimeout);
    for (const held of [this.#idle, this.#worker]) (held as Refable).unref?.();
  }

  #terminate(): void {
    clearTimeout(this.#idle);
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#running = undefined;
    this.#cutouts.clear();
  }
}

/** The buffers and bitmaps of a task's photos, which are the engine's to keep. */
function transferOf(takes: Takes<TaskName>): Transferable[] {
  const photos: Photo[] = [];
  if ("photo" in takes) photos.push(takes.photo);
  if ("style" in takes && takes.style.ground) photos.push(takes.style.ground);
  return photos.map((photo) => {
    if (photo.kind === "bitmap") return photo.bitmap;
    return photo.kind === "file" ? photo.bytes.buffer : photo.pixels.buffer;
  });
}
