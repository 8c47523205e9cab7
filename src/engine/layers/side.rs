//! A 3x3 convolution to one channel that stays f32: `[h, w, c_in]` u8 to `[h, w]` f32, the logits
//! of one scale.

use super::window::Window;
use super::{Layer, Packed, Shape, View, ViewMut, Weights, only, pack_row};
use crate::engine::kernels::{BLOCK, Kernel};

/// The layer.
#[derive(Debug)]
pub(crate) struct Side {
    window: Window,
    packed: Packed,
    bias: i32,
    scale: f32,
}

impl Side {
    /// `w` has one output channel; its multiplier is the scale of the sums.
    pub(crate) fn new(kernel: &'static Kernel, w: &Weights) -> Self {
        let window = Window::plain(w.c_in(), kernel.elements);
        let packed = window.pack_weights(kernel, w);
        Self { window, packed, bias: w.bias[0], scale: w.multiplier[0] }
    }
}

impl Layer for Side {
    fn name(&self) -> &'static str {
        "QSide"
    }

    fn output(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let x = only(inputs, Some(self.window.c_in))?;
        Ok(Shape::f32(x.h, x.w))
    }

    fn scratch(&self, inputs: &[Shape]) -> usize {
        self.window.len(inputs[0].w) + inputs[0].w * BLOCK
    }

    fn run(&self, inputs: &[View<'_>], mut output: ViewMut<'_>, scratch: &mut [i32]) {
        let x = inputs[0];
        let Shape { h, w, c, .. } = x.shape;
        let (sums, ring) = scratch.split_at_mut(w * BLOCK);
        let pack = |y: usize, out: &mut [u8]| {
            pack_row(x.row(y), c, x.stride, self.window.elements, out);
        };
        self.window.for_each_row((h, w), ring, pack, |y, packed, taps| {
            let row = self.packed.row(packed, self.window.stride(), w, taps);
            self.packed.kernel.sums(&row, sums);
            let stride = output.stride;
            for (out, sums) in output.row(y).chunks_mut(stride).zip(sums.chunks_exact(BLOCK)) {
                let logit = (sums[0] + self.bias) as f32 * self.scale;
                out[..4].copy_from_slice(&logit.to_ne_bytes());
            }
        });
    }
}
