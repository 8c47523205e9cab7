/** A small image service: POST a photo, options in the query, and get its cut-out. */

import { CleancutError, createRemover } from "cleancut/core";
import model from "cleancut/wasm/base.plan";
import wasm from "cleancut/wasm/simd.wasm";

/** A Worker has 128 MB; the wasm's memory for 12 megapixels is 106. */
const MOST_BYTES = 10_000_000;
const MOST_PIXELS = 8_000_000;

const remover = createRemover({ assets: { wasm, model } });

export default {
  async fetch(request) {
    if (request.method !== "POST") return refusal(405, "method", "POST a photo");
    const tooLong = () => refusal(413, "too-large", `at most ${MOST_BYTES} bytes`);
    if (Number(request.headers.get("content-length")) > MOST_BYTES) return tooLong();
    const photo = await request.arrayBuffer();
    if (photo.byteLength > MOST_BYTES) return tooLong();
    const options = Object.fromEntries(new URL(request.url).searchParams);
    try {
      const cut = await (await remover).remove(photo, { ...options, maxPixels: MOST_PIXELS });
      return new Response(cut, { headers: { "content-type": cut.type } });
    } catch (error) {
      if (!(error instanceof CleancutError)) throw error;
      return refusal(error.code === "option" ? 400 : 422, error.code, error.message);
    }
  },
};

const refusal = (status, code, message) =>
  Response.json({ code, message }, { status, headers: status === 405 ? { allow: "POST" } : {} });
