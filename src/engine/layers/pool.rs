//! 2x2 maximum with stride 2: `[h, w, c]` u8 to `[h / 2, w / 2, c]` u8, halves rounded up.

use super::{Layer, Shape, View, ViewMut, only};

/// The layer.
#[derive(Debug)]
pub(crate) struct Pool;

impl Layer for Pool {
    fn name(&self) -> &'static str {
        "QMaxPool"
    }

    fn output(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let x = only(inputs, None)?;
        Ok(Shape { h: x.h.div_ceil(2), w: x.w.div_ceil(2), ..x })
    }

    fn run(&self, inputs: &[View<'_>], mut output: ViewMut<'_>, _scratch: &mut [i32]) {
        let x = inputs[0];
        let (c, stride) = (x.shape.c, output.stride);
        for y in 0..output.shape.h {
            let rows = [x.row(2 * y), x.row((2 * y + 1).min(x.shape.h - 1))];
            for (i, out) in output.row(y).chunks_mut(stride).enumerate() {
                let right = (2 * i + 1).min(x.shape.w - 1);
                let [a, b, d, e] = [(0, 2 * i), (0, right), (1, 2 * i), (1, right)]
                    .map(|(row, pixel): (usize, usize)| &rows[row][pixel * x.stride..][..c]);
                let out = &mut out[..c];
                for channel in 0..c {
                    out[channel] = a[channel].max(b[channel]).max(d[channel]).max(e[channel]);
                }
            }
        }
    }
}
