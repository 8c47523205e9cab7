/** What every promise rejects with, and how it crosses from worker to page. */

import { brandOf } from "./brand.js";
import { type ErrorCode, hintOf } from "./hints.js";

export type { ErrorCode } from "./hints.js";

/** What else an error may know. */
export interface ErrorDetails {
  readonly cause?: unknown;
  /** What to do about it, where more is known than the code alone says. */
  readonly hint?: string | undefined;
  /** The URL that was tried. */
  readonly url?: string | undefined;
  /** The HTTP status that came back. */
  readonly status?: number | undefined;
  /** The content type that came back. */
  readonly contentType?: string | undefined;
}

/** Everything that cleancut rejects with, but an `AbortSignal`'s own reason. */
export class CleancutError extends Error {
  override readonly name = "CleancutError";
  readonly code: ErrorCode;
  /** What to do about it. */
  readonly hint: string;
  /** The URL that was tried, for `asset`, `integrity` and `fetch`. */
  readonly url: string | undefined;
  /** The HTTP status that came back. */
  readonly status: number | undefined;
  /** The content type that came back. */
  readonly contentType: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, "cause" in details ? { cause: details.cause } : undefined);
    this.code = code;
    this.hint = details.hint ?? hintOf(code);
    this.url = details.url;
    this.status = details.status;
    this.contentType = details.contentType;
  }
}

/** The page may have no worker, and will not get one by trying again. */
export class NoWorkerError extends CleancutError {
  constructor(message: string, details: ErrorDetails) {
    super("worker", message, details);
  }
}

export const lost = () => new CleancutError("lost", "the cut-out's engine was ended");
export const disposed = () => new CleancutError("disposed", "it was disposed of");

/** A `CleancutError` as `postMessage` takes it. */
export interface PackedError extends Omit<ErrorDetails, "cause"> {
  readonly code: ErrorCode;
  readonly message: string;
}

export function packError({ code, message, hint, url, status, contentType }: CleancutError) {
  return { code, message, hint, url, status, contentType } satisfies PackedError;
}

export function unpackError({ code, message, ...details }: PackedError): CleancutError {
  return new CleancutError(code, message, details);
}

/**
 * Makes a `CleancutError` of anything thrown. What carries no known `code` is a crash, but for a
 * `DOMException`: the browser refused, and the engine is whole.
 */
export function toCleancutError(thrown: unknown): CleancutError {
  if (thrown instanceof CleancutError) return thrown;
  const { code, ...details } = (isObject(thrown) ? thrown : {}) as Partial<PackedError>;
  const isOwn = isObject(thrown) && "name" in thrown && thrown.name === "CleancutError";
  const known = isErrorCode(code) ? code : isDomException(thrown) ? "input" : "crashed";
  return new CleancutError(known, reasonOf(thrown), { ...(isOwn && details), cause: thrown });
}

/** The words of anything thrown. */
export function reasonOf(thrown: unknown): string {
  return isObject(thrown) && "message" in thrown ? String(thrown.message) : String(thrown);
}

/** Whether the browser refused with a `DOMException`, of whatever realm, of the `name`. */
export function isDomException(thrown: unknown, name?: string): boolean {
  if (brandOf(thrown) !== "DOMException") return false;
  return name === undefined || (thrown as DOMException).name === name;
}

const LONGEST = 80;

/** A caller's own words as a message may hold them; of an object its kind. */
export function cut(words: unknown): string {
  const text = isObject(words) ? brandOf(words) : String(words);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** The engine's codes are lower case words, those of Node and of others are not. */
function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === "string" && /^[a-z-]+$/.test(code);
}
