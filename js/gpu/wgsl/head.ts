/** What all shaders begin with: a layer of the outline and its sizes, and from sums to activations. */

/**
 * `requantise` is that of `src/engine/kernels/scalar.rs` in integers: scales are those of
 * `src/engine/outline/pack.rs`. Four activations are a word.
 */
export const HEAD = /* wgsl */ `
struct Layer {
  kind: u32, a: u32, b: u32, low: u32,
  c_a: u32, c_b: u32, c: u32, kernel: u32,
  stride: u32, dilation: u32, zero: i32, data: u32,
  h_in: i32, w_in: i32, h: i32, w: i32,
}
@group(0) @binding(0) var<uniform> p: Layer;
@group(0) @binding(5) var<storage, read> scales: array<vec4i>;
@group(0) @binding(6) var<storage, read_write> y: array<u32>;

fn bytes(word: u32) -> vec4u { return (vec4u(word) >> vec4u(0, 8, 16, 24)) & vec4u(255); }
fn signed_bytes(word: u32) -> vec4i { return vec4i(vec4u(word) << vec4u(24, 16, 8, 0)) >> vec4u(24); }
fn word(v: vec4u) -> u32 { return v.x | (v.y << 8) | (v.z << 16) | (v.w << 24); }

fn requantise(sum: vec4i, block: u32) -> u32 {
  let at = p.data / 4 + 3 * block;
  let limit = scales[at + 2];
  let scaled = clamp(sum, -limit, limit) * scales[at + 1] + vec4i(p.zero << 17);
  let v = clamp(scaled, vec4i(), vec4i(127 << 17));
  return word(vec4u((v + 0xffff + ((v >> vec4u(17)) & vec4i(1))) >> vec4u(17)));
}
`;

/** Where the thread is: four channels of a pixel. */
export const AT = /* wgsl */ `
  let block = at.x;
  let blocks = p.c / 4;
  let px = vec2i(at.yz);
  if (block >= blocks || px.x >= p.w) { return; }
  let out = u32(px.y * p.w + px.x) * blocks + block;
`;

/** The entry of a shader that works on four channels of a pixel; `network.ts` knows the sizes. */
export const MAIN = /* wgsl */ `
@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) at: vec3u) {${AT}`;
