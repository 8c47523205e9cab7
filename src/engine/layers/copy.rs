//! One map into another of its shape.

use super::{Layer, Shape, View, ViewMut, only};

/// The layer.
#[derive(Debug)]
pub(crate) struct Copy;

impl Layer for Copy {
    fn name(&self) -> &'static str {
        "Copy"
    }

    fn output(&self, inputs: &[Shape]) -> Result<Shape, String> {
        only(inputs, None)
    }

    fn run(&self, inputs: &[View<'_>], mut output: ViewMut<'_>, _scratch: &mut [i32]) {
        let x = inputs[0];
        let (c, stride) = (x.shape.c, output.stride);
        for y in 0..x.shape.h {
            for (out, x) in output.row(y).chunks_mut(stride).zip(x.row(y).chunks(x.stride)) {
                out[..c].copy_from_slice(&x[..c]);
            }
        }
    }
}
