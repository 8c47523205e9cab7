//! Bilinear upsampling by 2 with half-pixel centres: `[h, w, c]` u8 to `[2 h, 2 w, c]` u8.
//!
//! Each output value is `(9 a + 3 b + 3 c + d) / 16` of the four nearest inputs, rounded half to
//! even as QuantizeLinear does. The border repeats.

use super::{Layer, Shape, View, ViewMut, only};

/// The layer.
#[derive(Debug)]
pub(crate) struct Upsample;

impl Layer for Upsample {
    fn name(&self) -> &'static str {
        "QUpsample"
    }

    fn output(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let x = only(inputs, None)?;
        Ok(Shape { h: 2 * x.h, w: 2 * x.w, ..x })
    }

    fn scratch(&self, inputs: &[Shape]) -> usize {
        (inputs[0].w * inputs[0].c).div_ceil(2)
    }

    fn run(&self, inputs: &[View<'_>], mut output: ViewMut<'_>, scratch: &mut [i32]) {
        let x = inputs[0];
        let Shape { h, w, c, .. } = x.shape;
        let quarters: &mut [u16] = bytemuck::cast_slice_mut(scratch);
        let quarters = &mut quarters[..w * c];
        let stride = output.stride;
        for y in 0..2 * h {
            let near = y / 2;
            let far = if y % 2 == 0 { near.saturating_sub(1) } else { (near + 1).min(h - 1) };
            let rows = x.row(near).chunks(x.stride).zip(x.row(far).chunks(x.stride));
            for (quarters, (near, far)) in quarters.chunks_exact_mut(c).zip(rows) {
                for ((quarters, &near), &far) in quarters.iter_mut().zip(&near[..c]).zip(&far[..c])
                {
                    *quarters = 3 * u16::from(near) + u16::from(far);
                }
            }
            for (i, out) in output.row(y).chunks_mut(stride).enumerate() {
                let near = i / 2;
                let far = if i % 2 == 0 { near.saturating_sub(1) } else { (near + 1).min(w - 1) };
                let [near, far] = [near, far].map(|i| &quarters[i * c..][..c]);
                for ((out, near), far) in out[..c].iter_mut().zip(near).zip(far) {
                    *out = sixteenth(3 * near + far);
                }
            }
        }
    }
}

/// `value / 16`, rounded half to even.
fn sixteenth(value: u16) -> u8 {
    ((value + 7 + (value >> 4 & 1)) >> 4) as u8
}
