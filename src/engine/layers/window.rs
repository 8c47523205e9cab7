//! The rows that a convolution sees at a time, packed for a kernel, in a ring.
//!
//! Padding is "same": as many zeros before a row as after it, with stride 2 and an odd number of
//! them one more after it, as TensorFlow does. Rows above and below the map are not taps, so they
//! cost nothing.

use super::{Packed, Weights};
use crate::engine::kernels::{BLOCK_STEP, Elements, Kernel, Tap};

/// Bytes that a kernel may read beyond the last pixel of a packed row.
const SLACK: usize = 32;

/// Where the kernel of a convolution lies in its input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Geometry {
    /// Its side.
    pub(crate) kernel: usize,
    pub(crate) stride: usize,
    pub(crate) dilation: usize,
}

impl Geometry {
    /// Side of the input that an output depends on.
    pub(crate) fn span(&self) -> usize {
        self.dilation * (self.kernel - 1) + 1
    }

    /// Zeros before a row; the rest of `span - stride` is after it.
    pub(crate) fn before(&self) -> usize {
        (self.span() - self.stride) / 2
    }

    /// The output's side for the input's, if the stride divides it.
    pub(super) fn output(&self, side: usize) -> Result<usize, String> {
        let fits = side.is_multiple_of(self.stride);
        fits.then(|| side / self.stride).ok_or(format!("{side} px at stride {}", self.stride))
    }

    /// Calls `each(y, ring, rows)` for every row of the output of a map of `h` rows. `pack` packs
    /// one of these into its slot of the ring, of which there are [`span`](Self::span); `rows` are
    /// the kernel's rows that lie in the map, and where in the ring.
    pub(super) fn for_each_row(
        &self,
        h: usize,
        ring: &mut [u8],
        mut pack: impl FnMut(usize, &mut [u8]),
        mut each: impl FnMut(usize, &[u8], &[(usize, usize)]),
    ) {
        let (span, before) = (self.span(), self.before());
        let row_bytes = ring.len() / span;
        let slot = |y: usize| y % span * row_bytes;
        let mut packed = 0;
        let mut rows = Vec::with_capacity(self.kernel);
        for y in 0..h / self.stride {
            let top = y * self.stride;
            while packed < h.min(top + span - before) {
                pack(packed, &mut ring[slot(packed)..][..row_bytes]);
                packed += 1;
            }
            let row = |ky: usize| Some((ky, (top + ky * self.dilation).checked_sub(before)?));
            let rows_of_map = (0..self.kernel).filter_map(row).filter(|&(_, row)| row < h);
            rows.clear();
            rows.extend(rows_of_map.map(|(ky, row)| (ky, slot(row))));
            each(y, ring, &rows);
        }
    }
}

/// The window of a convolution that sums over its input channels.
#[derive(Debug)]
pub(super) struct Window {
    pub(super) geometry: Geometry,
    pub(super) c_in: usize,
    pub(super) elements: Elements,
}

impl Window {
    /// 3x3, undilated, stride 1.
    pub(super) fn plain(c_in: usize, elements: Elements) -> Self {
        Self { geometry: Geometry { kernel: 3, stride: 1, dilation: 1 }, c_in, elements }
    }

    fn pixel_bytes(&self) -> usize {
        self.c_in * self.elements.bytes()
    }

    /// From an output pixel's input to the next one's, bytes.
    pub(super) fn stride(&self) -> usize {
        self.geometry.stride * self.pixel_bytes()
    }

    /// Length of the ring for rows of `w` pixels, in i32.
    pub(super) fn len(&self, w: usize) -> usize {
        let pixels = w + self.geometry.span() - self.geometry.stride;
        let row_bytes = (pixels * self.pixel_bytes() + SLACK).next_multiple_of(4);
        self.geometry.span() * row_bytes / 4
    }

    /// Calls `each(y, packed rows, taps)` for every row of the output. `pack` packs one of the map.
    pub(super) fn for_each_row(
        &self,
        (h, w): (usize, usize),
        ring: &mut [i32],
        mut pack: impl FnMut(usize, &mut [u8]),
        mut each: impl FnMut(usize, &[u8], &[Tap]),
    ) {
        let ring: &mut [u8] = bytemuck::cast_slice_mut(&mut ring[..self.len(w)]);
        ring.fill(0);
        let pixel_bytes = self.pixel_bytes();
        let inner = self.geometry.before() * pixel_bytes;
        let pack = |y: usize, row: &mut [u8]| pack(y, &mut row[inner..][..w * pixel_bytes]);
        let mut taps = Vec::with_capacity(self.geometry.kernel.pow(2));
        self.geometry.for_each_row(h, ring, pack, |y, ring, rows| {
            taps.clear();
            rows.iter().for_each(|&(ky, x)| self.push_taps(ky, x, &mut taps));
            each(y, ring, &taps);
        });
    }

    /// The taps of kernel row `ky`, whose pixels begin at `x`. Undilated, they are neighbours and
    /// make one run.
    fn push_taps(&self, ky: usize, x: usize, taps: &mut Vec<Tap>) {
        let Geometry { kernel, dilation, .. } = self.geometry;
        if dilation == 1 {
            let steps = (kernel * self.c_in).div_ceil(self.elements.per_step());
            taps.push(Tap { x, w: ky * steps * BLOCK_STEP, steps });
            return;
        }
        let steps = self.c_in / self.elements.per_step();
        for kx in 0..kernel {
            let x = x + kx * dilation * self.pixel_bytes();
            taps.push(Tap { x, w: (kernel * ky + kx) * steps * BLOCK_STEP, steps });
        }
    }

    /// Packs the weights of the last `c_in` input channels of `w`, so that each kernel row is whole steps.
    pub(super) fn pack_weights(&self, kernel: &'static Kernel, w: &Weights) -> Packed {
        let (side, all) = (w.kernel, w.c_in());
        if all == self.c_in {
            let row = side * all;
            let segment = |channel, y| &w.values[(channel * side + y) * row..][..row];
            return Packed::new(kernel, [w.c_out(), side, row], &segment);
        }
        let taps = side * side;
        let segment =
            |channel, tap| &w.values[(channel * taps + tap) * all..][all - self.c_in..all];
        Packed::new(kernel, [w.c_out(), taps, self.c_in], &segment)
    }
}
