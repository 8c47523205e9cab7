/** A depthwise convolution, 3x3 or 5x5. CPU twin: `depthwise` of `src/engine/kernels/scalar.rs`. */

import { HEAD, MAIN } from "./head.js";

export const depthwise = /* wgsl */ `${HEAD}
@group(0) @binding(1) var<storage, read> a: array<u32>;
@group(0) @binding(4) var<storage, read> weights: array<u32>;
${MAIN}
  let before = i32((p.kernel - p.stride) / 2);
  var sum = scales[p.data / 4 + 3 * block];
  for (var tap = 0u; tap < p.kernel * p.kernel; tap++) {
    let v = px.y * i32(p.stride) + i32(tap / p.kernel) - before;
    let u = px.x * i32(p.stride) + i32(tap % p.kernel) - before;
    if (v < 0 || v >= p.h_in || u < 0 || u >= p.w_in) { continue; }
    let w = weights[p.data + 12 * blocks + tap * blocks + block];
    sum += signed_bytes(w) * signed_bytes(a[u32(v * p.w_in + u) * blocks + block]);
  }
  y[out] = requantise(sum, block);
}
`;
