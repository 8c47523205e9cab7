/**
 * Keeps the page for times without network, takes what is shared with the installed app, and tells
 * the page of every request that leaves it.
 *
 * The page itself comes from the network while there is one, so that no old version stays; all other
 * files carry a hash in their names and come from the cache. Wasm and model are kept by cleancut.
 */

declare const self: ServiceWorkerGlobalScope;

/** Written by the build: the page's files, and a hash of them all. */
const FILES: readonly string[] = JSON.parse("__FILES__");
const CACHE = "cleancut-page-__VERSION__";
const SHARED = "cleancut-shared";
const PAGE = "./";
const PATIENCE_MS = 4000;
const KEPT_WHEN_USED = /\/samples\/|\/assets\/(webgpu|onnx)-/;

self.addEventListener("install", (event) => {
  event.waitUntil(keep().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(dropOthers().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method === "POST" && url.pathname.endsWith("/share")) {
    event.respondWith(takeShared(request));
  } else if (request.method === "GET") {
    event.respondWith(request.mode === "navigate" ? answerPage(request) : answerFile(request));
  }
});

async function keep(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES.map((file) => new Request(file, { cache: "reload" })));
}

async function dropOthers(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("cleancut-page-") && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
}

async function answerPage(request: Request): Promise<Response> {
  const fresh = ask(request, AbortSignal.timeout(PATIENCE_MS));
  const kept = async () => (await find(PAGE)) ?? Response.error();
  return fresh.catch(kept);
}

async function answerFile(request: Request): Promise<Response> {
  const kept = await find(request);
  if (kept) return kept;
  const response = await ask(request);
  if (response.ok && KEPT_WHEN_USED.test(request.url)) {
    await (await caches.open(CACHE)).put(request, response.clone());
  }
  return response;
}

const find = async (what: Request | string): Promise<Response | undefined> =>
  (await caches.open(CACHE)).match(what, { ignoreSearch: true });

/** A request that leaves the page, told to it. */
async function ask(request: Request, signal?: AbortSignal): Promise<Response> {
  const response = await fetch(request, signal ? { signal } : {});
  void tell(request.url, response.clone());
  return response;
}

async function tell(url: string, response: Response): Promise<void> {
  const length = response.headers.get("content-length");
  const bytes = length ? Number(length) : (await response.arrayBuffer()).byteLength;
  for (const client of await self.clients.matchAll({ includeUncontrolled: true })) {
    client.postMessage({ url, bytes });
  }
}

/** Leaves the files where the page finds them, then opens the page. */
async function takeShared(request: Request): Promise<Response> {
  const photos = (await request.formData()).getAll("photos");
  const cache = await caches.open(SHARED);
  const files = photos.filter((photo) => photo instanceof File);
  await Promise.all(
    files.map((file, index) => {
      const headers = { "content-type": file.type, "x-name": encodeURIComponent(file.name) };
      return cache.put(`./shared/${index}`, new Response(file, { headers }));
    }),
  );
  return Response.redirect("./?shared", 303);
}
