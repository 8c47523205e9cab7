/** In: a `data:` URL. Out: its bytes, without a request, which a Content-Security-Policy may forbid. */

import { CleancutError } from "../contract/errors.js";

export function bytesOfDataUrl({ href, hash }: URL): Uint8Array<ArrayBuffer> {
  const comma = href.indexOf(",");
  const written = href
    .slice(comma + 1, href.length - hash.length)
    .replace(/%([\da-f]{2})/gi, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    );
  const isBase64 = /; *base64 *$/i.test(href.slice(0, Math.max(comma, 0)));
  try {
    if (comma < 0) throw new Error("it has no comma");
    return isBase64 ? fromBase64(written) : bytesOfLetters(written);
  } catch (cause) {
    const message = "the data: URL holds no bytes";
    const hint = "It takes data:image/png;base64, and base64 behind it.";
    throw new CleancutError("input", message, { cause, hint });
  }
}

export const fromBase64 = (text: string): Uint8Array<ArrayBuffer> => bytesOfLetters(atob(text));

function bytesOfLetters(letters: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < letters.length; at++) bytes[at] = letters.charCodeAt(at);
  return bytes;
}
