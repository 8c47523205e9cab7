//! The inner loop of every convolution, once per instruction set, behind one contract.
//!
//! In: a [`Row`], packed input pixels and packed weights. Out: one output row, either the i32 sums
//! ([`Kernel::sums`]) or activations in [0, 127] ([`Kernel::activations`]); of a depthwise
//! convolution, activations ([`Kernel::depthwise`]). A kernel knows no borders, dilations or images:
//! [`layers`](super::layers) packs rows and lists the [`Tap`]s.
//!
//! ```text
//! for pixel in 0..pixels
//!     for channel in 0..c_out
//!         sum = 0
//!         for tap in taps
//!             for step in 0..tap.steps
//!                 sum += x[tap.x + pixel * stride + 4 * step ..][..4] · w[tap.w + 32 * step ..]
//! ```
//!
//! 1. A step is 4 bytes of input and 32 bytes of weights: 8 output channels (a *block*) by 4 bytes.
//!    The 4 bytes are four u7 elements against i8 weights, or two i16 against i16 ([`Elements`]).
//! 2. In a depthwise row each channel has input of its own: `x[.. + 4 * channel]` in the place of
//!    the same 4 bytes for all. They are neighbours along the map's row, next to each other.
//! 3. Tiles are 4 pixels by one block. The last tile of a row overlaps the one before it.
//! 4. Integer sums wrap nowhere: activations are at most 127, weights at least -127, so a pair sum
//!    stays below 2^15 and 2^17 products fit in an i32.
//! 5. Requantising is `round_ties_even(clamp(sum as f32 * multiplier + zero, 0, 127))`: one
//!    conversion, one product and one sum, which IEEE 754 defines to the bit, so every kernel gives
//!    the same bytes. It is also what QuantizeLinear does where the multiplier is exact, which
//!    `lower` demands, and the zero point even.

#[cfg(target_arch = "aarch64")]
#[allow(unsafe_code, reason = "loads and stores of vectors go through pointers")]
mod neon;
#[cfg(any(not(target_arch = "wasm32"), feature = "lab"))]
mod scalar;
#[cfg(any(test, feature = "lab"))]
pub(crate) mod tests;
#[cfg(target_arch = "wasm32")]
#[allow(unsafe_code, reason = "loads and stores of v128 go through pointers")]
mod wasm128;
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code, reason = "loads and stores of __m256i go through pointers")]
mod x86;

#[cfg(all(feature = "lab", target_arch = "wasm32"))]
pub(crate) use wasm128::products;
#[cfg(target_arch = "wasm32")]
pub(crate) use wasm128::select;

/// Output channels per block of packed weights.
pub(crate) const BLOCK: usize = 8;
/// Bytes of input that one step reads per pixel.
pub(crate) const STEP: usize = 4;
/// Bytes of weights that one step reads: [`STEP`] for each channel of a block.
pub(crate) const BLOCK_STEP: usize = BLOCK * STEP;
/// The largest activation.
pub(crate) const MAX_ACTIVATION: f32 = 127.0;

/// What the bytes of packed rows and weights are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Elements {
    /// Input u8 in [0, 127], weights i8 in [-127, 127].
    Narrow,
    /// Input and weights i16, little-endian.
    Wide,
}

impl Elements {
    /// Bytes per element.
    pub(crate) const fn bytes(self) -> usize {
        match self {
            Self::Narrow => 1,
            Self::Wide => 2,
        }
    }

    /// Elements per step.
    pub(crate) const fn per_step(self) -> usize {
        STEP / self.bytes()
    }
}

/// A run of input elements that meets a run of weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tap {
    /// Where the run of pixel 0 begins in [`Row::x`], bytes.
    pub(crate) x: usize,
    /// Where the run begins in each block of [`Row::weights`], bytes.
    pub(crate) w: usize,
    /// Its length in steps.
    pub(crate) steps: usize,
}

/// One row of a convolution.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    /// Packed input.
    pub(crate) x: &'a [u8],
    /// Bytes from one pixel to the next in `x`.
    pub(crate) stride: usize,
    /// Pixels in the output row.
    pub(crate) pixels: usize,
    /// What each output value sums.
    pub(crate) taps: &'a [Tap],
    /// `[c_out / 8, k / n, 8, n]`, `n` the elements of a step; `k` counts what a channel sums.
    pub(crate) weights: &'a [u8],
    /// Bytes of one block of `weights`.
    pub(crate) block_bytes: usize,
}

impl Row<'_> {
    /// Blocks of output channels.
    pub(crate) fn blocks(&self) -> usize {
        self.weights.len() / self.block_bytes
    }

    /// # Panics
    /// When a tap of any pixel or block leaves `x`, of which a step reads `step` bytes, or `weights`.
    fn check(&self, step: usize) {
        assert!(self.pixels > 0 && self.block_bytes > 0, "a row has pixels and weights");
        assert_eq!(self.weights.len() % self.block_bytes, 0, "weights are whole blocks");
        let last = (self.pixels - 1) * self.stride;
        for tap in self.taps {
            assert!(tap.x + last + tap.steps * step <= self.x.len(), "{tap:?} leaves the input");
            assert!(tap.w + tap.steps * BLOCK_STEP <= self.block_bytes, "{tap:?} leaves the block");
        }
    }

    /// # Panics
    /// As [`Row::check`], and when `out` is not `[pixels, c_out]`.
    fn check_sums(&self, out: &[i32]) {
        self.check(STEP);
        assert_eq!(out.len(), self.pixels * self.blocks() * BLOCK, "sums are [pixels, c_out]");
    }

    /// # Panics
    /// As [`Row::check`], and when `scale` or `out` are not of the row's channels and pixels.
    fn check_activations(&self, scale: &Requantise<'_>, out: &[u8], out_stride: usize) {
        self.check(STEP);
        self.check_requantise(scale, out, out_stride);
    }

    /// # Panics
    /// As [`Row::check_activations`], and when a tap is not one step.
    fn check_depthwise(&self, scale: &Requantise<'_>, out: &[u8], out_stride: usize) {
        assert!(self.taps.iter().all(|tap| tap.steps == 1), "a depthwise tap is one step");
        self.check(self.blocks() * BLOCK_STEP);
        self.check_requantise(scale, out, out_stride);
    }

    fn check_requantise(&self, scale: &Requantise<'_>, out: &[u8], out_stride: usize) {
        let c_out = self.blocks() * BLOCK;
        assert_eq!((scale.bias.len(), scale.multiplier.len()), (c_out, c_out), "one per channel");
        assert!(scale.sixteenths.is_none_or(|sums| sums.len() == self.pixels * c_out));
        assert!((self.pixels - 1) * out_stride + c_out <= out.len(), "the row leaves the output");
    }
}

/// From sums to activations.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Requantise<'a> {
    /// `[c_out]`, added to every sum.
    pub(crate) bias: &'a [i32],
    /// `[c_out]`, scale of the sums over scale of the activations.
    pub(crate) multiplier: &'a [f32],
    /// The zero point of the activations, added to every scaled sum.
    pub(crate) zero: f32,
    /// `[pixels, c_out]`: the sum becomes `16 * sum + sixteenths`. None in depthwise rows.
    pub(crate) sixteenths: Option<&'a [i32]>,
}

type Sums = fn(&Row<'_>, &mut [i32]);
type Activations = fn(&Row<'_>, &Requantise<'_>, &mut [u8], usize);

/// One implementation of the contract.
#[derive(Debug)]
pub(crate) struct Kernel {
    pub(crate) name: &'static str,
    pub(crate) elements: Elements,
    sums: Sums,
    activations: Activations,
    depthwise: Activations,
}

impl Kernel {
    /// Writes the sums of `row`, `[pixels, c_out]`.
    pub(crate) fn sums(&self, row: &Row<'_>, out: &mut [i32]) {
        (self.sums)(row, out);
    }

    /// Writes the activations of `row`; pixel `i` begins at `out[i * out_stride]`.
    pub(crate) fn activations(
        &self,
        row: &Row<'_>,
        scale: &Requantise<'_>,
        out: &mut [u8],
        out_stride: usize,
    ) {
        (self.activations)(row, scale, out, out_stride);
    }

    /// Writes the activations of a depthwise `row`; pixel `i` begins at `out[i * out_stride]`.
    pub(crate) fn depthwise(
        &self,
        row: &Row<'_>,
        scale: &Requantise<'_>,
        out: &mut [u8],
        out_stride: usize,
    ) {
        (self.depthwise)(row, scale, out, out_stride);
    }
}

/// The kernels that an engine uses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kernels {
    /// For activations.
    pub(crate) narrow: &'static Kernel,
    /// For the picture, whose values need more than 7 bits.
    pub(crate) wide: &'static Kernel,
}

/// The fastest kernels that run here.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn select() -> Kernels {
    #[cfg(target_arch = "x86_64")]
    if let Some(kernels) = x86::select() {
        return kernels;
    }
    #[cfg(target_arch = "aarch64")]
    if let Some(kernels) = neon::select() {
        return kernels;
    }
    Kernels { narrow: &scalar::NARROW, wide: &scalar::WIDE }
}

/// Every kernel that runs here, the oracle first.
#[cfg(any(test, feature = "lab"))]
pub(crate) fn all() -> Vec<&'static Kernel> {
    let mut kernels = vec![&scalar::NARROW, &scalar::WIDE];
    #[cfg(target_arch = "wasm32")]
    kernels.extend(wasm128::all());
    #[cfg(target_arch = "x86_64")]
    kernels.extend(x86::all());
    #[cfg(target_arch = "aarch64")]
    kernels.extend(neon::all());
    kernels
}

/// Packs weights for `elements`: `[c_out / 8, segments, len / n, 8, n]`, `c_out` in whole blocks and
/// `len` in whole steps; what is missing is 0. `segment(channel, index)`: `[len]` i8.
pub(crate) fn pack<'a>(
    [c_out, segments, len]: [usize; 3],
    elements: Elements,
    segment: &dyn Fn(usize, usize) -> &'a [i8],
) -> Vec<u8> {
    let n = elements.per_step();
    let steps = len.div_ceil(n);
    let mut packed = vec![0; c_out.div_ceil(BLOCK) * segments * steps * BLOCK_STEP];
    for channel in 0..c_out {
        let (block, lane) = (channel / BLOCK, channel % BLOCK);
        for index in 0..segments {
            let at = (block * segments + index) * steps * BLOCK_STEP;
            let packed = packed[at..][..steps * BLOCK_STEP].as_chunks_mut::<STEP>().0;
            let mut packed = packed.iter_mut().skip(lane).step_by(BLOCK);
            let (whole, rest) = segment(channel, index).as_chunks::<STEP>();
            let wide = |weights: [i8; 2]| bytemuck::cast::<_, [u8; 4]>(weights.map(i16::from));
            if elements == Elements::Narrow {
                packed
                    .by_ref()
                    .zip(whole)
                    .for_each(|(step, weights)| *step = bytemuck::cast(*weights));
            } else {
                for &[a, b, c, d] in whole {
                    packed
                        .by_ref()
                        .zip([[a, b], [c, d]])
                        .for_each(|(step, weights)| *step = wide(weights));
                }
            }
            for (step, weights) in packed.zip(rest.chunks(n)) {
                let weight = |at: usize| weights.get(at).copied().unwrap_or(0);
                *step = match elements {
                    Elements::Narrow => std::array::from_fn(|at| weight(at) as u8),
                    Elements::Wide => wide([weight(0), weight(1)]),
                };
            }
        }
    }
    packed
}
