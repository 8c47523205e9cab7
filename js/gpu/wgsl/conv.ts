/**
 * Convolutions that sum over channels, 1x1 and 3x3: four pixels of a row by four channels a thread.
 * CPU twins: `activations` and `sums` of `src/engine/kernels/scalar.rs`, and, for `HAS_LOW`,
 * `src/engine/layers/sixteenths.rs`.
 *
 * Both dot products are exact. f32 counts to 2^24, which 512 products of 7 bits by 7 stay below.
 */

import { HEAD } from "./head.js";

const DOTS = {
  packed: /* wgsl */ `
alias Octet = vec2u;
alias Sums = vec4i;
fn octet(v: vec2u) -> Octet { return v; }
fn dot8(x: Octet, w: Octet) -> i32 { return dot4I8Packed(x.x, w.x) + dot4I8Packed(x.y, w.y); }
`,
  f32: /* wgsl */ `
alias Octet = mat2x4f;
alias Sums = vec4f;
fn octet(v: vec2u) -> Octet { return Octet(vec4f(signed_bytes(v.x)), vec4f(signed_bytes(v.y))); }
fn dot8(x: Octet, w: Octet) -> f32 { return dot(x[0], w[0]) + dot(x[1], w[1]); }
`,
};

/** How four products are added up. */
export type Dot = keyof typeof DOTS;

/** Adds what a tap makes of one input. */
const sumOf = (input: "a" | "b") => /* wgsl */ `
    let n_${input} = p.c_${input} / 8;
    for (var start = 0u; start < n_${input}; start += 64) {
      var t0 = Sums(); var t1 = Sums(); var t2 = Sums(); var t3 = Sums();
      for (var i = start; i < min(start + 64, n_${input}); i++) {
        let w0 = octet(weights[w]); let w1 = octet(weights[w + 1]);
        let w2 = octet(weights[w + 2]); let w3 = octet(weights[w + 3]);
        w += 4 * blocks;
        let source = u32(first) * n_${input} + i;
        let x0 = octet(select(vec2u(), ${input}[source], inside.x));
        t0 += Sums(dot8(x0, w0), dot8(x0, w1), dot8(x0, w2), dot8(x0, w3));
        let x1 = octet(select(vec2u(), ${input}[source + n_${input}], inside.y));
        t1 += Sums(dot8(x1, w0), dot8(x1, w1), dot8(x1, w2), dot8(x1, w3));
        let x2 = octet(select(vec2u(), ${input}[source + 2 * n_${input}], inside.z));
        t2 += Sums(dot8(x2, w0), dot8(x2, w1), dot8(x2, w2), dot8(x2, w3));
        let x3 = octet(select(vec2u(), ${input}[source + 3 * n_${input}], inside.w));
        t3 += Sums(dot8(x3, w0), dot8(x3, w1), dot8(x3, w2), dot8(x3, w3));
      }
      s0 += vec4i(t0); s1 += vec4i(t1); s2 += vec4i(t2); s3 += vec4i(t3);
    }`;

export const conv = (dot: Dot): string => /* wgsl */ `${HEAD}${DOTS[dot]}
@group(0) @binding(1) var<storage, read> a: array<vec2u>;
@group(0) @binding(2) var<storage, read> b: array<vec2u>;
@group(0) @binding(3) var<storage, read> low: array<vec4i>;
@group(0) @binding(4) var<storage, read> weights: array<vec2u>;
override IS_SUMS = false;
override HAS_LOW = false;

fn product(v: i32, u: i32, tap: u32, block: u32) -> vec4i {
  return low[(u32(v * (p.w / 2) + u) * 9 + tap) * (p.c / 4) + block];
}

/** 16 times what the upsampled input adds. */
fn sixteenths(px: vec2i, block: u32) -> vec4i {
  var sum = vec4i();
  let size = vec2i(p.w, p.h);
  for (var tap = 0u; tap < 9; tap++) {
    let at = px + vec2i(i32(tap % 3), i32(tap / 3)) - 1;
    if (any(at < vec2i()) || any(at >= size)) { continue; }
    let near = at / 2;
    let far = clamp(near + 2 * (at % 2) - 1, vec2i(), size / 2 - 1);
    sum += 9 * product(near.y, near.x, tap, block) + product(far.y, far.x, tap, block)
      + 3 * (product(near.y, far.x, tap, block) + product(far.y, near.x, tap, block));
  }
  return sum;
}

fn store(px: vec2i, block: u32, sum: vec4i) {
  if (px.x >= p.w) { return; }
  let pixel = u32(px.y * p.w + px.x);
  var all = sum + scales[p.data / 4 + 3 * block];
  if (IS_SUMS) {
    let at = pixel * p.c + 4 * block;
    y[at] = u32(all.x);
    if (p.c > 1) { y[at + 1] = u32(all.y); y[at + 2] = u32(all.z); y[at + 3] = u32(all.w); }
    return;
  }
  if (HAS_LOW) { all = 16 * all + sixteenths(px, block); }
  y[pixel * (p.c / 4) + block] = requantise(all, block);
}

@compute @workgroup_size(4, 16)
fn main(@builtin(global_invocation_id) at: vec3u) {
  let block = at.x;
  let blocks = (p.c + 3) / 4;
  let px = vec2i(4 * i32(at.y), i32(at.z));
  if (block >= blocks || px.x >= p.w) { return; }
  let middle = i32(p.kernel / 2);
  var s0 = vec4i(); var s1 = vec4i(); var s2 = vec4i(); var s3 = vec4i();
  for (var tap = 0u; tap < p.kernel * p.kernel; tap++) {
    let v = px.y + (i32(tap / p.kernel) - middle) * i32(p.dilation);
    let u = px.x + (i32(tap % p.kernel) - middle) * i32(p.dilation);
    if (v < 0 || v >= p.h) { continue; }
    let inside = (vec4i(u) + vec4i(0, 1, 2, 3) >= vec4i()) & (vec4i(u) + vec4i(0, 1, 2, 3) < vec4i(p.w));
    let first = v * p.w + u;
    var w = (p.data + 12 * blocks) / 2 + (tap * (p.c_a + p.c_b) / 8 * blocks + block) * 4;
    ${sumOf("a")}
    ${sumOf("b")}
  }
  store(px, block, s0);
  store(px + vec2i(1, 0), block, s1);
  store(px + vec2i(2, 0), block, s2);
  store(px + vec2i(3, 0), block, s3);
}
`;
