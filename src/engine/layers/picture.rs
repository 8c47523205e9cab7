//! The first layer, a 3x3 convolution, ReLU and requantisation of the picture: `[h, w, 3]` u8 of the
//! full range, RGB, to `[h / stride, w / stride, c_out]` u8 in [0, 127].

use super::window::{Geometry, Window};
use super::{Layer, Packed, Scales, Shape, View, ViewMut, Weights, only};
use crate::engine::kernels::{Elements, Kernel};

/// The layer.
#[derive(Debug)]
pub(crate) struct Picture {
    window: Window,
    packed: Packed,
    scales: Scales,
    levels: Vec<i16>,
}

impl Picture {
    /// `kernel` is wide. `levels`: `[3, 256]`, what each value of each channel stands for.
    pub(crate) fn new(
        kernel: &'static Kernel,
        w: &Weights,
        levels: Vec<i16>,
        stride: usize,
    ) -> Self {
        assert_eq!((kernel.elements, levels.len()), (Elements::Wide, 3 * 256));
        let geometry = Geometry { kernel: 3, stride, dilation: 1 };
        let window = Window { geometry, c_in: 3, elements: Elements::Wide };
        let packed = window.pack_weights(kernel, w);
        Self { window, packed, scales: Scales::new(w, 0, 1.0), levels }
    }
}

impl Layer for Picture {
    fn name(&self) -> &'static str {
        "QPicture"
    }

    fn output(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let x = only(inputs, Some(3))?;
        let side = |side| self.window.geometry.output(side);
        Ok(Shape { h: side(x.h)?, w: side(x.w)?, c: self.scales.c_out(), ..x })
    }

    fn scratch(&self, inputs: &[Shape]) -> usize {
        self.window.len(inputs[0].w)
    }

    fn run(&self, inputs: &[View<'_>], mut output: ViewMut<'_>, scratch: &mut [i32]) {
        let x = inputs[0];
        let pack = |y: usize, out: &mut [u8]| {
            for (out, pixel) in out.chunks_exact_mut(6).zip(x.row(y).chunks(x.stride)) {
                for channel in 0..3 {
                    let level = self.levels[256 * channel + usize::from(pixel[channel])];
                    out[2 * channel..2 * channel + 2].copy_from_slice(&level.to_le_bytes());
                }
            }
        };
        let scale = self.scales.requantise(None);
        let (pixels, stride) = (output.shape.w, output.stride);
        self.window.for_each_row((x.shape.h, x.shape.w), scratch, pack, |y, packed, taps| {
            let row = self.packed.row(packed, self.window.stride(), pixels, taps);
            self.packed.kernel.activations(&row, &scale, output.row(y), stride);
        });
    }
}
