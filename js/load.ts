import { CleancutError } from "./errors.js";
import { model, wasm } from "./wasm/assets.js";

/** A file that belongs to the package; `bytes` is its uncompressed size. */
interface Asset {
  readonly url: URL;
  readonly bytes: number;
}

export interface Assets {
  readonly wasm: WebAssembly.Module;
  readonly model: Uint8Array<ArrayBuffer>;
}

/** Fetches and compiles what the engine needs. `onBytes`: bytes read so far, bytes in all. */
export async function loadAssets(
  onBytes: (loaded: number, total: number) => void,
): Promise<Assets> {
  const total = wasm.bytes + model.bytes;
  let loaded = 0;
  const count = (bytes: number) => {
    loaded = Math.min(loaded + bytes, total);
    onBytes(loaded, total);
  };
  count(0);
  const [wasmBytes, modelBytes] = await Promise.all([read(wasm, count), read(model, count)]);
  return { wasm: await compile(wasmBytes), model: modelBytes };
}

async function compile(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CleancutError("wasm", `the engine could not be compiled: ${why}`, { cause });
  }
}

async function read(
  asset: Asset,
  count: (bytes: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const { url } = asset;
  const bytes = url.protocol === "file:" ? await readFile(url) : await fetchBytes(url, count);
  if (url.protocol === "file:") count(bytes.byteLength);
  if (bytes.byteLength !== asset.bytes) {
    throw new CleancutError(
      "asset",
      `${url.href} has ${bytes.byteLength} bytes, expected ${asset.bytes}`,
    );
  }
  return bytes;
}

async function fetchBytes(
  url: URL,
  count: (bytes: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (cause) {
    throw new CleancutError("asset", `${url.href} could not be fetched`, { cause });
  }
  if (!response.ok || !response.body) {
    const type = response.headers.get("content-type") ?? "no content type";
    throw new CleancutError("asset", `${url.href} answered ${response.status} (${type})`);
  }
  const counted = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        count(chunk.byteLength);
        controller.enqueue(chunk);
      },
    }),
  );
  try {
    return new Uint8Array(await new Response(counted).arrayBuffer());
  } catch (cause) {
    throw new CleancutError("asset", `${url.href} broke off while it was read`, { cause });
  }
}

interface NodeFs {
  readonly promises: { readFile(url: URL): Promise<Uint8Array<ArrayBuffer>> };
}

/** Node's fetch does not read file: URLs, and an `import "node:fs"` would break bundlers. */
async function readFile(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  const { process } = globalThis as {
    process?: { getBuiltinModule?(name: "node:fs"): NodeFs | undefined };
  };
  const fs = process?.getBuiltinModule?.("node:fs");
  if (!fs) throw new CleancutError("asset", `${url.href} cannot be read: this page is no website`);
  try {
    return await fs.promises.readFile(url);
  } catch (cause) {
    throw new CleancutError("asset", `${url.href} could not be read`, { cause });
  }
}
