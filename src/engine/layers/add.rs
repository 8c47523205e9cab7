//! The sum of two maps, each with its own scale and zero point: `[h, w, c]` u8 twice to `[h, w, c]`
//! u8 in [0, 127].
//!
//! The steps are those of DequantizeLinear, Add and QuantizeLinear, so ties are the file's.

use super::{Layer, Shape, Values, View, ViewMut};
use crate::engine::kernels::MAX_ACTIVATION;
use crate::raster::{larger, smaller};

/// Added to a small f32 it leaves the integer, rounded half to even, in the low bits, two's complement.
const ROUND_SIGNED: f32 = 12_582_912.0;

/// What an integer stands for: `scale * (value - zero)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Code {
    pub(crate) scale: f32,
    pub(crate) zero: u8,
}

/// The layer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Add {
    pub(crate) inputs: [Code; 2],
    pub(crate) sum: Code,
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
        let Shape { w, c, .. } = a.shape;
        let strides = [a.stride, b.stride, output.stride];
        let (run, strides) = if strides == [c; 3] { (w * c, [w * c; 3]) } else { (c, strides) };
        let [scale_a, scale_b] = self.inputs.map(|code| code.scale);
        let [zero_a, zero_b] = self.inputs.map(|code| f32::from(code.zero));
        let Code { scale, zero } = self.sum;
        let (low, high) = (-f32::from(zero), MAX_ACTIVATION - f32::from(zero));
        for y in 0..a.shape.h {
            let runs = a.row(y).chunks(strides[0]).zip(b.row(y).chunks(strides[1]));
            for (out, (a, b)) in output.row(y).chunks_mut(strides[2]).zip(runs) {
                for ((out, &a), &b) in out[..run].iter_mut().zip(&a[..run]).zip(&b[..run]) {
                    let sum = (f32::from(a) - zero_a) * scale_a + (f32::from(b) - zero_b) * scale_b;
                    let steps = smaller(larger(sum / scale, low), high);
                    *out = ((steps + ROUND_SIGNED).to_bits() as u8).wrapping_add(zero);
                }
            }
        }
    }
}
