/** In: a folder. Out: the photos directly in it, and words for what else it holds. */

import { readdirSync } from "node:fs";
import { sep } from "node:path";

import { ending, PHOTOS } from "./endings.js";
import { because, found } from "./files.js";

/** So many endings of other files are listed. */
const MOST_ENDINGS = 8;

/** A file in a folder, as the user names the folder. */
export const inFolder = (folder: string, name: string): string =>
  /[/\\]$/.test(folder) && folder.endsWith(sep) ? folder + name : folder + sep + name;

/**
 * The photos by name, and what was left out, where anything was. Names that begin with a dot are
 * hidden files or what macOS keeps beside a file; `*.cutout.*` are results.
 */
export function photosIn(folder: string): [photos: string[], leftOut: string | undefined] {
  const photos: string[] = [];
  const endings = new Set<string>();
  let [cutouts, folders, hidden, others] = [0, 0, 0, 0];
  for (const name of namesIn(folder)) {
    const path = inFolder(folder, name);
    const what = found(path);
    const isPhoto = PHOTOS.includes(ending(name));
    if (name.startsWith(".")) hidden += 1;
    else if (what?.isDirectory()) folders += 1;
    else if (isPhoto && name.toLowerCase().includes(".cutout.")) cutouts += 1;
    else if (isPhoto && what?.isFile()) photos.push(path);
    else {
      others += 1;
      if (ending(name)) endings.add(`.${ending(name)}`);
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
  return [photos.sort(), kinds.length > 0 ? `left out ${kinds.join(", ")}` : undefined];
}

const many = (count: number, one: string, more: string, which = "") =>
  count === 0 ? "" : `${count} ${count === 1 ? one : more}${which}`;

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    throw new Error(`cannot read the folder ${folder}: ${because(error)}`);
  }
}
