//! The last layer: logits of each scale, `[h, w]` f32, to the saliency, `[H, W]` f32 in [0, 1].
//!
//! A weighted sum of the maps, each upsampled bilinearly (half-pixel centres, any ratio) to `scale`
//! times the size of the first, and its sigmoid.

use super::{Layer, Shape, Values, View, ViewMut};

/// The layer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fuse {
    /// One per input.
    pub(crate) weights: Vec<f32>,
    pub(crate) bias: f32,
    /// From the first map's size to the saliency's.
    pub(crate) scale: usize,
}

impl Layer for Fuse {
    fn name(&self) -> &'static str {
        "Fuse"
    }

    fn output(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let is_map = |x: &Shape| x.values == Values::F32 && x.c == 1;
        match inputs {
            [first, ..] if inputs.len() == self.weights.len() && inputs.iter().all(is_map) => {
                Ok(Shape { h: self.scale * first.h, w: self.scale * first.w, ..*first })
            }
            _ => Err(format!("expected {} f32 maps, got {inputs:?}", self.weights.len())),
        }
    }

    fn scratch(&self, inputs: &[Shape]) -> usize {
        2 * self.scale * inputs[0].w
    }

    fn run(&self, inputs: &[View<'_>], mut output: ViewMut<'_>, scratch: &mut [i32]) {
        let Shape { h, w, .. } = output.shape;
        let (logits, blended) = bytemuck::cast_slice_mut(scratch)[..2 * w].split_at_mut(w);
        for y in 0..h {
            logits.fill(self.bias);
            for (map, &weight) in inputs.iter().zip(&self.weights) {
                add_row(map, weight, (y, h), blended, logits);
            }
            let stride = output.stride;
            for (out, &logit) in output.row(y).chunks_mut(stride).zip(&*logits) {
                out[..4].copy_from_slice(&sigmoid(logit).to_ne_bytes());
            }
        }
    }
}

/// Adds `weight` times row `y` of `h` of the upsampled `map` to `logits`.
fn add_row(
    map: &View<'_>,
    weight: f32,
    (y, h): (usize, usize),
    blended: &mut [f32],
    logits: &mut [f32],
) {
    let (top, bottom, part) = neighbours(y, h, map.shape.h);
    let [top, bottom] = [top, bottom].map(|y| map.row(y).chunks(map.stride));
    let value = |bytes: &[u8]| f32::from_ne_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    for ((blended, top), bottom) in blended.iter_mut().zip(top).zip(bottom) {
        *blended = weight * (value(top) * (1.0 - part) + value(bottom) * part);
    }
    let w = logits.len();
    for (x, logit) in logits.iter_mut().enumerate() {
        let (left, right, part) = neighbours(x, w, map.shape.w);
        *logit += blended[left] * (1.0 - part) + blended[right] * part;
    }
}

/// The two inputs of `n` that output `o` of `count` lies between, and the part of the second.
fn neighbours(o: usize, count: usize, n: usize) -> (usize, usize, f32) {
    let at = (o as f32 + 0.5) * n as f32 / count as f32 - 0.5;
    let at = at.clamp(0.0, (n - 1) as f32);
    let first = at as usize;
    (first, (first + 1).min(n - 1), at - first as f32)
}

/// With the `libm` crate's exponential: the platforms' own differ in the last bit.
fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + libm::expf(-x))
}
