import { CleancutError } from "./errors.js";
import { type Asset, model, relaxed, simd } from "./wasm/assets.js";

/** A module with one `i32x4.relaxed_dot_i8x16_i7x16_add_s`: valid where relaxed SIMD is. */
const RELAXED_PROBE = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x0a, 0x13, 0x01, 0x11, 0x00],
  ...[0x41, 0x00, 0xfd, 0x0f, 0x41, 0x00, 0xfd, 0x0f, 0x41, 0x00, 0xfd, 0x0f],
  ...[0xfd, 0x93, 0x02, 0x0b],
);

export interface Assets {
  readonly wasm: WebAssembly.Module;
  readonly model: Uint8Array<ArrayBuffer>;
}

/** Fetches and compiles what the engine needs. `onBytes`: bytes read so far, bytes in all. */
export async function loadAssets(
  onBytes: (loaded: number, total: number) => void,
): Promise<Assets> {
  const wasm = WebAssembly.validate(RELAXED_PROBE) ? relaxed : simd;
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
