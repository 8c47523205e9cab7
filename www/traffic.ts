/**
 * Counts what the page requests. The service worker tells of all that passes it, the engine's own
 * worker included; what the page loaded before it had one is in the browser's own list.
 */

import { bytes, find } from "./dom.js";

/** What the service worker tells. */
export interface Told {
  readonly url: string;
  /** Bytes of the body as they came. */
  readonly bytes: number;
}

export class Traffic {
  #requests = 0;
  #bytes = 0;
  readonly #count = find("requests", HTMLElement);
  readonly #downloaded = find("downloaded", HTMLElement);
  readonly #list = find("request-list", HTMLOListElement);

  constructor() {
    const [page] = performance.getEntriesByType("navigation");
    if (page instanceof PerformanceResourceTiming && page.workerStart === 0)
      this.#add(toTold(page));
    new PerformanceObserver((entries) => {
      for (const entry of entries.getEntries() as PerformanceResourceTiming[]) {
        const isTold = entry.workerStart > 0;
        if (!isTold && entry.name.startsWith("http")) this.#add(toTold(entry));
      }
    }).observe({ type: "resource", buffered: true });
    navigator.serviceWorker?.addEventListener("message", ({ data }: MessageEvent<Told>) => {
      this.#add(data);
    });
  }

  /** A photo was chosen: the count begins anew. */
  photoChosen(): void {
    this.#requests = 0;
    find("since", HTMLElement).textContent = "since your photo";
    this.#list.replaceChildren();
    this.#show();
  }

  #add({ url, bytes: size }: Told): void {
    this.#requests += 1;
    this.#bytes += size;
    const entry = document.createElement("li");
    entry.textContent = `${new URL(url).pathname.split("/").at(-1) || "page"}, ${bytes(size)}`;
    this.#list.append(entry);
    this.#show();
  }

  #show(): void {
    this.#count.textContent = `${this.#requests}`;
    this.#downloaded.textContent = `Downloaded since this page was opened: ${bytes(this.#bytes)}.`;
  }
}

const toTold = ({ name, transferSize }: PerformanceResourceTiming): Told => ({
  url: name,
  bytes: transferSize,
});
