/** The page: photos come in, are cut out and mended by the editor, and leave. */

import { capabilities, type GpuInfo } from "cleancut";

import { button, find, say } from "./dom.js";
import { Editor } from "./editor.js";
import { showFacts } from "./facts.js";
import { listenForPhotos } from "./intake.js";
import { explain, type Item } from "./item.js";
import { isNetwork, OwnNetwork } from "./network.js";
import { beOffline, prepare } from "./offline.js";
import { canShare, copyPicture, download, rename, share, zip } from "./output.js";
import { toSnippet } from "./snippet.js";
import { Traffic } from "./traffic.js";

const traffic = new Traffic();
const editor = new Editor();
const network = new OwnNetwork((model) => editor.use(model));
const snippet = find("snippet", HTMLElement);
const offline = beOffline();

listenForPhotos(async (files) => {
  const own = files.find(isNetwork);
  if (own) network.take(own);
  const photos = files.filter((file) => !isNetwork(file));
  if (photos.length === 0) return;
  await offline;
  traffic.photoChosen();
  editor.take(photos);
});
void offline.then(() => prepare(editor.workshop));

const ways = [
  button("save", leave(save)),
  button("copy", leave(copy)),
  button("share", leave(shareOne)),
];
find("share", HTMLElement).hidden = !canShare();
const saveAll = button("save-all", leave(saveEverything));
button("clear", () => editor.clear());
button("copy-code", leave(copyCode));

let gpu: GpuInfo | null = null;
void capabilities().then((found) => {
  gpu = found.gpu;
  editor.hasGpu = gpu !== null && !gpu.isSoftware;
});

editor.onChange = () => {
  const { shown } = editor;
  for (const way of ways) way.disabled = !shown;
  saveAll.hidden = editor.done.length < 2;
  const { find: found, render } = editor.options;
  const hasStrokes = (editor.selected?.strokes.length ?? 0) > 0;
  snippet.textContent = toSnippet(found, render, hasStrokes, network.spec);
  if (shown) showFacts(shown, gpu, network.spec?.name);
};
editor.onChange();

/** A press of a button that may fail: what went wrong is said. */
function leave(act: () => Promise<void>): () => void {
  return () => {
    act().catch((thrown) => say(explain(thrown), true));
  };
}

async function make(item: Item, format?: "png"): Promise<Blob> {
  const cutout = await editor.cutout(item);
  return cutout.toBlob({ ...editor.options.render, ...(format ? { format } : {}) });
}

async function save(): Promise<void> {
  const item = editor.selected;
  if (!item) return;
  const blob = await make(item);
  const name = rename(item.file, blob, "-cutout");
  download(blob, name);
  say(`Saved ${name}.`);
}

async function copy(): Promise<void> {
  const item = editor.selected;
  if (!item) return;
  await copyPicture(make(item, "png"));
  say("The cut-out is in the clipboard.");
}

async function shareOne(): Promise<void> {
  const item = editor.selected;
  if (!item) return;
  const blob = await make(item);
  await share(new File([blob], rename(item.file, blob, "-cutout"), { type: blob.type }));
}

async function saveEverything(): Promise<void> {
  const items = editor.done;
  saveAll.disabled = true;
  async function* files() {
    for (const [index, item] of items.entries()) {
      say(`Writing ${index + 1} of ${items.length}`);
      const blob = await make(item);
      yield { name: rename(item.file, blob), blob };
    }
  }
  try {
    download(await zip(files()), "cutouts.zip");
    say(`Saved ${items.length} cut-outs in cutouts.zip.`);
  } finally {
    saveAll.disabled = false;
  }
}

async function copyCode(): Promise<void> {
  await navigator.clipboard.writeText(snippet.textContent ?? "");
  say("The code is in the clipboard.");
}
