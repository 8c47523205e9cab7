/** What the worker's bundle has in place of `hints.ts`. */
export const hintOf = (): undefined => undefined;
