/** The first layer: the picture's bytes, their levels, a 3x3 convolution. CPU twin: `src/engine/layers/picture.rs`. */

import { HEAD, MAIN } from "./head.js";

export const picture = /* wgsl */ `${HEAD}
@group(0) @binding(1) var<storage, read> a: array<u32>;
@group(0) @binding(4) var<storage, read> data: array<i32>;
${MAIN}
  let before = i32((3 - p.stride) / 2);
  let levels = p.data + 12 * blocks;
  var sum = scales[p.data / 4 + 3 * block];
  for (var i = 0u; i < 27; i++) {
    let channel = i % 3;
    let v = px.y * i32(p.stride) + i32(i / 9) - before;
    let u = px.x * i32(p.stride) + i32(i / 3 % 3) - before;
    if (v < 0 || v >= p.h_in || u < 0 || u >= p.w_in) { continue; }
    let byte = 3 * u32(v * p.w_in + u) + channel;
    let value = (a[byte / 4] >> (8 * (byte % 4))) & 255;
    let w = levels + 768 + i * p.c + 4 * block;
    sum += data[levels + 256 * channel + value] * vec4i(data[w], data[w + 1], data[w + 2], data[w + 3]);
  }
  y[out] = requantise(sum, block);
}
`;
