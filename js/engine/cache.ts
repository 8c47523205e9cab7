/**
 * Wasm and model in the Cache API, under the beginning of their sha256, so that no version finds
 * another's. A cache that fails (private windows, full disks) is as good as none.
 */

import type { ModelName } from "../contract/types.js";
import { type Asset, defaultModel, models, relaxed, simd } from "../wasm/assets.js";
import { artefact } from "./probe.js";

const NAME = "cleancut";
const keyOf = ({ id }: Asset) => `/.cleancut/${id}`;

/** What a cut-out needs here. */
export const neededAssets = (model: ModelName = defaultModel): readonly Asset[] => [
  { relaxed, simd }[artefact()],
  models[model],
];

export async function readCached(asset: Asset): Promise<Uint8Array<ArrayBuffer> | undefined> {
  return quietly(async () => {
    const response = await (await globalThis.caches?.open(NAME))?.match(keyOf(asset));
    return response && new Uint8Array(await response.arrayBuffer());
  });
}

let writes: Promise<unknown> = Promise.resolve();

/** Begins to write; [`written`] tells when it is done. */
export function writeCached(asset: Asset, bytes: Uint8Array<ArrayBuffer>): void {
  const write = quietly(async () => {
    await (await globalThis.caches?.open(NAME))?.put(keyOf(asset), new Response(bytes));
  });
  writes = Promise.all([writes, write]);
}

/** Settles when everything is there that this thread began to write. */
export const written = (): Promise<unknown> => writes;

/** The assets that a cut-out needs and that are not cached. */
export async function missingAssets(model?: ModelName): Promise<readonly Asset[]> {
  const needed = neededAssets(model);
  const found = await quietly(async () => {
    const cache = await globalThis.caches?.open(NAME);
    return Promise.all(needed.map((asset) => cache?.match(keyOf(asset))));
  });
  return needed.filter((_, index) => !found?.[index]);
}

/** Whether wasm and model are in the Cache API, so that a first cut-out downloads nothing. */
export async function isCached(model?: ModelName): Promise<boolean> {
  return (await missingAssets(model)).length === 0;
}

/** Takes wasm and models, of every version, out of the Cache API. */
export async function clearCache(): Promise<void> {
  await quietly(async () => globalThis.caches?.delete(NAME));
}

async function quietly<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch {
    return undefined;
  }
}
