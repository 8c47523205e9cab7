/** Answers a posted photo with its cut-out. */

import { CleancutError, createRemover } from "cleancut/core";
import model from "cleancut/wasm/base.plan";
import wasm from "cleancut/wasm/simd.wasm";

const remover = createRemover({ assets: { wasm, model } });

export default {
  async fetch(request) {
    try {
      return new Response(await (await remover).remove(await request.arrayBuffer()));
    } catch (error) {
      if (!(error instanceof CleancutError)) throw error;
      return new Response(error.message, { status: 422 });
    }
  },
};
