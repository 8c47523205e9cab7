/** Projects that were opened and whose photos are not here yet. */

import type { Item } from "./item.js";
import { isPhotoOf, type Project } from "./project.js";
import type { Settings } from "./settings.js";

export class Awaited {
  #projects: readonly Project[] = [];

  add(project: Project): void {
    this.#projects = [...this.#projects, project];
  }

  clear(): void {
    this.#projects = [];
  }

  /** What the first one waits for; nothing where none does. */
  get note(): string {
    const [project] = this.#projects;
    if (!project) return "";
    const { name, width, height } = project.photo;
    return `The project waits for ${name}, ${width} × ${height} px.`;
  }

  /** Does to the item and the form what the item's project asks for, if one of those awaited is its. */
  async goOn(item: Item, settings: Settings): Promise<boolean> {
    for (const project of this.#projects) {
      if (!(await isPhotoOf(project, item.file))) continue;
      const { at, roi, ...kept } = project.options;
      settings.restore({ ...kept, learn: project.learn });
      item.only = at ? { at } : roi && { roi };
      item.strokes = project.strokes;
      item.undone = [];
      const picture = settings.lacks(kept);
      item.note = picture
        ? `The project goes on; choose the picture behind it, ${picture}, once more.`
        : "The project goes on.";
      this.#projects = this.#projects.filter((each) => each !== project);
      return true;
    }
    return false;
  }
}
