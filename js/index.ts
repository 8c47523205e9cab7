export { CleancutError, type ErrorCode } from "./errors.js";
export { removeBackground } from "./remove.js";
export type { ImageInput, Phase, Progress, RemoveOptions } from "./types.js";
