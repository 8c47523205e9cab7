/** In: `Args`. Out: which photo goes where. Nothing is written onto a photo, nor twice. */

import { mkdirSync } from "node:fs";
import { basename, dirname, extname, join, resolve, sep } from "node:path";

import type { Args } from "./args.js";
import { formatOf } from "./endings.js";
import { because, found, PIPE, realPath, say } from "./files.js";
import { inFolder, photosIn } from "./folder.js";
import { foldersOf, namesOf } from "./list.js";
import { toSystem } from "./names.js";

/** A photo and where its cut-out goes. */
export interface Job {
  readonly photo: string;
  readonly output: string;
}

/** Pairs each photo with the file to write; `ending` is what the format's files end in. */
export async function plan(args: Args, ending: string): Promise<Job[]> {
  const jobs = await pair(args, ending);
  if (args.strokes !== undefined && jobs.length !== 1) {
    throw new Error(`--strokes are of one photo; there are ${jobs.length}`);
  }
  if (args.output !== undefined) {
    const outputs = jobs.map(({ output }) => output).filter((output) => output !== PIPE);
    for (const folder of new Set(outputs.map(dirname))) makeFolder(folder);
  }
  const others = [args.background, args.strokes].filter((file) => file !== undefined);
  const read = [...jobs.map(({ photo }) => photo), ...others];
  const taken = new Map(read.filter((path) => path !== PIPE).map((path) => [place(path), path]));
  const outputs = new Set<string>();
  for (const { output } of jobs.filter(({ output }) => output !== PIPE)) {
    const photo = taken.get(place(output));
    if (photo !== undefined) {
      throw new Error(`${output} would be written onto ${photo}, which is read`);
    }
    if (outputs.has(place(output))) {
      throw new Error(`two photos would both be written to ${output}`);
    }
    outputs.add(place(output));
  }
  return jobs;
}

async function pair(args: Args, ending: string): Promise<Job[]> {
  const { photos, output, options, recursive, list, nul, quiet } = args;
  const intoFolder = (photo: string, below = ""): Job => {
    if (photo === PIPE) {
      throw new Error("a photo from standard input has no name; give -o FILE or -o -");
    }
    const stem = basename(photo, extname(photo));
    const name = output === undefined ? `${stem}.cutout.${ending}` : `${stem}.${ending}`;
    const beside = photo.slice(0, photo.replace(/[/\\]+$/, "").lastIndexOf(basename(photo)));
    return {
      photo,
      output: output === undefined ? beside + name : inFolder(output, join(below, name)),
    };
  };
  const [first = ""] = photos;
  if (photos.length === 1 && list === undefined && !isThere(first)) {
    if (output === undefined && first === PIPE) return [{ photo: first, output: PIPE }];
    if (output === undefined || isFolder(output)) return [intoFolder(first)];
    if (output !== PIPE && options.format === undefined) formatOf(output);
    return [{ photo: first, output }];
  }
  if (output === PIPE) throw new Error("only one photo, not a folder, goes to standard output");
  const results = output !== undefined && isThere(output) ? realPath(output) : undefined;
  const jobs = photos.flatMap((path) => {
    if (!isThere(path)) return [intoFolder(path)];
    const [inside, leftOut] = photosIn(path, recursive, results);
    if (leftOut !== undefined && !quiet) say(`${path}: ${leftOut}`);
    return inside.map(({ photo, below }) => intoFolder(photo, below));
  });
  if (list === undefined) return jobs;
  const listed = await namesOf(list, nul);
  return [...jobs, ...listed.map((name) => intoFolder(name, recursive ? foldersOf(name) : ""))];
}

/** Whether a folder is there. */
const isThere = (path: string): boolean => found(path)?.isDirectory() ?? false;

/** Whether a path names a folder: one that is there, or by the slash at its end. */
const isFolder = (path: string): boolean =>
  isThere(path) || path.endsWith("/") || path.endsWith(sep);

function makeFolder(folder: string): void {
  try {
    mkdirSync(toSystem(folder), { recursive: true });
  } catch (error) {
    throw new Error(`cannot make the folder ${folder}: ${because(error)}`);
  }
}

/** The one name of a file, whether it is there or not, behind all links. */
function place(file: string): string {
  for (const find of [() => realPath(file), () => join(realPath(dirname(file)), basename(file))]) {
    try {
      return find();
    } catch {
      // The next one needs less of it to be there.
    }
  }
  return resolve(file);
}
