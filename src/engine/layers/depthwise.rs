//! A depthwise convolution, 3x3 or 5x5, ReLU and requantisation: `[h, w, c]` u8 to
//! `[h / stride, w / stride, c]` u8 in [0, 127].
//!
//! A kernel sums neighbours along the row, a step of them at a time, for each channel. So a row is
//! packed as `[position, c, n]`: at each output's position the `n` pixels that its first step
//! covers. The next step covers those of a later position.

use super::window::{Geometry, Window};
use super::{Layer, MAX_CHANNELS, Packed, Scales, Shape, View, ViewMut, Weights, only};
use crate::engine::kernels::{BLOCK_STEP, Elements, Kernel, STEP, Tap};

/// The pixel beside the map.
static NOUGHT: [u8; MAX_CHANNELS] = [0; MAX_CHANNELS];

/// The layer.
#[derive(Debug)]
pub(crate) struct Depthwise {
    geometry: Geometry,
    packed: Packed,
    scales: Scales,
}

impl Depthwise {
    /// `w`: one input channel.
    pub(crate) fn new(kernel: &'static Kernel, w: &Weights, stride: usize) -> Self {
        let geometry = Geometry { kernel: w.kernel, stride, dilation: 1 };
        let window = Window { geometry, c_in: 1, elements: kernel.elements };
        let packed = window.pack_weights(kernel, w);
        Self { geometry, packed, scales: Scales::new(w, 0, 1.0) }
    }

    fn channels(&self) -> usize {
        self.scales.c_out()
    }

    /// Steps of a kernel row.
    fn steps(&self) -> usize {
        self.geometry.kernel.div_ceil(self.packed.kernel.elements.per_step())
    }

    /// From a step's position to the next one's.
    fn positions_per_step(&self) -> usize {
        self.packed.kernel.elements.per_step() / self.geometry.stride
    }

    /// Positions of a row of a map of `w` pixels.
    fn positions(&self, w: usize) -> usize {
        w / self.geometry.stride + (self.steps() - 1) * self.positions_per_step()
    }

    fn pack(&self, row: &[u8], stride: usize, out: &mut [u8]) {
        let c = self.channels();
        let count = row.len().div_ceil(stride);
        let pixel = |x: usize| match x.checked_sub(self.geometry.before()) {
            Some(x) if x < count => &row[x * stride..][..c],
            _ => &NOUGHT[..c],
        };
        let steps: &mut [u32] = bytemuck::cast_slice_mut(out);
        for (position, steps) in steps.chunks_exact_mut(c).enumerate() {
            let x = position * self.geometry.stride;
            let [a, b] = [pixel(x), pixel(x + 1)];
            match self.packed.kernel.elements {
                Elements::Narrow => interleave(steps, [a, b, pixel(x + 2), pixel(x + 3)], 8),
                Elements::Wide => interleave(steps, [a, b], 16),
            }
        }
    }
}

/// Puts the values of each channel into its step, `bits` apart.
#[inline(always)]
fn interleave<const N: usize>(steps: &mut [u32], pixels: [&[u8]; N], bits: usize) {
    let count = steps.len();
    let pixels = pixels.map(|pixel| &pixel[..count]);
    for channel in 0..count {
        steps[channel] = 0;
        for (element, pixel) in pixels.iter().enumerate() {
            steps[channel] |= u32::from(pixel[channel]) << (bits * element);
        }
    }
}

impl Layer for Depthwise {
    fn name(&self) -> &'static str {
        "QDepthwise"
    }

    fn output(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let x = only(inputs, Some(self.channels()))?;
        Ok(Shape { h: self.geometry.output(x.h)?, w: self.geometry.output(x.w)?, ..x })
    }

    fn scratch(&self, inputs: &[Shape]) -> usize {
        self.geometry.span() * self.positions(inputs[0].w) * self.channels() * STEP / 4
    }

    fn run(&self, inputs: &[View<'_>], mut output: ViewMut<'_>, scratch: &mut [i32]) {
        let x = inputs[0];
        let pixel_bytes = self.channels() * STEP;
        let ring = &mut scratch[..self.scratch(&[x.shape])];
        let scale = self.scales.requantise(None);
        let (pixels, stride, steps) = (output.shape.w, output.stride, self.steps());
        let pack = |y: usize, out: &mut [u8]| self.pack(x.row(y), x.stride, out);
        let mut taps = vec![];
        let ring = bytemuck::cast_slice_mut(ring);
        self.geometry.for_each_row(x.shape.h, ring, pack, |y, ring, rows| {
            taps.clear();
            for &(ky, at) in rows {
                taps.extend((0..steps).map(|step| Tap {
                    x: at + step * self.positions_per_step() * pixel_bytes,
                    w: (ky * steps + step) * BLOCK_STEP,
                    steps: 1,
                }));
            }
            let row = self.packed.row(ring, pixel_bytes, pixels, &taps);
            self.packed.kernel.depthwise(&row, &scale, output.row(y), stride);
        });
    }
}
