/**
 * The way of a photo through the page: it waits, is cut out, shown, mended.
 *
 * Photos are cut out one after another, the one looked at first. What is shown is always rendered
 * from the newest settings: what became stale while it was being rendered is rendered again.
 */

import type { Cutout, EditOptions, FindOptions, OnnxModel, RenderOptions } from "cleancut";

import { Awaited } from "./awaited.js";
import { Brush } from "./brush.js";
import { button, find, say } from "./dom.js";
import { listen } from "./gestures.js";
import { explain, type Item, toItem } from "./item.js";
import { Layer } from "./layer.js";
import { type Focus, Picker } from "./picker.js";
import type { Project } from "./project.js";
import { Queue, THUMB_PX } from "./queue.js";
import { Settings } from "./settings.js";
import { Stage } from "./stage.js";
import type { Tool } from "./tool.js";
import { Undo } from "./undo.js";
import { Waiting } from "./waiting.js";
import { Workshop } from "./workshop.js";

const PICK = "Click on what should stay, or draw a box around it.";
const NOTHING = "Nothing stands out there. Click on something else, or draw a box around it.";

export class Editor {
  readonly workshop = new Workshop();
  /** The cut-out that is seen. */
  shown: Cutout | undefined;
  /** Called when something changed that others show. */
  onChange: () => void = () => {};
  readonly #queue = new Queue((item) => void this.#select(item));
  readonly #settings = new Settings((isCompare) => void this.#follow(isCompare));
  readonly #stage = new Stage();
  readonly #brush = new Brush(
    this.#stage,
    (brush) => void this.#hold(brush),
    (stroke) => this.#strokes.add(stroke),
  );
  readonly #picker = new Picker(
    this.#stage,
    (picker) => {
      if (picker.isTaken) say(PICK);
      void this.#hold(picker);
    },
    (focus) => void this.#pick(focus),
  );
  readonly #tools: readonly Tool[] = [this.#brush, this.#picker];
  readonly #all = button("all", () => this.#takeAll());
  readonly #strokes = new Undo(
    () => this.selected,
    () => void this.#refresh(),
  );
  readonly #awaited = new Awaited();
  readonly #waiting = new Waiting(() => this.cancel());
  #ended = new AbortController();
  #isWorking = false;
  #isRendering = false;
  #isPicking = false;
  #isStale = false;

  constructor() {
    listen(this.#stage, this.#tools, () => void this.#hold(undefined));
  }

  /** Offers the GPU where there is one. */
  set hasGpu(has: boolean) {
    this.#settings.hasGpu = has;
  }

  get selected(): Item | undefined {
    return this.#queue.selected;
  }

  /** Cuts every photo out anew, with a network of the reader's own or with the package's. */
  use(network: OnnxModel | undefined): void {
    this.#ended.abort();
    this.#ended = new AbortController();
    this.#settings.isOwn = network !== undefined;
    this.workshop.use(network);
    this.#show(undefined);
    for (const item of this.#queue.items) {
      item.state = "waiting";
      this.#queue.update(item);
    }
    void this.#work();
  }

  get done(): readonly Item[] {
    return this.#queue.items.filter(({ state }) => state === "done");
  }

  /** The options that the form says: how to find the subject, to make the file, to take strokes. */
  get options(): { find: FindOptions; render: RenderOptions; mending: EditOptions } {
    const { look, frame, file, mending } = this.#settings;
    const find = { ...this.#settings.find, ...this.selected?.only };
    return { find, render: { ...frame, ...look, ...file }, mending };
  }

  /** What is to be done to the photo that is looked at; undefined until it is cut out. */
  get project(): Project | undefined {
    const { selected: item, shown } = this;
    if (!item || !shown) return undefined;
    const { width, height } = shown;
    const { learn, ...kept } = this.#settings.kept;
    return {
      photo: { name: item.file.name, bytes: item.file.size, width, height },
      options: { ...kept, ...item.only },
      strokes: item.strokes,
      learn,
    };
  }

  /** Photos of projects that were opened go on from there. */
  async take(files: readonly File[]): Promise<void> {
    const items = files.map(toItem);
    for (const item of items) await this.#awaited.goOn(item, this.#settings);
    const [first] = items;
    if (first?.note === "") first.note = this.#awaited.note;
    this.#add(items);
  }

  /**
   * Goes on with a project, at once when its photo is here, else when it comes. A photo that was mended
   * since is left as it is, and comes a second time. Gives what there is to say, if the photo is here.
   *
   * @throws {Error} and changes nothing, when the page cannot do what it asks for
   */
  async reopen(project: Project): Promise<string | undefined> {
    const { at: _, roi: __, ...kept } = project.options;
    this.#settings.restore({ ...kept, learn: project.learn })();
    this.#awaited.add(project);
    for (const item of this.#queue.items) {
      const isMended = item.strokes.length > 0 || item.only !== undefined;
      const own = isMended ? toItem(item.file) : item;
      if (!(await this.#awaited.goOn(own, this.#settings))) continue;
      if (own !== item) this.#add([own]);
      else await this.#select(item);
      return own.note;
    }
    return undefined;
  }

  /** Ends all work: photos that are not done are gone, and so is all the engine's memory. */
  cancel(): void {
    this.#leave(({ state }) => state === "waiting" || state === "working");
    say("Cancelled.");
  }

  clear(): void {
    this.#awaited.clear();
    this.#leave(() => true);
    say("");
  }

  /** An item's cut-out as it stands, from which files are made. */
  cutout(item: Item): Promise<Cutout> {
    const { find, mending } = this.#settings;
    return this.workshop.cutout(item, find, { ...mending, signal: this.#ended.signal });
  }

  #add(items: readonly Item[]): void {
    for (const item of items) this.#queue.add(item);
    this.#open(true);
    void this.#select(items[0]);
    void this.#work();
  }

  async #work(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    for (let item = this.#queue.next; item; item = this.#queue.next) await this.#process(item);
    this.#isWorking = false;
    this.#waiting.end();
    this.#tellBusy();
    this.onChange();
    if (this.selected) this.#tell(this.selected);
  }

  async #process(item: Item): Promise<void> {
    const { signal } = this.#ended;
    item.state = "working";
    this.#queue.update(item);
    const began = performance.now();
    try {
      const onProgress = this.#waiting.begin(item, this.#queue.items);
      const { find, mending } = this.#settings;
      const request = { ...mending, signal, onProgress };
      const cutout = await this.workshop.cutout(item, find, request);
      item.state = "done";
      const said = describe(item, cutout, performance.now() - began);
      item.message = item.note ? `${said.replace(/\.?$/, ".")} ${item.note}` : said;
      if (item === this.selected) await this.#follow(false);
      else await this.#drawThumb(item, cutout, signal);
    } catch (thrown) {
      if (signal.aborted) return;
      item.state = "failed";
      item.message = `${item.file.name}: ${explain(thrown)}`;
    }
    this.#queue.update(item);
    if (item === this.selected) this.#tell(item);
  }

  /** Of a photo that is not looked at; the thumbnail of one that is comes from what is seen. */
  async #drawThumb(item: Item, cutout: Cutout, signal: AbortSignal): Promise<void> {
    const size = cutout.width > cutout.height ? { width: THUMB_PX } : { height: THUMB_PX };
    const bitmap = await cutout.toImageBitmap({ size, signal });
    this.#queue.picture(item, bitmap);
    bitmap.close();
  }

  async #select(item: Item | undefined): Promise<void> {
    this.#queue.selected = item;
    for (const tool of this.#tools) tool.leave();
    this.#stage.isGhost = false;
    this.#stage.setAfter(undefined);
    this.#stage.setBefore(undefined);
    this.#stage.split = 0;
    if (!item) return;
    this.#tell(item);
    await Promise.all([this.#compare(), this.#refresh()]);
  }

  /** Shows what the result is compared with. */
  async #compare(): Promise<void> {
    const item = this.selected;
    if (!item) return;
    const isUnrefined =
      this.#settings.compare === "unrefined" && item.state === "done" && !this.#picker.isTaken;
    const bitmap = isUnrefined ? await this.#unrefined(item) : await open(item.file);
    const layer = bitmap && new Layer(bitmap);
    if (item !== this.selected) layer?.close();
    else this.#stage.setBefore(layer);
  }

  async #unrefined(item: Item): Promise<ImageBitmap> {
    const find = { ...this.#settings.find, refine: false } as const;
    const cutout = await this.workshop.segment(item, find);
    try {
      return await cutout.toImageBitmap(this.#shown);
    } finally {
      cutout.dispose();
    }
  }

  /** Whole while a tool is out, so that its places are in px of the photo. */
  get #shown(): RenderOptions {
    const { look, frame } = this.#settings;
    if (this.#picker.isTaken) return {};
    return this.#brush.isTaken ? look : { ...frame, ...look };
  }

  async #follow(isCompare: boolean): Promise<void> {
    if (isCompare || this.#settings.compare === "unrefined") await this.#compare();
    await this.#refresh();
  }

  async #refresh(): Promise<void> {
    this.#isStale = true;
    if (this.#isRendering) return;
    this.#isRendering = true;
    this.#tellBusy();
    while (this.#isStale) {
      this.#isStale = false;
      await this.#render();
    }
    this.#isRendering = false;
    this.#tellBusy();
  }

  async #render(): Promise<void> {
    const item = this.selected;
    if (item?.state !== "done") return this.#show(undefined);
    const { signal } = this.#ended;
    try {
      const cutout = await this.cutout(item);
      const isWhole = this.#tools.some(({ isTaken }) => isTaken) || !this.#settings.isFramed;
      const bitmap = await cutout.toImageBitmap({ ...this.#shown, signal });
      const layer = new Layer(bitmap);
      if (item !== this.selected) return layer.close();
      this.#stage.setAfter(layer);
      for (const tool of this.#tools) tool.isReady = isWhole;
      void layer.withSmall((small) => this.#queue.picture(item, small));
      this.#strokes.offer(item);
      this.#all.disabled = item.only === undefined;
      this.#show(cutout);
    } catch (thrown) {
      if (signal.aborted) return;
      this.workshop.release(item);
      say(`${item.file.name}: ${explain(thrown)}`, true);
    }
  }

  #show(cutout: Cutout | undefined): void {
    this.shown = cutout;
    this.onChange();
  }

  /** The tool that was taken up or laid down; undefined: none is wanted any more. */
  async #hold(changed: Tool | undefined): Promise<void> {
    for (const tool of this.#tools) if (tool !== changed) tool.leave();
    if (changed?.isTaken) this.#stage.canvas.focus({ preventScroll: true });
    this.#stage.isGhost = this.#picker.isTaken;
    await this.#follow(this.#settings.compare === "unrefined");
  }

  /** Cuts out what is meant alone; where nothing is found there, all stays as it was. */
  async #pick(focus: Focus): Promise<void> {
    const item = this.selected;
    if (item?.state !== "done" || this.#isPicking) return;
    const before = item.only;
    item.only = focus;
    this.#isPicking = true;
    this.#tellBusy();
    const { signal } = this.#ended;
    let message = `${item.file.name}: only this now.`;
    try {
      const { box } = await this.workshop.plain(item, this.#settings.find, { signal });
      if (box) this.#picker.leave();
      else {
        item.only = before;
        message = NOTHING;
      }
    } catch (thrown) {
      item.only = before;
      message = explain(thrown);
    }
    this.#isPicking = false;
    if (signal.aborted || item !== this.selected) return this.#tellBusy();
    say(message, item.only === before);
    await this.#hold(this.#picker);
  }

  #takeAll(): void {
    const item = this.selected;
    if (!item?.only) return;
    item.only = undefined;
    say(`${item.file.name}: all of it.`);
    void this.#refresh();
  }

  #leave(isLeft: (item: Item) => boolean): void {
    this.#ended.abort();
    this.#ended = new AbortController();
    this.workshop.reset();
    for (const item of this.#queue.items.filter(isLeft)) this.#queue.remove(item);
    this.#waiting.end();
    const [first] = this.#queue.items;
    void this.#select(this.selected ?? first);
    if (!first) this.#open(false);
  }

  /** Shows the work, or the welcome. */
  #open(isOpen: boolean): void {
    const work = find("work", HTMLElement);
    if (work.hidden !== isOpen) return;
    work.hidden = !isOpen;
    find("welcome", HTMLElement).hidden = isOpen;
    (isOpen ? this.#stage.canvas : find("choose", HTMLElement)).focus({ preventScroll: true });
  }

  #tellBusy(): void {
    find("stage", HTMLElement).ariaBusy =
      `${this.#isWorking || this.#isRendering || this.#isPicking}`;
  }

  #tell({ state, message }: Item): void {
    say(message, state === "failed");
  }
}

/** The photo as the browser shows it; nothing where it cannot. */
async function open(file: File): Promise<ImageBitmap | undefined> {
  return createImageBitmap(file).catch(() => undefined);
}

function describe({ file }: Item, cutout: Cutout, ms: number): string {
  const { width, height, box, confidence } = cutout;
  if (!box) {
    const sure = Math.round(confidence * 100);
    return `${file.name}: nothing in it stands out (${sure} % sure). The brush can say what to keep.`;
  }
  const seconds = (ms / 1000).toLocaleString(undefined, { maximumFractionDigits: 1 });
  return `${file.name}: ${width} × ${height} px, cut out in ${seconds} s`;
}
