/** What an engine is asked and answers; all of it passes through `postMessage`. */

import type {
  Backend,
  Device,
  Mask,
  ModelName,
  Progress,
  Subject,
  Timings,
} from "../contract/types.js";
import type { Photo } from "../picture/source.js";

/** How a picture is made: options as pairs of name and value, and a picture to put it on. */
export interface Style {
  readonly words: readonly string[];
  readonly ground?: Photo | undefined;
}

/** A picture as a file, and its media type. */
export interface Written {
  readonly file: Uint8Array<ArrayBuffer>;
  readonly type: string;
}

/** A cut-out that the engine holds until it is told to free `id`. */
export interface Found extends Subject {
  readonly id: number;
  readonly width: number;
  readonly height: number;
  readonly timings: Timings;
  readonly backend: Backend;
}

/** RGBA8, straight alpha. */
export interface Rendered {
  readonly data: Uint8ClampedArray<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

/** Every task: what it takes, what it gives. */
export interface Tasks {
  load: {
    takes: { readonly model?: ModelName | undefined; readonly device: Device };
    gives: undefined;
  };
  remove: {
    takes: { readonly photo: Photo; readonly style: Style; readonly device: Device };
    gives: Written & { readonly subject: Subject };
  };
  segment: {
    takes: {
      readonly photo: Photo;
      readonly words: readonly string[];
      readonly device: Device;
    };
    gives: Found;
  };
  file: { takes: { readonly cutout: number; readonly style: Style }; gives: Written };
  pixels: { takes: { readonly cutout: number; readonly style: Style }; gives: Rendered };
  bitmap: { takes: { readonly cutout: number; readonly style: Style }; gives: ImageBitmap };
  mask: { takes: { readonly cutout: number }; gives: Mask };
  apply: {
    takes: { readonly cutout: number; readonly photo: Photo; readonly words: readonly string[] };
    gives: Found;
  };
  edit: {
    takes: { readonly cutout: number; readonly strokes: Float32Array; readonly learn: boolean };
    gives: Found;
  };
}
export type TaskName = keyof Tasks;
export type Takes<Name extends TaskName> = Tasks[Name]["takes"];
export type Gives<Name extends TaskName> = Tasks[Name]["gives"];

/** The caller's side of one task. */
export interface Job {
  readonly signal?: AbortSignal | undefined;
  report(progress: Progress): void;
}

/** Runs tasks one after another, in this thread or in a worker. */
export interface Engine {
  /** Tasks that run or wait. */
  readonly pending: number;
  /** Settles exactly once. What `takes` holds may be detached. */
  run<Name extends TaskName>(name: Name, takes: Takes<Name>, job: Job): Promise<Gives<Name>>;
  /** Frees a cut-out; one that is gone is left alone. */
  free(cutout: number): void;
  /** Ends everything; what is pending rejects with `disposed`. */
  dispose(): void;
}
