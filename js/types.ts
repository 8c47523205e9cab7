/** The written contract: what callers give and get, and the interface both removers fulfil. */

/** A photo: the bytes of a JPEG, PNG or WebP file. A view is read at its own offset and length. */
export type ImageInput = Blob | ArrayBuffer | ArrayBufferView;

/** `load` is the download and start of wasm and model; the rest are the steps of the pipeline. */
export type Phase =
  | "load"
  | "decode"
  | "preprocess"
  | "inference"
  | "matte"
  | "compose"
  | "encode"
  | "done";

/** Where a request is. `fraction` never goes back within a request. */
export interface Progress {
  readonly phase: Phase;
  /** Estimated share of the whole request that is behind us, 0 to 1. */
  readonly fraction: number;
  /** During `load`: bytes of wasm and model read so far; 0 in later phases. */
  readonly loadedBytes: number;
  /** During `load`: bytes of wasm and model in all, uncompressed; 0 in later phases. */
  readonly totalBytes: number;
}

export interface RemoveOptions {
  /** Ends the request; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called as the request advances. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** The limit on a photo's width x height, px; 64 000 000 unless set. */
  readonly maxPixels?: number | undefined;
}

/** Cuts out one photo after another, in this thread or in a worker. */
export interface Remover {
  /**
   * `photo`: the bytes of a JPEG, PNG or WebP file; they may be detached. Resolves to the bytes of
   * a PNG file. Settles exactly once.
   */
  remove(photo: Uint8Array<ArrayBuffer>, options: RemoveOptions): Promise<Uint8Array<ArrayBuffer>>;
}
