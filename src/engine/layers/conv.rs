//! A 3x3 convolution, ReLU and requantisation: `[h, w, c_in]` u8 to `[h, w, c_out]` u8 in [0, 127].
//!
//! Rows of input are packed into a ring of `2 * dilation + 1` rows with a border of zeros left and
//! right. Rows above and below the map are not taps, so they cost nothing.
//!
//! With a second input `[h / 2, w / 2, c_low]`, placed first, it convolves the concatenation of
//! that input upsampled and the other one, and never forms either: see [`Sixteenths`].

use super::sixteenths::Sixteenths;
use super::{Layer, Packed, Shape, View, ViewMut, only, pack_row};
use crate::engine::kernels::{BLOCK_STEP, Elements, Kernel, Requantise, Row, Tap};

/// Bytes that a kernel may read beyond the last pixel of a packed row.
const SLACK: usize = 32;

/// A convolution's numbers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Weights {
    /// `[c_out, 3, 3, c_in]`, in [-127, 127].
    pub(crate) values: Vec<i8>,
    /// `[c_out]`.
    pub(crate) bias: Vec<i32>,
    /// `[c_out]`: scale of the sums over scale of the output.
    pub(crate) multiplier: Vec<f32>,
}

impl Weights {
    pub(crate) fn c_out(&self) -> usize {
        self.bias.len()
    }

    pub(crate) fn c_in(&self) -> usize {
        self.values.len() / 9 / self.c_out()
    }

    /// The weights of input channels `channels`.
    pub(super) fn slice(&self, channels: std::ops::Range<usize>) -> Vec<i8> {
        let pixels = self.values.chunks_exact(self.c_in());
        pixels.flat_map(|pixel| &pixel[channels.clone()]).copied().collect()
    }
}

/// A ring of packed rows, and the taps of an output row in it.
#[derive(Debug)]
pub(super) struct Window {
    pub(super) c_in: usize,
    pub(super) dilation: usize,
    pub(super) elements: Elements,
}

impl Window {
    fn slots(&self) -> usize {
        2 * self.dilation + 1
    }

    fn pixel_bytes(&self) -> usize {
        self.c_in * self.elements.bytes()
    }

    fn row_bytes(&self, w: usize) -> usize {
        ((w + 2 * self.dilation) * self.pixel_bytes() + SLACK).next_multiple_of(4)
    }

    /// Length of the ring for rows of `w` pixels, in i32.
    pub(super) fn len(&self, w: usize) -> usize {
        self.slots() * self.row_bytes(w) / 4
    }

    /// Calls `each(y, packed rows, taps)` for every row of a map. `pack` packs one row of it.
    pub(super) fn for_each_row(
        &self,
        (h, w): (usize, usize),
        ring: &mut [i32],
        mut pack: impl FnMut(usize, &mut [u8]),
        mut each: impl FnMut(usize, &[u8], &[Tap]),
    ) {
        let ring: &mut [u8] = bytemuck::cast_slice_mut(&mut ring[..self.len(w)]);
        ring.fill(0);
        let (row_bytes, pixel_bytes) = (self.row_bytes(w), self.pixel_bytes());
        let slot = |y: usize| y % self.slots() * row_bytes;
        let mut packed = 0;
        let mut taps = Vec::with_capacity(9);
        for y in 0..h {
            while packed < h.min(y + self.dilation + 1) {
                let inner = slot(packed) + self.dilation * pixel_bytes;
                pack(packed, &mut ring[inner..inner + w * pixel_bytes]);
                packed += 1;
            }
            taps.clear();
            for ky in 0..3 {
                if let Some(row) = (y + ky * self.dilation).checked_sub(self.dilation)
                    && row < h
                {
                    self.push_taps(ky, slot(row), &mut taps);
                }
            }
            each(y, ring, &taps);
        }
    }

    /// The taps of kernel row `ky`, whose pixels begin at `x`. Undilated, they are neighbours and
    /// make one run.
    fn push_taps(&self, ky: usize, x: usize, taps: &mut Vec<Tap>) {
        if self.dilation == 1 {
            let steps = (3 * self.c_in).div_ceil(self.elements.per_step());
            taps.push(Tap { x, w: ky * steps * BLOCK_STEP, steps });
            return;
        }
        let steps = self.c_in / self.elements.per_step();
        for kx in 0..3 {
            let x = x + kx * self.dilation * self.pixel_bytes();
            taps.push(Tap { x, w: (3 * ky + kx) * steps * BLOCK_STEP, steps });
        }
    }

    /// Packs `values`, `[c_out, 3, 3, c_in]`, so that each kernel row is whole steps.
    pub(super) fn pack_weights(&self, kernel: &'static Kernel, values: &[i8]) -> Packed {
        let row = 3 * self.c_in;
        let whole = row.next_multiple_of(self.elements.per_step());
        let mut padded = vec![0; values.len() / row * whole];
        for (to, from) in padded.chunks_exact_mut(whole).zip(values.chunks_exact(row)) {
            to[..row].copy_from_slice(from);
        }
        Packed::new(kernel, &padded, 3 * whole)
    }
}

/// The layer, on activations.
#[derive(Debug)]
pub(crate) struct Conv {
    window: Window,
    packed: Packed,
    bias: Vec<i32>,
    multiplier: Vec<f32>,
    low: Option<Sixteenths>,
}

impl Conv {
    /// `c_low`: channels of the first input, at half the size; 0 when there is only one input.
    pub(crate) fn new(kernel: &'static Kernel, w: &Weights, dilation: usize, c_low: usize) -> Self {
        let c_in = w.c_in() - c_low;
        let window = Window { c_in, dilation, elements: kernel.elements };
        let packed = window.pack_weights(kernel, &w.slice(c_low..w.c_in()));
        let low = (c_low > 0).then(|| Sixteenths::new(kernel, &w.slice(0..c_low), c_low));
        let scale = if low.is_some() { 1.0 / 16.0 } else { 1.0 };
        let multiplier = w.multiplier.iter().map(|multiplier| multiplier * scale).collect();
        Self { window, packed, bias: w.bias.clone(), multiplier, low }
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
        Ok(Shape { c: self.bias.len(), ..x })
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
            let row = Row {
                x: packed,
                stride: self.window.pixel_bytes(),
                pixels: w,
                taps,
                weights: &self.packed.bytes,
                block_bytes: self.packed.block_bytes,
            };
            let scale = Requantise {
                bias: &self.bias,
                multiplier: &self.multiplier,
                sixteenths: low.as_mut().map(|low| low.row(y)),
            };
            let stride = output.stride;
            self.packed.kernel.activations(&row, &scale, output.row(y), stride);
        });
    }
}

/// The first layer: it reads the picture, RGB u8 of the full range, through a table per channel.
#[derive(Debug)]
pub(crate) struct Picture {
    window: Window,
    packed: Packed,
    bias: Vec<i32>,
    multiplier: Vec<f32>,
    levels: Vec<i16>,
}

impl Picture {
    /// `kernel` is wide. `levels`: `[3, 256]`, what each value of each channel stands for.
    pub(crate) fn new(kernel: &'static Kernel, w: &Weights, levels: Vec<i16>) -> Self {
        assert_eq!((kernel.elements, levels.len()), (Elements::Wide, 3 * 256));
        let window = Window { c_in: 3, dilation: 1, elements: Elements::Wide };
        let packed = window.pack_weights(kernel, &w.values);
        Self { window, packed, bias: w.bias.clone(), multiplier: w.multiplier.clone(), levels }
    }
}

impl Layer for Picture {
    fn name(&self) -> &'static str {
        "QPicture"
    }

    fn output(&self, inputs: &[Shape]) -> Result<Shape, String> {
        Ok(Shape { c: self.bias.len(), ..only(inputs, Some(3))? })
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
        self.window.for_each_row((x.shape.h, x.shape.w), scratch, pack, |y, packed, taps| {
            let row = Row {
                x: packed,
                stride: self.window.pixel_bytes(),
                pixels: x.shape.w,
                taps,
                weights: &self.packed.bytes,
                block_bytes: self.packed.block_bytes,
            };
            let scale =
                Requantise { bias: &self.bias, multiplier: &self.multiplier, sixteenths: None };
            let stride = output.stride;
            self.packed.kernel.activations(&row, &scale, output.row(y), stride);
        });
    }
}
