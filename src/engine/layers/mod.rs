//! What the network does between the picture and the saliency, one file per layer, in plain memory.
//!
//! In: views of u8 or f32 maps, `[h, w, c]`, whose pixels may lie further apart than `c`. Out: one
//! such map. So a layer can write its channels into a larger map, and concatenation costs nothing.
//! A layer knows neither tract nor where its memory comes from.

mod add;
mod conv;
mod copy;
mod depthwise;
mod fuse;
mod picture;
mod point;
mod pool;
mod side;
mod sixteenths;
#[cfg(test)]
mod tests;
mod upsample;
mod weights;
mod window;

use std::fmt::Debug;

pub(crate) use add::{Add, Code};
pub(crate) use conv::Conv;
pub(crate) use copy::Copy;
pub(crate) use depthwise::Depthwise;
pub(crate) use fuse::Fuse;
pub(crate) use picture::Picture;
pub(crate) use point::Point;
pub(crate) use pool::Pool;
pub(crate) use side::Side;
pub(crate) use upsample::Upsample;
pub(crate) use weights::Weights;
#[cfg(feature = "lower")]
pub(crate) use window::Geometry;

use super::kernels::{BLOCK, Elements, Kernel, Row, Tap, pack};
use weights::Scales;

/// More than any network this engine is for; bounds what a damaged file can ask for.
pub(crate) const MAX_CHANNELS: usize = 4096;

/// The type of a map's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Values {
    /// Activations in [0, 127], or the picture in [0, 255].
    U8,
    /// Native-endian, for one channel.
    F32,
}

/// A map's size and type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) h: usize,
    pub(crate) w: usize,
    pub(crate) c: usize,
    pub(crate) values: Values,
}

impl Shape {
    pub(crate) fn u8(h: usize, w: usize, c: usize) -> Self {
        Self { h, w, c, values: Values::U8 }
    }

    pub(crate) fn f32(h: usize, w: usize) -> Self {
        Self { h, w, c: 1, values: Values::F32 }
    }

    /// Bytes of a pixel.
    pub(crate) fn pixel_bytes(&self) -> usize {
        match self.values {
            Values::U8 => self.c,
            Values::F32 => 4 * self.c,
        }
    }
}

/// A map to read. Pixel `(y, x)` begins at `bytes[(y * w + x) * stride]`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) shape: Shape,
    pub(crate) stride: usize,
    pub(crate) bytes: &'a [u8],
}

impl<'a> View<'a> {
    /// Row `y`, from its first byte to its last.
    fn row(&self, y: usize) -> &'a [u8] {
        row_range(&self.shape, self.stride, y).map_or(&[], |range| &self.bytes[range])
    }
}

/// A map to write, laid out as a [`View`].
#[derive(Debug)]
pub(crate) struct ViewMut<'a> {
    pub(crate) shape: Shape,
    pub(crate) stride: usize,
    pub(crate) bytes: &'a mut [u8],
}

impl ViewMut<'_> {
    fn row(&mut self, y: usize) -> &mut [u8] {
        match row_range(&self.shape, self.stride, y) {
            Some(range) => &mut self.bytes[range],
            None => &mut [],
        }
    }
}

fn row_range(shape: &Shape, stride: usize, y: usize) -> Option<std::ops::Range<usize>> {
    let start = y * shape.w * stride;
    Some(start..start + shape.w.checked_sub(1)? * stride + shape.pixel_bytes())
}

/// A step of the network.
pub(crate) trait Layer: Debug + Send + Sync + 'static {
    /// `"QConv"`.
    fn name(&self) -> &'static str;

    /// The shape of the output, or what is wrong with the inputs.
    fn output(&self, inputs: &[Shape]) -> Result<Shape, String>;

    /// How much scratch memory [`Layer::run`] needs, in i32.
    fn scratch(&self, _inputs: &[Shape]) -> usize {
        0
    }

    /// Computes `output` from `inputs`, of the shapes that [`Layer::output`] agreed to. `scratch`
    /// is at least as long as [`Layer::scratch`] says and holds anything.
    fn run(&self, inputs: &[View<'_>], output: ViewMut<'_>, scratch: &mut [i32]);
}

/// The one input of a layer, if it is u8 of `c` channels.
fn only(inputs: &[Shape], c: Option<usize>) -> Result<Shape, String> {
    match inputs {
        [x] if x.values == Values::U8 && c.is_none_or(|c| c == x.c) => Ok(*x),
        _ => Err(format!("expected one u8 map of {c:?} channels, got {inputs:?}")),
    }
}

/// Weights packed for a kernel.
#[derive(Debug)]
struct Packed {
    kernel: &'static Kernel,
    bytes: Vec<u8>,
    block_bytes: usize,
}

impl Packed {
    /// `shape`, `segment`: as [`pack`] takes them.
    fn new<'a>(
        kernel: &'static Kernel,
        shape: [usize; 3],
        segment: &dyn Fn(usize, usize) -> &'a [i8],
    ) -> Self {
        let bytes = pack(shape, kernel.elements, segment);
        let block_bytes = bytes.len() / shape[0].div_ceil(BLOCK);
        Self { kernel, bytes, block_bytes }
    }

    /// These weights on `pixels` of `x`, `stride` bytes apart.
    fn row<'a>(&'a self, x: &'a [u8], stride: usize, pixels: usize, taps: &'a [Tap]) -> Row<'a> {
        Row { x, stride, pixels, taps, weights: &self.bytes, block_bytes: self.block_bytes }
    }
}

/// Copies the pixels of a row, `c` elements each and `stride` bytes apart, next to each other in
/// the kernel's elements.
fn pack_row(row: &[u8], c: usize, stride: usize, elements: Elements, out: &mut [u8]) {
    match elements {
        Elements::Narrow if stride == c => out.copy_from_slice(row),
        Elements::Narrow => {
            for (out, pixel) in out.chunks_exact_mut(c).zip(row.chunks(stride)) {
                out.copy_from_slice(&pixel[..c]);
            }
        }
        Elements::Wide => {
            for (out, pixel) in out.chunks_exact_mut(2 * c).zip(row.chunks(stride)) {
                for (out, &value) in out.chunks_exact_mut(2).zip(&pixel[..c]) {
                    out.copy_from_slice(&i16::from(value).to_le_bytes());
                }
            }
        }
    }
}
