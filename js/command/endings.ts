/** What the names of files say about them. */

import { extname } from "node:path";

/** What the names of photos end in. */
export const PHOTOS = ["jpg", "jpeg", "jfif", "jpe", "jfi", "pjpeg", "pjp", "png", "webp"];

const FORMATS: Record<string, "png" | "webp" | "jpeg" | "raw"> = {
  png: "png",
  webp: "webp",
  rgba: "raw",
  raw: "raw",
};

/** The ending of a name, in small letters. */
export const ending = (file: string): string => extname(file).slice(1).toLowerCase();

/**
 * The format that an output's name asks for, nothing where it has no ending.
 *
 * @throws when the ending is none of a format that is written
 */
export function formatOf(file: string): "png" | "webp" | "jpeg" | "raw" | undefined {
  if (extname(file) === "") return undefined;
  const format = FORMATS[ending(file)] ?? (PHOTOS.includes(ending(file)) ? "jpeg" : undefined);
  if (!format) {
    throw new Error(
      `${file} ends in no format that is written; give .png, .webp, .jpg or .rgba, or a --format`,
    );
  }
  return format;
}
