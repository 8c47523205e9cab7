/** In: a file of names, or standard input. Out: the photos it names. */

import { dirname, isAbsolute, normalize } from "node:path";

import { because, load } from "./files.js";

/** The names in `list`, each ended by a line break, or by NUL. */
export async function namesOf(list: string, nul: boolean): Promise<string[]> {
  const bytes = await load(list).catch((error: unknown) => {
    throw new Error(`cannot read the list ${list}: ${because(error)}`);
  });
  const names = new TextDecoder().decode(bytes).split(nul ? "\0" : /\r?\n/);
  const given = names.filter((name) => name !== "");
  if (given.length === 0) throw new Error(`no name in the list ${list}`);
  return given;
}

/** The folders of a listed name, which are made again below the output. */
export function foldersOf(name: string): string {
  if (isAbsolute(name) || name.split(/[/\\]/).includes("..")) {
    throw new Error(`--recursive keeps the folders of listed names; ${name} leads elsewhere`);
  }
  return normalize(dirname(name));
}
