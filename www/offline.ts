/** The service worker, and what the first cut-out costs. */

import { capabilities } from "cleancut";

import { bytes, find } from "./dom.js";
import { savesData } from "./intake.js";
import type { Workshop } from "./workshop.js";

const PATIENCE_MS = 1500;
const READY = "Engine and model are here: this page now works without any network.";

/**
 * Settles when the service worker sees every request of this page, or when none comes: then the page
 * works all the same, with fewer things to count.
 */
export async function beOffline(): Promise<void> {
  const workers = navigator.serviceWorker;
  if (!workers || !import.meta.env.PROD) return;
  const controlled = new Promise<void>((resolve) => {
    workers.addEventListener("controllerchange", () => resolve(), { once: true });
    setTimeout(resolve, PATIENCE_MS);
  });
  const registered = workers.register("./service-worker.js").catch(() => undefined);
  if (!workers.controller && (await registered)) await controlled;
}

/** Says what is to be downloaded before it is, and downloads it unless the reader saves data. */
export async function prepare(workshop: Workshop): Promise<void> {
  const cost = find("cost", HTMLElement);
  const { simd, cached, bytesToDownload } = await capabilities();
  const total = bytesToDownload.toLocaleString();
  const price = cached
    ? READY
    : `Engine and model are ${total} bytes, once; compressed servers send less.`;
  cost.textContent = simd ? price : "This browser lacks WebAssembly SIMD, which cleancut needs.";
  if (!simd || savesData()) return;
  await new Promise<void>(whenIdle);
  try {
    await workshop.preload({
      onProgress: ({ loadedBytes, totalBytes }) => {
        if (cached || loadedBytes === totalBytes) return;
        cost.textContent = `Loading engine and model: ${bytes(loadedBytes)} of ${total} bytes.`;
      },
    });
    cost.textContent = READY;
  } catch {
    // Offline, or cancelled: the next photo loads it, and says what goes wrong.
    cost.textContent = price;
  }
}

function whenIdle(start: () => void): void {
  const ask = () => (globalThis.requestIdleCallback ?? setTimeout)(() => start());
  if (document.readyState === "complete") ask();
  else addEventListener("load", ask, { once: true });
}
