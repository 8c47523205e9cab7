/** The page: photos come in, are cut out and mended by the editor, and leave. */

import { capabilities, type GpuInfo } from "cleancut";

import { button, find, say } from "./dom.js";
import { Editor } from "./editor.js";
import { showFacts } from "./facts.js";
import { listenForPhotos } from "./intake.js";
import { explain, type Item } from "./item.js";
import { isNetwork, OwnNetwork } from "./network.js";
import { beOffline, prepare } from "./offline.js";
import { canShare, copyPicture, download, rename, share, stem, zip } from "./output.js";
import { isProject, read, write } from "./project.js";
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
  for (const file of files.filter(isProject)) await openProject(file);
  const photos = files.filter((file) => !isNetwork(file) && !isProject(file));
  if (photos.length === 0) return;
  await offline;
  traffic.photoChosen();
  await editor.take(photos);
});
void offline.then(() => prepare(editor.workshop));

const ways = [
  button("save", leave(save)),
  button("save-project", leave(saveProject)),
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
  const { find: found, render, mending } = editor.options;
  const isMended = (editor.selected?.strokes.length ?? 0) > 0;
  snippet.textContent = toSnippet(found, render, isMended ? mending : undefined, network.spec);
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

async function saveProject(): Promise<void> {
  const { project } = editor;
  if (!project) return;
  const text = write({ ...project, network: network.spec?.name });
  const name = `${stem(project.photo.name)}.cleancut`;
  download(new Blob([text], { type: "application/json" }), name);
  say(`Saved ${name}: the settings and what you did by hand, without the photo.`);
}

async function openProject(file: File): Promise<void> {
  try {
    const project = await read(file);
    const note = await editor.reopen(project);
    const { name, width, height } = project.photo;
    const then = note ?? `Now choose its photo, ${name} (${width} × ${height} px).`;
    const isOther = project.network !== undefined && project.network !== network.spec?.name;
    say(
      `${file.name}: ${then}${isOther ? ` ${project.network} looked for the subject then.` : ""}`,
    );
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : thrown;
    say(`${file.name}: ${why}. Nothing was changed.`, true);
  }
}

async function copyCode(): Promise<void> {
  await navigator.clipboard.writeText(snippet.textContent ?? "");
  say("The code is in the clipboard.");
}
