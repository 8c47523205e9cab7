/** What every promise rejects with, and how it crosses from worker to page. */

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

/** Makes a `CleancutError` of anything thrown; what carries no known `code` is a crash. */
export function toCleancutError(thrown: unknown): CleancutError {
  if (thrown instanceof CleancutError) return thrown;
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
  return new CleancutError(isErrorCode(code) ? code : "crashed", reasonOf(thrown), {
    cause: thrown,
  });
}

/** The words of anything thrown. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The engine's codes are lower case words, those of Node and of others are not. */
function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === "string" && /^[a-z-]+$/.test(code);
}
