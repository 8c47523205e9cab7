//! The sum of two maps at their own scales: `[h, w, c]` u8 twice to `[h, w, c]` u8 in [0, 127].
//!
//! The steps are those of DequantizeLinear, Add and QuantizeLinear, so ties are the file's.

use super::{Layer, Shape, Values, View, ViewMut};
use crate::engine::kernels::{MAX_ACTIVATION, ROUND};

/// The layer.
#[derive(Debug)]
pub(crate) struct Add {
    /// Of the inputs.
    pub(crate) scales: [f32; 2],
    /// Of the output.
    pub(crate) sum_scale: f32,
}

impl Layer for Add {
    fn name(&self) -> &'static str {
        "QAdd"
    }

    fn output(&self, inputs: &[Shape]) -> Result<Shape, String> {
        match inputs {
            [a, b] if a == b && a.values == Values::U8 => Ok(*a),
            _ => Err(format!("expected two u8 maps of one shape, got {inputs:?}")),
        }
    }

    fn run(&self, inputs: &[View<'_>], mut output: ViewMut<'_>, _scratch: &mut [i32]) {
        let (a, b) = (inputs[0], inputs[1]);
        let (c, stride) = (a.shape.c, output.stride);
        let [scale_a, scale_b] = self.scales;
        for y in 0..a.shape.h {
            let pixels = a.row(y).chunks(a.stride).zip(b.row(y).chunks(b.stride));
            for (out, (a, b)) in output.row(y).chunks_mut(stride).zip(pixels) {
                for ((out, &a), &b) in out[..c].iter_mut().zip(&a[..c]).zip(&b[..c]) {
                    let sum = f32::from(a) * scale_a + f32::from(b) * scale_b;
                    let sum = sum / self.sum_scale;
                    *out = (sum.min(MAX_ACTIVATION) + ROUND).to_bits() as u8;
                }
            }
        }
    }
}
