/** Reads a photo and writes a file whole or not at all. */

import {
  chmodSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { pid, stderr, stdin, stdout } from "node:process";

import { fromSystem, toSystem } from "./names.js";

/** Standard input as a photo, standard output as a file. */
export const PIPE = "-";

/** What the system calls the errors that users meet. */
const WORDS: Record<string, string> = {
  EACCES: "Permission denied",
  EEXIST: "File exists",
  EFBIG: "File too large",
  EISDIR: "Is a directory",
  ENOENT: "No such file or directory",
  ENOSPC: "No space left on device",
  ENOTDIR: "Not a directory",
  EROFS: "Read-only file system",
};

/** The words of an error, those of the system as every other program says them. */
export function because(error: unknown): string {
  const { code, errno, message } = error as NodeJS.ErrnoException;
  const words = WORDS[code ?? ""];
  return words && errno ? `${words} (os error ${-errno})` : (message ?? String(error));
}

export const isClosedPipe = (error: unknown): boolean =>
  (error as NodeJS.ErrnoException).code === "EPIPE";

/** One line to standard error, where anybody reads it. */
export function say(words: string): void {
  stderr.write(`cleancut: ${words}\n`);
}

/** What is at a path, behind links; nothing where that cannot be told. */
export function found(path: string): Stats | undefined {
  try {
    return statSync(toSystem(path));
  } catch {
    return undefined;
  }
}

/** The path behind all links. */
export const realPath = (path: string): string =>
  fromSystem(realpathSync(toSystem(path), { encoding: "buffer" }));

export async function load(photo: string): Promise<Uint8Array<ArrayBuffer>> {
  if (photo !== PIPE) return readFileSync(toSystem(photo));
  const chunks: Buffer<ArrayBuffer>[] = [];
  for await (const chunk of stdin) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Settles when it is written; rejects where nobody reads it. */
export function print(bytes: Uint8Array | string): Promise<void> {
  return new Promise((resolve, reject) => {
    stdout.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}

/** Writes `bytes`; what stood at `output` before stays until all of them are there. */
export async function store(output: string, bytes: Uint8Array): Promise<void> {
  if (output === PIPE) return print(bytes);
  const old = found(output);
  if (old && !old.isFile()) return writeFileSync(toSystem(output), bytes);
  if (old && (old.mode & 0o222) === 0) throw new Error("it is read-only");
  const file = old ? realPath(output) : output;
  const beside = join(dirname(file), `.${basename(file)}.${pid}.part`);
  try {
    replace(file, beside, bytes, old);
  } catch (error) {
    rmSync(toSystem(beside), { force: true });
    throw error;
  }
}

function replace(file: string, beside: string, bytes: Uint8Array, old: Stats | undefined): void {
  writeFileSync(toSystem(beside), bytes);
  if (old) chmodSync(toSystem(beside), old.mode & 0o7777);
  renameSync(toSystem(beside), toSystem(file));
}
