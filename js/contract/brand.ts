/**
 * What kind of platform object something is, told without `instanceof`, which says no to what comes
 * from an iframe or another realm.
 */

/** `"Blob"`, `"File"`, `"URL"`, `"HTMLImageElement"`, `"Uint8Array"`, ... */
export function brandOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}
