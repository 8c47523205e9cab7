/** What has no weights. CPU twins: `src/engine/layers/pool.rs`, `upsample.rs` and `add.rs`. */

import { HEAD, MAIN } from "./head.js";

const INPUT = /* wgsl */ `
@group(0) @binding(1) var<storage, read> a: array<u32>;
`;

/** Four values of a row and a column of the input each. */
const FOUR = /* wgsl */ `
fn input(v: i32, u: i32, block: u32) -> vec4u { return bytes(a[u32(v * p.w_in + u) * (p.c / 4) + block]); }
`;

export const pool = /* wgsl */ `${HEAD}${INPUT}${FOUR}${MAIN}
  let first = 2 * px;
  let second = min(first + 1, vec2i(p.w_in, p.h_in) - 1);
  y[out] = word(max(
    max(input(first.y, first.x, block), input(first.y, second.x, block)),
    max(input(second.y, first.x, block), input(second.y, second.x, block))));
}
`;

export const upsample = /* wgsl */ `${HEAD}${INPUT}${FOUR}${MAIN}
  let near = px / 2;
  let far = clamp(near + 2 * (px % 2) - 1, vec2i(), vec2i(p.w_in, p.h_in) - 1);
  let sum = 9 * input(near.y, near.x, block) + input(far.y, far.x, block)
    + 3 * (input(near.y, far.x, block) + input(far.y, near.x, block));
  y[out] = word((sum + 7 + ((sum >> vec4u(4)) & vec4u(1))) >> vec4u(4));
}
`;

/** By the table that the CPU's layer made. */
export const add = /* wgsl */ `${HEAD}${INPUT}
@group(0) @binding(2) var<storage, read> b: array<u32>;
@group(0) @binding(4) var<storage, read> table: array<u32>;
fn sum(at: u32) -> u32 { return (table[p.data + at / 4] >> (8 * (at % 4))) & 255; }
${MAIN}
  let at4 = 128 * bytes(a[out]) + bytes(b[out]);
  y[out] = word(vec4u(sum(at4.x), sum(at4.y), sum(at4.z), sum(at4.w)));
}
`;
