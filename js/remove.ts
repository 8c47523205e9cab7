import { CleancutError } from "./errors.js";
import { WorkerRemover } from "./remote.js";
import { readInput } from "./source.js";
import type { ImageInput, Progress, RemoveOptions, Remover } from "./types.js";

const OPTIONS: readonly string[] = ["signal", "onProgress", "maxPixels"];

let remover: Promise<Remover> | undefined;

/**
 * Removes the background of a photo. Runs in a worker where there are workers, else in place.
 *
 * @param input the bytes of a JPEG, PNG or WebP file
 * @returns a PNG of the photo's size, upright, with straight alpha
 * @throws {CleancutError} when the photo cannot be cut out
 * @throws the signal's reason when it is aborted
 */
export async function removeBackground(
  input: ImageInput,
  options: RemoveOptions = {},
): Promise<Blob> {
  checkOptions(options);
  options.signal?.throwIfAborted();
  const photo = await readInput(input);
  remover ??= createRemover();
  const onProgress = options.onProgress && guarded(options.onProgress);
  const png = await (await remover).remove(photo, { ...options, onProgress });
  return new Blob([png], { type: "image/png" });
}

async function createRemover(): Promise<Remover> {
  if (typeof Worker === "function") return new WorkerRemover();
  const { LocalRemover } = await import("./local.js");
  return new LocalRemover();
}

/** What a listener throws is its page's bug to see; it must not decide the request. */
function guarded(listener: (progress: Progress) => void): (progress: Progress) => void {
  return (progress) => {
    try {
      listener(progress);
    } catch (thrown) {
      queueMicrotask(() => {
        throw thrown;
      });
    }
  };
}

function checkOptions(options: RemoveOptions): void {
  for (const name of Object.keys(options)) {
    if (!OPTIONS.includes(name)) {
      throw new CleancutError("input", `unknown option "${name}"; known are ${OPTIONS.join(", ")}`);
    }
  }
  const { maxPixels } = options;
  if (maxPixels !== undefined && !(maxPixels > 0)) {
    throw new CleancutError("input", `maxPixels is ${maxPixels}; it must be above 0`);
  }
}
