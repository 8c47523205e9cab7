/** The GPU that this place has, if any, and what is remembered of it. */

import type { GpuInfo } from "../contract/types.js";
import { readNote, writeNote } from "./cache.js";

export async function findAdapter(): Promise<GPUAdapter | undefined> {
  try {
    const adapter = await globalThis.navigator?.gpu?.requestAdapter({
      powerPreference: "high-performance",
    });
    return adapter ?? undefined;
  } catch {
    return undefined;
  }
}

/** Its maker, kind and driver, as far as the browser tells. */
function nameOf({ info }: GPUAdapter): string {
  const { vendor, architecture, device, description } = info;
  return [vendor, architecture, device, description].filter(Boolean).join(" ") || "unnamed";
}

/** Whether the CPU is behind it. */
export function isSoftware(adapter: GPUAdapter): boolean {
  return (
    adapter.info.isFallbackAdapter || /swiftshader|llvmpipe|basic render/i.test(nameOf(adapter))
  );
}

/** A browser's next version may bring another driver, or mend this one. */
const keyOf = (adapter: GPUAdapter) => `${navigator.userAgent} ${nameOf(adapter)}`;

/** Whether it passed its check when it was last tried; undefined: it was not, or is forgotten. */
export async function hasPassed(adapter: GPUAdapter): Promise<boolean | undefined> {
  return (await readNote())[keyOf(adapter)];
}

export async function remember(adapter: GPUAdapter, passed: boolean): Promise<void> {
  await writeNote({ ...(await readNote()), [keyOf(adapter)]: passed });
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
