//! A 1x1 convolution and requantisation: `[h, w, c_in]` u8 to `[h, w, c_out]` u8 in [0, 127].
//!
//! With a zero point in the output, the signed maps of linear bottlenecks (Sandler et al. 2018,
//! arXiv 1801.04381); without one, ReLU. The zero point of the input is in the bias: nothing is
//! padded here.

use super::{Layer, Packed, Scales, Shape, View, ViewMut, Weights, only, pack_row};
use crate::engine::kernels::{Elements, Kernel, Tap};

/// Input that stays in a cache of the first level beside weights and output, bytes.
const RUN_BYTES: usize = 8192;
/// A multiple of every kernel's tile, pixels.
const TILES: usize = 40;

/// The layer.
#[derive(Debug)]
pub(crate) struct Point {
    packed: Packed,
    c_in: usize,
    scales: Scales,
}

impl Point {
    /// `zero`: the zero point of the output.
    pub(crate) fn new(kernel: &'static Kernel, w: &Weights, zero: u8) -> Self {
        let c_in = w.c_in();
        let segment = |channel, _| &w.values[channel * c_in..][..c_in];
        let packed = Packed::new(kernel, [w.c_out(), 1, c_in], &segment);
        Self { packed, c_in, scales: Scales::new(w, zero, 1.0) }
    }

    /// Pixels that are convolved at a time, of a map whose pixels lie next to each other.
    fn run_pixels(&self) -> usize {
        (RUN_BYTES / self.c_in).next_multiple_of(TILES)
    }
}

impl Layer for Point {
    fn name(&self) -> &'static str {
        "QPoint"
    }

    fn output(&self, inputs: &[Shape]) -> Result<Shape, String> {
        Ok(Shape { c: self.scales.c_out(), ..only(inputs, Some(self.c_in))? })
    }

    fn scratch(&self, inputs: &[Shape]) -> usize {
        let pixels = inputs[0].w.max(self.run_pixels());
        (pixels * self.c_in * self.packed.kernel.elements.bytes()).div_ceil(4)
    }

    fn run(&self, inputs: &[View<'_>], output: ViewMut<'_>, scratch: &mut [i32]) {
        let x = inputs[0];
        let Shape { h, w, c, .. } = x.shape;
        let (kernel, elements) = (self.packed.kernel, self.packed.kernel.elements);
        let is_dense = x.stride == c && output.stride == output.shape.c;
        let run = if is_dense { self.run_pixels() } else { w };
        let scratch: &mut [u8] = bytemuck::cast_slice_mut(scratch);
        let scale = self.scales.requantise(None);
        let taps = [Tap { x: 0, w: 0, steps: c / elements.per_step() }];
        for start in (0..h * w).step_by(run) {
            let pixels = run.min(h * w - start);
            let bytes = &x.bytes[start * x.stride..][..(pixels - 1) * x.stride + c];
            let (bytes, stride) = match elements {
                Elements::Narrow => (bytes, x.stride),
                Elements::Wide => {
                    let packed = &mut scratch[..pixels * c * elements.bytes()];
                    pack_row(bytes, c, x.stride, elements, packed);
                    (&*packed, c * elements.bytes())
                }
            };
            let row = self.packed.row(bytes, stride, pixels, &taps);
            let out = &mut output.bytes[start * output.stride..];
            kernel.activations(&row, &scale, out, output.stride);
        }
    }
}
