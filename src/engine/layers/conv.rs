//! A 3x3 convolution, ReLU and requantisation: `[h, w, c_in]` u8 to `[h, w, c_out]` u8 in [0, 127].
//!
//! With a second input `[h / 2, w / 2, c_low]`, placed first, it convolves the concatenation of
//! that input upsampled and the other one, and never forms either: see [`Sixteenths`].

use super::sixteenths::Sixteenths;
use super::window::{Geometry, Window};
use super::{Layer, Packed, Scales, Shape, View, ViewMut, Weights, only, pack_row};
use crate::engine::kernels::Kernel;

/// The layer.
#[derive(Debug)]
pub(crate) struct Conv {
    window: Window,
    packed: Packed,
    scales: Scales,
    low: Option<Sixteenths>,
}

impl Conv {
    /// `c_low`: channels of the first input, at half the size; 0 when there is only one input.
    pub(crate) fn new(kernel: &'static Kernel, w: &Weights, dilation: usize, c_low: usize) -> Self {
        let geometry = Geometry { kernel: 3, stride: 1, dilation };
        let window = Window { geometry, c_in: w.c_in() - c_low, elements: kernel.elements };
        let packed = window.pack_weights(kernel, w);
        let low = (c_low > 0).then(|| Sixteenths::new(kernel, w, c_low));
        let scales = Scales::new(w, 0, if low.is_some() { 16.0 } else { 1.0 });
        Self { window, packed, scales, low }
    }
}

impl Layer for Conv {
    fn name(&self) -> &'static str {
        if self.low.is_some() { "QConvUp" } else { "QConv" }
    }

    fn output(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let x = match (&self.low, inputs) {
            (Some(low), [a, x]) => {
                let doubled = Shape { h: 2 * a.h, w: 2 * a.w, c: self.window.c_in, ..*a };
                if (a.c, doubled) != (low.c_low(), *x) {
                    return Err(format!("{a:?} upsampled does not match {x:?}"));
                }
                only(&inputs[1..], Some(self.window.c_in))?
            }
            _ => only(inputs, Some(self.window.c_in))?,
        };
        Ok(Shape { c: self.scales.c_out(), ..x })
    }

    fn scratch(&self, inputs: &[Shape]) -> usize {
        let w = inputs[inputs.len() - 1].w;
        self.window.len(w) + self.low.as_ref().map_or(0, |low| low.scratch(w / 2))
    }

    fn run(&self, inputs: &[View<'_>], mut output: ViewMut<'_>, scratch: &mut [i32]) {
        let x = inputs[inputs.len() - 1];
        let Shape { h, w, c, .. } = x.shape;
        let (ring, scratch) = scratch.split_at_mut(self.window.len(w));
        let mut low = self.low.as_ref().map(|low| low.start(inputs[0], scratch));
        let pack = |y: usize, out: &mut [u8]| {
            pack_row(x.row(y), c, x.stride, self.window.elements, out);
        };
        self.window.for_each_row((h, w), ring, pack, |y, packed, taps| {
            let row = self.packed.row(packed, self.window.stride(), w, taps);
            let scale = self.scales.requantise(low.as_mut().map(|low| low.row(y)));
            let stride = output.stride;
            self.packed.kernel.activations(&row, &scale, output.row(y), stride);
        });
    }
}
