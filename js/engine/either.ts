/** Runs tasks in a worker or, where the page may have none, in the page's own thread. */

import { type CleancutError, NoWorkerError } from "../contract/errors.js";
import type { Engine, Gives, Job, Takes, TaskName } from "./task.js";

export class EitherEngine implements Engine {
  #engine: Engine;
  readonly #startHere: () => Promise<Engine>;
  #here: Promise<Engine> | undefined;
  #disposed = false;

  /** `remote` keeps what a task takes whole until it has a worker. */
  constructor(remote: Engine, startHere: () => Promise<Engine>) {
    this.#engine = remote;
    this.#startHere = startHere;
  }

  get pending(): number {
    return this.#engine.pending;
  }

  async run<Name extends TaskName>(name: Name, takes: Takes<Name>, job: Job): Promise<Gives<Name>> {
    try {
      return await this.#engine.run(name, takes, job);
    } catch (thrown) {
      if (!(thrown instanceof NoWorkerError)) throw thrown;
      this.#here ??= this.#move(thrown);
      return (await this.#here).run(name, takes, job);
    }
  }

  free(cutout: number): void {
    this.#engine.free(cutout);
  }

  dispose(): void {
    this.#disposed = true;
    this.#engine.dispose();
  }

  async #move({ message, hint }: CleancutError): Promise<Engine> {
    console.warn(`cleancut works in the page's own thread: ${message}. ${hint}`);
    this.#engine = await this.#startHere();
    if (this.#disposed) this.#engine.dispose();
    return this.#engine;
  }
}
