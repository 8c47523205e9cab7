/** In: a folder. Out: the photos in it, and words for what else it holds. */

import { lstatSync, readdirSync, realpathSync } from "node:fs";
import { join, sep } from "node:path";

import { ending, PHOTOS } from "./endings.js";
import { because, found } from "./files.js";
import { fromSystem, toSystem } from "./names.js";

/** So many endings of other files are listed. */
const MOST_ENDINGS = 8;

/** A file in a folder, as the user names the folder. */
export const inFolder = (folder: string, name: string): string =>
  /[/\\]$/.test(folder) && folder.endsWith(sep) ? folder + name : folder + sep + name;

/** A photo, and the folders from the one that was named to it. */
export interface Found {
  readonly photo: string;
  readonly below: string;
}

/**
 * The photos by name, and what was left out, where anything was. Names that begin with a dot are
 * hidden files or what macOS keeps beside a file; `*.cutout.*` are results. With `recursive` in the
 * folders below as well, but neither behind links nor in that of `results`.
 */
export function photosIn(
  folder: string,
  recursive: boolean,
  results: string | undefined,
): [photos: Found[], leftOut: string | undefined] {
  const photos: Found[] = [];
  const endings = new Set<string>();
  let [cutouts, folders, hidden, others] = [0, 0, 0, 0];
  const isBranch = (path: string) =>
    recursive && !lstatSync(path).isSymbolicLink() && realpathSync(path) !== results;
  const branches = [""];
  for (let below = branches.pop(); below !== undefined; below = branches.pop()) {
    const here = below === "" ? folder : inFolder(folder, below);
    for (const name of namesIn(here)) {
      const path = inFolder(here, name);
      const what = found(path);
      const isPhoto = PHOTOS.includes(ending(name));
      if (name.startsWith(".")) hidden += 1;
      else if (what?.isDirectory()) {
        if (isBranch(path)) branches.push(join(below, name));
        else folders += 1;
      } else if (isPhoto && name.toLowerCase().includes(".cutout.")) cutouts += 1;
      else if (isPhoto && what?.isFile()) photos.push({ photo: path, below });
      else {
        others += 1;
        if (ending(name)) endings.add(`.${ending(name)}`);
      }
    }
  }
  if (photos.length === 0) {
    throw new Error(`no photo (${PHOTOS.map((word) => `.${word}`).join(" ")}) in ${folder}`);
  }
  const listed = [...endings].sort();
  if (listed.length > MOST_ENDINGS) listed.splice(MOST_ENDINGS, Number.POSITIVE_INFINITY, "...");
  const kinds = [
    many(cutouts, "cut-out", "cut-outs"),
    many(folders, "folder", "folders"),
    many(hidden, "hidden", "hidden"),
    many(others, "other file", "other files", listed.length > 0 ? ` (${listed.join(" ")})` : ""),
  ].filter((words) => words !== "");
  const byName = (one: Found, other: Found) => (one.photo < other.photo ? -1 : 1);
  return [photos.sort(byName), kinds.length > 0 ? `left out ${kinds.join(", ")}` : undefined];
}

const many = (count: number, one: string, more: string, which = "") =>
  count === 0 ? "" : `${count} ${count === 1 ? one : more}${which}`;

function namesIn(folder: string): string[] {
  try {
    return readdirSync(toSystem(folder), { encoding: "buffer" }).map(fromSystem);
  } catch (error) {
    throw new Error(`cannot read the folder ${folder}: ${because(error)}`);
  }
}
