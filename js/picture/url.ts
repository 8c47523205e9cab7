/** In: where a picture is, or a `Response`. Out: the bytes of its file. */

import { CleancutError, cut, reasonOf } from "../contract/errors.js";
import { bytesOfDataUrl } from "./data_url.js";
import { readFile } from "./file.js";

const CORS = "Serve it with Access-Control-Allow-Origin (CORS), or give a Blob.";
const REACH = "Check the connection and the CSP's connect-src, or give a Blob.";
/** What no path is: base64 of a picture's first bytes, or more of it than any path is long. */
const BASE64 = /^(?=\/9j\/.{40}|iVBORw0KGgo|UklGR.{40}|R0lGOD.{40}|.{500})[\w+/=\s-]+$/s;

export async function fetchUrl(
  input: string | URL,
  signal: AbortSignal | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const url = toUrl(input);
  if (url.protocol === "data:") return bytesOfDataUrl(url);
  if (url.protocol === "file:") return readFile(url, "fetch");
  const { href } = url;
  let response: Response;
  try {
    response = await fetch(href, signal ? { signal } : {});
    return new Uint8Array(await mustBeOk(response).arrayBuffer());
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    if (cause instanceof CleancutError) throw cause;
    const message = `${cut(href)} could not be fetched: ${cut(reasonOf(cause))}`;
    const hint = url.origin === globalThis.origin || url.protocol === "blob:" ? REACH : CORS;
    throw new CleancutError("fetch", message, { cause, url: href, hint });
  }
}

function toUrl(input: string | URL): URL {
  if (typeof input === "string" && BASE64.test(input)) {
    throw new CleancutError("input", `"${cut(input)}" is base64, not a URL`, {
      hint: "Put data:image/png;base64, before it, or give its bytes.",
    });
  }
  try {
    return new URL(input, globalThis.document?.baseURI ?? globalThis.location?.href);
  } catch (cause) {
    throw new CleancutError("input", `"${cut(input)}" is not a URL`, {
      cause,
      hint: "Give an absolute URL, or the bytes of the file.",
    });
  }
}

export function mustBeOk(response: Response): Response {
  const { ok, status, url } = response;
  if (ok) return response;
  if (response.type === "opaque") {
    const message = `${cut(url || "the Response")} came without CORS and cannot be read`;
    throw new CleancutError("fetch", message, { url, hint: CORS });
  }
  const contentType = response.headers.get("content-type") ?? undefined;
  const hint = status === 404 ? "Nothing is there: check the URL." : "The server refuses it.";
  const message = `${cut(url)} answered ${status}`;
  throw new CleancutError("fetch", message, { url, status, contentType, hint });
}
