/** What there is to say of the GPU of this place, and what is remembered of it. */

import type { GpuInfo } from "../contract/types.js";
import { version } from "../wasm/webgpu-wasm.js";

/** Beside wasm and model, so that `clearCache` forgets it; no version finds another's. */
const CACHE = "cleancut";
const NOTE = `/.cleancut/gpus-${version}`;

/** What is remembered of each GPU: whether it passed. */
type Note = Readonly<Record<string, boolean>>;

export async function findAdapter(): Promise<GPUAdapter | null> {
  try {
    return await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  } catch {
    return null;
  }
}

export async function describeGpu(): Promise<GpuInfo | null> {
  const adapter = await findAdapter();
  if (!adapter) return null;
  return {
    adapter: nameOf(adapter),
    features: [...adapter.features, ...navigator.gpu.wgslLanguageFeatures].sort(),
    isSoftware: isSoftware(adapter),
    passed: await hasPassed(adapter),
  };
}

/** Whether the CPU is behind it. */
export function isSoftware(adapter: GPUAdapter): boolean {
  return (
    adapter.info.isFallbackAdapter || /swiftshader|llvmpipe|basic render/i.test(nameOf(adapter))
  );
}

/** Whether it passed its check when it was last tried; undefined: it was not, or is forgotten. */
export async function hasPassed(adapter: GPUAdapter): Promise<boolean | undefined> {
  return (await readNote())[keyOf(adapter)];
}

/** A cache that fails forgets. */
export async function remember(adapter: GPUAdapter, passed: boolean): Promise<void> {
  try {
    const note = Response.json({ ...(await readNote()), [keyOf(adapter)]: passed });
    await (await caches.open(CACHE)).put(NOTE, note);
  } catch {}
}

async function readNote(): Promise<Note> {
  try {
    return (await (await (await caches.open(CACHE)).match(NOTE))?.json()) ?? {};
  } catch {
    return {};
  }
}

/** Its maker, kind and driver, as far as the browser tells. */
function nameOf({ info }: GPUAdapter): string {
  const { vendor, architecture, device, description } = info;
  return [vendor, architecture, device, description].filter(Boolean).join(" ") || "unnamed";
}

/** A browser's next version may bring another driver, or mend this one. */
const keyOf = (adapter: GPUAdapter) => `${navigator.userAgent} ${nameOf(adapter)}`;
