//! A 3x3 convolution of an upsampled map that never forms the map: `[h, w, c_low]` u8 to rows of
//! `[2 w, c_out]` i32, 16 times the sums.
//!
//! Both the convolution and the bilinear upsampling by 2 (half-pixel centres) are linear, so the
//! products with the 9 weights are taken at the low resolution, a quarter of the work, and then
//! upsampled, shifted and added. Upsampling weighs by 1/4 and 3/4 along each axis: 16 times it is
//! whole numbers, and the result is exact where a quantised upsampling would have rounded.
//!
//! Along one axis, with products `p0 p1 p2` of the three taps and `i` the low-resolution index:
//!
//! ```text
//! out[2i]     = 3 (p0[i-1] + p1[i] + p2[i])   + (p0[i] + p1[i-1] + p2[i+1])
//! out[2i + 1] = 3 (p0[i]   + p1[i] + p2[i+1]) + (p0[i-1] + p1[i+1] + p2[i])
//! ```
//!
//! Upsampling repeats its input beyond the border, the convolution pads its own with zeros: hence
//! `p1[-1] = p1[0]`, `p0[-1] = p0[0]` in odd outputs, and all of `p0` is 0 in output 0.

use super::{Packed, View, Weights, pack_row};
use crate::engine::kernels::{Kernel, Tap};

/// The weights, `[9, c_out, c_low]` packed.
#[derive(Debug)]
pub(super) struct Sixteenths {
    packed: Packed,
    c_low: usize,
    c_out: usize,
}

impl Sixteenths {
    /// The first `c_low` input channels of `w`.
    pub(super) fn new(kernel: &'static Kernel, w: &Weights, c_low: usize) -> Self {
        let (c_in, c_out) = (w.c_in(), w.c_out());
        let segment = |channel, _| {
            let (tap, channel) = (channel / c_out, channel % c_out);
            &w.values[(channel * 9 + tap) * c_in..][..c_low]
        };
        Self { packed: Packed::new(kernel, [9 * c_out, 1, c_low], &segment), c_low, c_out }
    }

    pub(super) fn c_low(&self) -> usize {
        self.c_low
    }

    fn pixels_len(&self, w: usize) -> usize {
        (w * self.c_low * self.packed.kernel.elements.bytes()).div_ceil(4)
    }

    /// Length of one kernel row's sums, upsampled along x.
    fn wide_len(&self, w: usize) -> usize {
        2 * w * self.c_out
    }

    /// How much scratch memory rows of `w` low-resolution pixels need, in i32.
    pub(super) fn scratch(&self, w: usize) -> usize {
        self.pixels_len(w) + 9 * w * self.c_out + 9 * self.wide_len(w) + self.wide_len(w)
    }

    /// Prepares to read the rows of `x` from the top down.
    pub(super) fn start<'a>(&'a self, x: View<'a>, scratch: &'a mut [i32]) -> Rows<'a> {
        let w = x.shape.w;
        let (pixels, scratch) = scratch.split_at_mut(self.pixels_len(w));
        let (products, scratch) = scratch.split_at_mut(9 * w * self.c_out);
        let (wide, scratch) = scratch.split_at_mut(9 * self.wide_len(w));
        let out = &mut scratch[..self.wide_len(w)];
        Rows { layer: self, x, pixels, products, wide, out, done: 0 }
    }
}

/// The rows in progress. `wide` holds three low-resolution rows, `[3, 3, 2 w, c_out]`: row `y` in
/// slot `y % 3`, kernel rows inside.
#[derive(Debug)]
pub(super) struct Rows<'a> {
    layer: &'a Sixteenths,
    x: View<'a>,
    pixels: &'a mut [i32],
    products: &'a mut [i32],
    wide: &'a mut [i32],
    out: &'a mut [i32],
    done: usize,
}

impl Rows<'_> {
    /// Row `y` of the output, `[2 w, c_out]`. Rows are asked for in order.
    pub(super) fn row(&mut self, y: usize) -> &[i32] {
        let h = self.x.shape.h;
        let i = y / 2;
        while self.done < h.min(i + 2) {
            self.widen(self.done);
            self.done += 1;
        }
        let len = self.layer.wide_len(self.x.shape.w);
        let zeros = vec![0; if y == 0 || y == 2 * h - 1 { len } else { 0 }];
        let at = |y: usize, tap: usize| &self.wide[(y % 3 * 3 + tap) * len..][..len];
        mix(self.out, taps(y, h, &zeros, at));
        self.out
    }

    /// Products of low-resolution row `y`, upsampled along x into its slot.
    fn widen(&mut self, y: usize) {
        let Sixteenths { packed, c_low, c_out } = self.layer;
        let (w, c_out) = (self.x.shape.w, *c_out);
        let stride = c_low * packed.kernel.elements.bytes();
        let pixels: &mut [u8] = bytemuck::cast_slice_mut(self.pixels);
        let pixels = &mut pixels[..w * stride];
        pack_row(self.x.row(y), *c_low, self.x.stride, packed.kernel.elements, pixels);
        let steps = c_low / packed.kernel.elements.per_step();
        let pixel = [Tap { x: 0, w: 0, steps }];
        packed.kernel.sums(&packed.row(pixels, stride, w, &pixel), self.products);

        let len = self.layer.wide_len(w);
        let slot = &mut self.wide[y % 3 * 3 * len..][..3 * len];
        let zeros = vec![0; c_out];
        for (ky, out) in slot.chunks_exact_mut(len).enumerate() {
            for (x, out) in out.chunks_exact_mut(c_out).enumerate() {
                let at =
                    |x: usize, kx: usize| &self.products[(x * 9 + 3 * ky + kx) * c_out..][..c_out];
                mix(out, taps(x, w, &zeros, at));
            }
        }
    }
}

/// What output `o` of `2 n` mixes along an axis: three values thrice, then three once. `at(i, tap)`
/// is the product of `tap` at low-resolution index `i`.
fn taps<'a>(
    o: usize,
    n: usize,
    zeros: &'a [i32],
    at: impl Fn(usize, usize) -> &'a [i32],
) -> [&'a [i32]; 6] {
    let i = o / 2;
    let (before, after) = (i.saturating_sub(1), (i + 1).min(n - 1));
    if o.is_multiple_of(2) {
        let (first, second) = if i == 0 { (zeros, zeros) } else { (at(before, 0), at(i, 0)) };
        [first, at(i, 1), at(i, 2), second, at(before, 1), at(after, 2)]
    } else {
        let (first, second) = if i == n - 1 { (zeros, zeros) } else { (at(after, 2), at(i, 2)) };
        [at(i, 0), at(i, 1), first, at(before, 0), at(after, 1), second]
    }
}

fn mix(out: &mut [i32], [a, b, c, d, e, f]: [&[i32]; 6]) {
    let n = out.len();
    let (a, b, c, d, e, f) = (&a[..n], &b[..n], &c[..n], &d[..n], &e[..n], &f[..n]);
    for i in 0..n {
        out[i] = 3 * (a[i] + b[i] + c[i]) + (d[i] + e[i] + f[i]);
    }
}
