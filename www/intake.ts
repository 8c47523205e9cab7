/** Every way a photo or a project gets in: chosen, taken, dropped, pasted, shared, opened with, a sample. */

import { button, find, say } from "./dom.js";

type Take = (files: File[]) => void;

/** Where the service worker leaves what was shared with the installed app. */
const SHARED = "cleancut-shared";

/** Rendered by the project, see `samples/render.py`. */
const SAMPLES: Record<string, string> = {
  shoe: "Shoe",
  headphones: "Headphones",
  bag: "Bag",
};

interface LaunchQueue {
  setConsumer(consume: (launch: { files: readonly FileSystemFileHandle[] }) => void): void;
}

export function listenForPhotos(take: Take): void {
  const give = (files: Iterable<File> | null | undefined) => {
    const photos = [...(files ?? [])];
    if (photos.length > 0) take(photos);
  };
  for (const id of ["file", "camera", "project"]) {
    const input = find(id, HTMLInputElement);
    input.addEventListener("change", () => {
      give(input.files);
      input.value = "";
    });
  }
  button("choose", () => find("file", HTMLInputElement).click());
  button("add", () => find("file", HTMLInputElement).click());
  for (const id of ["open-project", "go-on"]) {
    button(id, () => find("project", HTMLInputElement).click());
  }
  button("shoot", () => find("camera", HTMLInputElement).click());

  document.addEventListener("paste", ({ clipboardData }) => give(clipboardData?.files));
  const over = (isOver: boolean) => document.body.classList.toggle("over", isOver);
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    over(true);
  });
  document.addEventListener("dragleave", ({ relatedTarget }) => {
    if (!relatedTarget) over(false);
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    over(false);
    give(event.dataTransfer?.files);
  });

  (globalThis as { launchQueue?: LaunchQueue }).launchQueue?.setConsumer(({ files }) => {
    void Promise.all(files.map((handle) => handle.getFile())).then(give);
  });
  if (new URLSearchParams(location.search).has("shared")) void takeShared().then(give);
  showSamples(give);
}

async function takeShared(): Promise<File[]> {
  history.replaceState(null, "", location.pathname);
  const cache = await caches.open(SHARED);
  const files = (await cache.keys()).map(async (request) => {
    const response = await cache.match(request);
    const blob = await response?.blob();
    const name = decodeURIComponent(response?.headers.get("x-name") ?? "photo");
    return new File(blob ? [blob] : [], name, { type: blob?.type ?? "" });
  });
  const photos = await Promise.all(files);
  await caches.delete(SHARED);
  return photos;
}

/** One button each; where data is to be saved, without pictures. */
function showSamples(give: (files: File[]) => void): void {
  const list = find("samples", HTMLElement).querySelector("ul");
  for (const [name, title] of Object.entries(SAMPLES)) {
    const press = document.createElement("button");
    press.type = "button";
    press.textContent = title;
    if (!savesData()) {
      const picture = new Image(72, 72);
      picture.src = `./samples/${name}.webp`;
      picture.alt = "";
      picture.addEventListener("error", () => picture.remove());
      press.prepend(picture);
    }
    press.addEventListener("click", () => {
      fetchSample(name).then(
        (file) => give([file]),
        () => say(`The sample ${title} is not here while you are offline.`, true),
      );
    });
    const entry = document.createElement("li");
    entry.append(press);
    list?.append(entry);
  }
}

async function fetchSample(name: string): Promise<File> {
  const response = await fetch(`./samples/${name}.jpg`);
  if (!response.ok) throw new Error(`${response.status}`);
  return new File([await response.blob()], `${name}.jpg`, { type: "image/jpeg" });
}

/** Whether the reader asked for little traffic. */
export function savesData(): boolean {
  const { connection } = navigator as { connection?: { saveData?: boolean } };
  return connection?.saveData === true || matchMedia("(prefers-reduced-data: reduce)").matches;
}
