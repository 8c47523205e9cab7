/** The name of a cut-out's file: the photo's, with the ending of what it became. */
export function renamed(name: string, type: string): string {
  const ending = { "image/png": "png", "image/webp": "webp", "image/jpeg": "jpg" }[type];
  return ending ? `${name.replace(/\.\w{1,5}$/, "")}.${ending}` : name;
}
