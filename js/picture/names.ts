const ENDINGS: Record<string, string> = {
  "image/png": "png",
  "image/webp": "webp",
  "image/jpeg": "jpg",
  "application/octet-stream": "rgba",
};

/** What the names of files of a media type end in. */
export const endingOf = (type: string): string | undefined => ENDINGS[type];

/** The name of a cut-out's file: the photo's, with the ending of what it became. */
export function renamed(name: string, type: string): string {
  const ending = endingOf(type);
  return ending ? `${name.replace(/\.\w{1,5}$/, "")}.${ending}` : name;
}
