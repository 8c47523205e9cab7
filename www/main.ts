import { CleancutError, type Phase, type Progress, removeBackground } from "cleancut";

const WORDS: Record<Phase, string> = {
  load: "Loading the engine",
  decode: "Reading the photo",
  preprocess: "Looking at it",
  inference: "Finding the subject",
  matte: "Cutting it out",
  compose: "Cutting it out",
  encode: "Writing the PNG",
  done: "Done",
};

const stage = element("stage", HTMLElement);
const drop = element("drop", HTMLLabelElement);
const file = element("file", HTMLInputElement);
const picture = element("picture", HTMLElement);
const before = element("before", HTMLImageElement);
const after = element("after", HTMLImageElement);
const busy = element("busy", HTMLElement);
const bar = element("progress", HTMLProgressElement);
const cancel = element("cancel", HTMLButtonElement);
const status = element("status", HTMLElement);
const tools = element("tools", HTMLElement);
const save = element("save", HTMLButtonElement);
const another = element("another", HTMLButtonElement);
const compare = element("compare", HTMLButtonElement);

let current = new AbortController();
let fileName = "";

file.addEventListener("change", () => {
  const [photo] = file.files ?? [];
  if (photo) void cutOut(photo);
  file.value = "";
});

document.addEventListener("paste", ({ clipboardData }) => {
  const [photo] = clipboardData?.files ?? [];
  if (photo) void cutOut(photo);
});

for (const name of ["dragenter", "dragover"]) {
  document.addEventListener(name, (event) => {
    event.preventDefault();
    stage.classList.add("over");
  });
}
document.addEventListener("dragleave", ({ relatedTarget }) => {
  if (!relatedTarget) stage.classList.remove("over");
});
document.addEventListener("drop", (event) => {
  event.preventDefault();
  stage.classList.remove("over");
  const [photo] = event.dataTransfer?.files ?? [];
  if (photo) void cutOut(photo);
});

cancel.addEventListener("click", () => current.abort());

another.addEventListener("click", () => file.click());

save.addEventListener("click", () => {
  const link = document.createElement("a");
  link.href = after.src;
  link.download = fileName;
  link.click();
});

compare.addEventListener("click", () => {
  const pressed = compare.getAttribute("aria-pressed") !== "true";
  showOriginal(pressed);
});

tools.addEventListener("change", ({ target }) => {
  if (target instanceof HTMLInputElement) picture.dataset.ground = target.value;
});

async function cutOut(photo: File): Promise<void> {
  current.abort();
  const mine = new AbortController();
  current = mine;
  show("busy");
  status.classList.remove("bad");
  status.textContent = `${photo.name}: ${WORDS.load}`;
  bar.value = 0;
  setSource(before, photo);
  const began = performance.now();
  try {
    const cutout = await removeBackground(photo, {
      signal: mine.signal,
      onProgress: ({ phase, fraction }: Progress) => {
        if (mine.signal.aborted) return;
        bar.value = fraction;
        status.textContent = `${photo.name}: ${WORDS[phase]}`;
      },
    });
    setSource(after, cutout);
    await after.decode();
    fileName = `${photo.name.replace(/\.\w+$/, "")}-cutout.png`;
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    const { naturalWidth: width, naturalHeight: height } = after;
    status.textContent = `${photo.name}: ${width} x ${height} px, cut out in ${seconds} s`;
    show("done");
  } catch (thrown) {
    if (current !== mine) return;
    if (mine.signal.aborted) {
      status.textContent = "Cancelled.";
    } else {
      const known = thrown instanceof CleancutError;
      status.textContent = known ? `${photo.name}: ${thrown.message}. ${thrown.hint}` : `${thrown}`;
      status.classList.add("bad");
    }
    show("empty");
  }
}

/** One of three looks: waiting for a photo, working on one, showing the result. */
function show(state: "empty" | "busy" | "done"): void {
  stage.dataset.state = state;
  drop.hidden = state !== "empty";
  picture.hidden = state === "empty";
  busy.hidden = state !== "busy";
  tools.hidden = state !== "done";
  showOriginal(state === "busy");
  if (state === "done") save.focus();
  if (state === "empty") file.focus();
}

function showOriginal(original: boolean): void {
  compare.setAttribute("aria-pressed", String(original));
  before.hidden = !original;
  after.hidden = original;
}

function setSource(image: HTMLImageElement, blob: Blob): void {
  URL.revokeObjectURL(image.src);
  image.src = URL.createObjectURL(blob);
}

function element<T extends HTMLElement>(id: string, type: abstract new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`index.html lacks #${id}`);
  return found;
}
