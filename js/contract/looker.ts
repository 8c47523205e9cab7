/** What runs a network in place of the wasm that holds the photo, and what that engine gives to it. */

import type { Backend, Device, ModelName, OnnxModel } from "./types.js";

/** A GPU, or a wasm of its own. */
export interface Looker {
  /** What ran the last picture; undefined: the engine itself. */
  readonly backend: Backend | undefined;
  /**
   * Width and height of what it takes, px, 0 for what the options say; whether each picture is divided by its
   * brightest value.
   */
  readonly view: readonly [number, number, boolean];
  /** The saliency, a square, of a picture, `[height, width, 3]` u8. */
  look(picture: Uint8Array): Promise<Float32Array>;
  /** Gives its memory back. */
  dispose(): void;
}

/** A file that was published. */
export interface Published {
  readonly file: string;
  readonly bytes: number;
  /** The beginning of `sha256`. */
  readonly id: string;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** Told of every byte that arrives. */
export type Count = (bytes: number) => void;

/** The engine that holds photos and the package's networks, as its drivers see it. */
export interface Host {
  /** Somebody's own network, in place of the package's. */
  readonly network: OnnxModel | undefined;
  /** The driver's own wasm. */
  read(wasm: Published, count?: Count): Promise<Uint8Array<ArrayBuffer>>;
  /** What is at a URL. */
  readUrl(url: URL, count: Count): Promise<Uint8Array<ArrayBuffer>>;
  /** The bytes of one of the package's networks. */
  plan(model: ModelName): Promise<Uint8Array>;
  /** What the CPU makes with it of a picture, `[side, side, 3]` u8. */
  look(model: ModelName, picture: Uint8Array, side: number): Float32Array;
}

/** What a file that is loaded on demand drives. */
export interface Driver {
  /**
   * What is to look with `model`; undefined: the engine itself, which is faster. `report`: bytes read so far,
   * bytes in all.
   */
  find(
    device: Device,
    model: ModelName | undefined,
    report: (loaded: number, total: number) => void,
  ): Promise<Looker | undefined>;
  /** Gives all memory back. */
  dispose(): void;
}

/** Such a file. */
export interface DriverModule {
  drive(host: Host): Driver;
}
