/**
 * Holds the engine and the cut-outs that are worth keeping.
 *
 * In: an item and how to find its subject. Out: its `Cutout`, of what is wanted of it, strokes included. Cut-outs beyond
 * `HELD_PX` are let go of, the longest unused first, and made again when they are wanted.
 */

import {
  type Cutout,
  createRemover,
  type EditOptions,
  type FindOptions,
  type OnnxModel,
  type RequestOptions,
} from "cleancut";

import type { Item } from "./item.js";

/** About 5 bytes each, 4 of them the photo's, which strokes leave alone. */
const HELD_PX = 64e6;
const MASK_SHARE = 1 / 5;

interface Held {
  readonly key: string;
  readonly plain: Cutout;
  strokes: Item["strokes"];
  learn: EditOptions["learn"];
  edited: Cutout | undefined;
}

export class Workshop {
  #model: OnnxModel | undefined;
  #remover = createRemover();
  /** The longest unused first. */
  #held = new Map<Item, Held>();
  #queue: Promise<unknown> = Promise.resolve();

  async preload(options: RequestOptions): Promise<void> {
    await (await this.#remover).preload(options);
  }

  /** The item's cut-out as its strokes leave it; one at a time, in the order of the calls. */
  cutout(item: Item, find: FindOptions, request: EditOptions = {}): Promise<Cutout> {
    return this.#inTurn(() => this.#make(item, find, request));
  }

  /** The item's cut-out without its strokes; held, too. */
  async plain(item: Item, find: FindOptions, request: RequestOptions = {}): Promise<Cutout> {
    return (await this.#inTurn(() => this.#hold(item, find, request))).plain;
  }

  /** A cut-out of its own that nobody holds, without strokes. */
  async segment(item: Item, find: FindOptions): Promise<Cutout> {
    return (await this.#remover).segment(item.file, { ...find, ...item.only });
  }

  /** Ends all work; `model` looks from now on, or the package's own networks. */
  use(model: OnnxModel | undefined): void {
    this.#model = model;
    this.reset();
  }

  /** Ends all work and gives all memory back. */
  reset(): void {
    const old = this.#remover;
    this.#held.clear();
    this.#queue = Promise.resolve();
    this.#remover = createRemover({ model: this.#model });
    void old.then((remover) => remover.dispose());
  }

  release(item: Item): void {
    const held = this.#held.get(item);
    held?.plain.dispose();
    held?.edited?.dispose();
    this.#held.delete(item);
  }

  #inTurn<T>(make: () => Promise<T>): Promise<T> {
    const made = this.#queue.then(make);
    this.#queue = made.catch(() => {});
    return made;
  }

  async #make(item: Item, find: FindOptions, request: EditOptions): Promise<Cutout> {
    const { learn, ...rest } = request;
    const held = await this.#hold(item, find, rest);
    if (item.strokes.length === 0) return held.plain;
    if (!held.edited || held.strokes !== item.strokes || held.learn !== learn) {
      held.strokes = item.strokes;
      held.learn = learn;
      const edited = await held.plain.edit(item.strokes, request);
      held.edited?.dispose();
      held.edited = edited;
    }
    return held.edited;
  }

  async #hold(item: Item, find: FindOptions, request: RequestOptions): Promise<Held> {
    request.signal?.throwIfAborted();
    const options = { ...find, ...item.only };
    const key = JSON.stringify(options);
    let held = this.#held.get(item);
    if (held?.key !== key) {
      this.release(item);
      const plain = await (await this.#remover).segment(item.file, { ...options, ...request });
      held = { key, plain, strokes: [], learn: undefined, edited: undefined };
    }
    this.#held.delete(item);
    this.#held.set(item, held);
    this.#letGo();
    return held;
  }

  #letGo(): void {
    const size = ({ plain, edited }: Held) =>
      plain.width * plain.height * (edited ? 1 + MASK_SHARE : 1);
    let sum = [...this.#held.values()].reduce((sum, held) => sum + size(held), 0);
    for (const [item, held] of [...this.#held].slice(0, -1)) {
      if (sum <= HELD_PX) return;
      sum -= size(held);
      this.release(item);
    }
  }
}
