//! The last layer: logits of each scale, `[h, w]` f32, to the saliency, `[H, W]` f32 in [0, 1].
//!
//! A weighted sum of the maps, each upsampled bilinearly (half-pixel centres, any ratio) to the size
//! of the first; the sum upsampled to `scale` times that, and its sigmoid.

use super::{Layer, Shape, Values, View, ViewMut};
use crate::raster::sigmoid;

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
        let Shape { h, w, .. } = inputs[0];
        h * w + w + self.scale * w
    }

    fn run(&self, inputs: &[View<'_>], mut output: ViewMut<'_>, scratch: &mut [i32]) {
        let Shape { h, w, .. } = inputs[0].shape;
        let (sums, scratch) = bytemuck::cast_slice_mut(scratch).split_at_mut(h * w);
        let (blended, scratch) = scratch.split_at_mut(w);
        sums.fill(self.bias);
        for (map, &weight) in inputs.iter().zip(&self.weights) {
            let columns = columns(w, map.shape.w);
            for (y, sums) in sums.chunks_exact_mut(w).enumerate() {
                let (top, bottom, part) = neighbours(y, h, map.shape.h);
                let [top, bottom] = [top, bottom].map(|y| map.row(y).chunks(map.stride).map(value));
                for ((blended, top), bottom) in blended.iter_mut().zip(top).zip(bottom) {
                    *blended = weight * between(top, bottom, part);
                }
                add_across(&blended[..map.shape.w], &columns, sums);
            }
        }
        let (height, stride) = (output.shape.h, output.stride);
        let columns = columns(output.shape.w, w);
        let logits = &mut scratch[..output.shape.w];
        for y in 0..height {
            let (top, bottom, part) = neighbours(y, height, h);
            let rows = sums[top * w..][..w].iter().zip(&sums[bottom * w..][..w]);
            for (blended, (&top, &bottom)) in blended.iter_mut().zip(rows) {
                *blended = between(top, bottom, part);
            }
            logits.fill(0.0);
            add_across(blended, &columns, logits);
            logits.iter_mut().for_each(|logit| *logit = sigmoid(*logit));
            for (out, saliency) in output.row(y).chunks_mut(stride).zip(&*logits) {
                out[..4].copy_from_slice(&saliency.to_ne_bytes());
            }
        }
    }
}

/// [`neighbours`] of each of `count`.
fn columns(count: usize, n: usize) -> Vec<(usize, usize, f32)> {
    (0..count).map(|x| neighbours(x, count, n)).collect()
}

/// Adds `row`, upsampled to `columns`.
fn add_across(row: &[f32], columns: &[(usize, usize, f32)], sums: &mut [f32]) {
    for (sum, &(left, right, part)) in sums.iter_mut().zip(columns) {
        *sum += between(row[left], row[right], part);
    }
}

fn value(bytes: &[u8]) -> f32 {
    f32::from_ne_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

fn between(first: f32, second: f32, part: f32) -> f32 {
    first * (1.0 - part) + second * part
}

/// The two inputs of `n` that output `o` of `count` lies between, and the part of the second.
fn neighbours(o: usize, count: usize, n: usize) -> (usize, usize, f32) {
    let at = (o as f32 + 0.5) * n as f32 / count as f32 - 0.5;
    let at = at.clamp(0.0, (n - 1) as f32);
    let first = at as usize;
    (first, (first + 1).min(n - 1), at - first as f32)
}
