import { CleancutError } from "./errors.js";
import type { ImageInput } from "./types.js";

/** In: what a caller gave. Out: a copy of its bytes, which is ours to transfer. */
export async function readInput(input: ImageInput): Promise<Uint8Array<ArrayBuffer>> {
  if (input instanceof Blob) {
    try {
      return new Uint8Array(await input.arrayBuffer());
    } catch (cause) {
      throw new CleancutError("input", "the file could not be read", { cause });
    }
  }
  if (input instanceof ArrayBuffer) return new Uint8Array(input).slice();
  if (ArrayBuffer.isView(input)) {
    return new Uint8Array(new Uint8Array(input.buffer, input.byteOffset, input.byteLength));
  }
  throw new CleancutError("input", `${describe(input)} is not a picture`);
}

function describe(input: unknown): string {
  if (input === null || typeof input !== "object") return `the argument (${typeof input})`;
  return `the argument (${input.constructor?.name ?? "object"})`;
}
