//! The contract in 128-bit wasm SIMD: a tile is 5 pixels by 2 vectors of 4 channels, 10 accumulators:
//! enough to hide the latency of a product, with 2 weights and 1 input beside them in 16 registers.
//!
//! `simd128`, for which the whole wasm is compiled, has only the i16 dot product, so narrow rows are
//! widened when they are packed. The feature `relaxed` adds two kernels whose functions alone are
//! compiled for `relaxed-simd`, with its dot products of i8 by u7. Their operand order is (i8, u7).

use core::arch::wasm32::*;

use super::{BLOCK, BLOCK_STEP, Elements, Kernel, Kernels, MAX_ACTIVATION, Requantise, Row, STEP};

/// Pixels of a tile.
const TILE: usize = 5;
/// Added to an f32 in [0, 127] it leaves the integer, rounded half to even, in the lowest byte.
const ROUND: f32 = 8_388_608.0;

static WIDE: Kernel = Kernel {
    name: "simd128 wide",
    elements: Elements::Wide,
    sums: sums::<Wide>,
    activations: activations::<Wide>,
    depthwise: depthwise::<Wide>,
};

/// The kernels of this artefact. Of the relaxed two, the one that the machine has instructions for.
pub(crate) fn select() -> Kernels {
    #[cfg(feature = "relaxed")]
    return Kernels { narrow: relaxed::fastest(), wide: &WIDE };
    #[cfg(not(feature = "relaxed"))]
    Kernels { narrow: &WIDE, wide: &WIDE }
}

#[cfg(feature = "lab")]
pub(super) fn all() -> Vec<&'static Kernel> {
    vec![
        &WIDE,
        #[cfg(feature = "relaxed")]
        &relaxed::ADD,
        #[cfg(feature = "relaxed")]
        &relaxed::PAIRS,
    ]
}

/// Multiply-adds of `repeat` rounds of the selected narrow kernel's products: enough accumulators
/// to hide their latency, no memory.
#[cfg(feature = "lab")]
pub(crate) fn products(repeat: u32) -> f64 {
    let narrow = select().narrow;
    #[cfg(feature = "relaxed")]
    if narrow.name == relaxed::ADD.name {
        return relaxed::products::<relaxed::Add>(repeat, narrow);
    } else if narrow.name == relaxed::PAIRS.name {
        return relaxed::products::<relaxed::Pairs>(repeat, narrow);
    }
    products_of::<Wide>(repeat, narrow)
}

#[cfg(feature = "lab")]
#[inline(always)]
fn products_of<D: Dot>(repeat: u32, kernel: &Kernel) -> f64 {
    const ACCUMULATORS: usize = 12;
    let mut sums = [i32x4_splat(0); ACCUMULATORS];
    let x = core::hint::black_box(i8x16_splat(1));
    for round in 0..repeat {
        // Weights that change, or the compiler takes the product out of the loop.
        let w = i32x4_splat(round as i32);
        for sum in &mut sums {
            *sum = D::dot(*sum, x, w);
        }
    }
    core::hint::black_box(sums);
    f64::from(repeat) * (ACCUMULATORS * 4 * kernel.elements.per_step()) as f64
}

trait Dot {
    /// `acc` plus one step of 4 output channels.
    fn dot(acc: v128, x: v128, w: v128) -> v128;
}

struct Wide;

impl Dot for Wide {
    #[inline(always)]
    fn dot(acc: v128, x: v128, w: v128) -> v128 {
        i32x4_add(acc, i32x4_dot_i16x8(x, w))
    }
}

#[cfg(feature = "relaxed")]
mod relaxed {
    use super::*;

    pub(super) static ADD: Kernel = kernel::<Add>("relaxed add");
    pub(super) static PAIRS: Kernel = kernel::<Pairs>("relaxed pairs");

    const fn kernel<D: Dot>(name: &'static str) -> Kernel {
        Kernel {
            name,
            elements: Elements::Narrow,
            sums: relaxed_sums::<D>,
            activations: relaxed_activations::<D>,
            depthwise: relaxed_depthwise::<D>,
        }
    }

    #[target_feature(enable = "relaxed-simd")]
    fn relaxed_sums<D: Dot>(row: &Row<'_>, out: &mut [i32]) {
        sums::<D>(row, out);
    }

    #[target_feature(enable = "relaxed-simd")]
    fn relaxed_activations<D: Dot>(
        row: &Row<'_>,
        scale: &Requantise<'_>,
        out: &mut [u8],
        out_stride: usize,
    ) {
        activations::<D>(row, scale, out, out_stride);
    }

    #[target_feature(enable = "relaxed-simd")]
    fn relaxed_depthwise<D: Dot>(
        row: &Row<'_>,
        scale: &Requantise<'_>,
        out: &mut [u8],
        out_stride: usize,
    ) {
        depthwise::<D>(row, scale, out, out_stride);
    }

    /// x86 without VNNI multiplies in pairs that saturate at i16; its browsers then emulate the
    /// four-element product slowly, and the pairs are faster. An operand beyond 7 bits shows it.
    #[target_feature(enable = "relaxed-simd")]
    pub(super) fn fastest() -> &'static Kernel {
        let beyond = core::hint::black_box(u8x16_splat(255));
        let sum = i32x4_relaxed_dot_i8x16_i7x16_add(i8x16_splat(127), beyond, i32x4_splat(0));
        let saturated = 2 * i32::from(i16::MAX);
        if i32x4_extract_lane::<0>(sum) == saturated { &PAIRS } else { &ADD }
    }

    #[cfg(feature = "lab")]
    #[target_feature(enable = "relaxed-simd")]
    pub(super) fn products<D: Dot>(repeat: u32, kernel: &Kernel) -> f64 {
        products_of::<D>(repeat, kernel)
    }

    pub(super) struct Add;

    impl Dot for Add {
        #[inline(always)]
        fn dot(acc: v128, x: v128, w: v128) -> v128 {
            i32x4_relaxed_dot_i8x16_i7x16_add(w, x, acc)
        }
    }

    pub(super) struct Pairs;

    impl Dot for Pairs {
        #[inline(always)]
        fn dot(acc: v128, x: v128, w: v128) -> v128 {
            let pairs = i16x8_relaxed_dot_i8x16_i7x16(w, x);
            i32x4_add(acc, i32x4_dot_i16x8(pairs, i16x8_splat(1)))
        }
    }
}

#[inline(always)]
fn sums<D: Dot>(row: &Row<'_>, out: &mut [i32]) {
    row.check_sums(out);
    let c_out = row.blocks() * BLOCK;
    for block in 0..row.blocks() {
        let start = [i32x4_splat(0); 2];
        let mut write = |pixel: usize, tile: &[[v128; 2]]| {
            for (i, sums) in tile.iter().enumerate() {
                let out = &mut out[(pixel + i) * c_out + block * BLOCK..][..BLOCK];
                // SAFETY: `out` holds the 8 values of the two vectors.
                unsafe {
                    v128_store(out.as_mut_ptr().cast(), sums[0]);
                    v128_store(out.as_mut_ptr().add(4).cast(), sums[1]);
                }
            }
        };
        for_each_tile::<D, false>(row, block, start, &mut write);
    }
}

#[inline(always)]
fn activations<D: Dot>(row: &Row<'_>, scale: &Requantise<'_>, out: &mut [u8], out_stride: usize) {
    row.check_activations(scale, out, out_stride);
    write_activations::<D, false>(row, scale, out, out_stride);
}

#[inline(always)]
fn depthwise<D: Dot>(row: &Row<'_>, scale: &Requantise<'_>, out: &mut [u8], out_stride: usize) {
    row.check_depthwise(scale, out, out_stride);
    write_activations::<D, true>(row, scale, out, out_stride);
}

#[inline(always)]
fn write_activations<D: Dot, const DEPTHWISE: bool>(
    row: &Row<'_>,
    scale: &Requantise<'_>,
    out: &mut [u8],
    out_stride: usize,
) {
    let c_out = row.blocks() * BLOCK;
    let zero = f32x4_splat(scale.zero);
    for block in 0..row.blocks() {
        let start = load_8(&scale.bias[block * BLOCK..]);
        let multiplier = load_8(&scale.multiplier[block * BLOCK..]);
        let mut write = |pixel: usize, tile: &[[v128; 2]]| {
            for (i, sums) in tile.iter().enumerate() {
                let pixel = pixel + i;
                let mut sums = *sums;
                if let Some(sixteenths) = scale.sixteenths {
                    let more = load_8(&sixteenths[pixel * c_out + block * BLOCK..]);
                    sums = [0, 1].map(|v| i32x4_add(i32x4_shl(sums[v], 4), more[v]));
                }
                store_8(sums, multiplier, zero, &mut out[pixel * out_stride + block * BLOCK..]);
            }
        };
        for_each_tile::<D, DEPTHWISE>(row, block, start, &mut write);
    }
}

/// Writes 8 requantised sums.
#[inline(always)]
fn store_8(sums: [v128; 2], multiplier: [v128; 2], zero: v128, out: &mut [u8]) {
    let words = [0, 1].map(|v| requantise(sums[v], multiplier[v], zero));
    let words = i16x8_narrow_i32x4(words[0], words[1]);
    let out = &mut out[..BLOCK];
    // SAFETY: `out` holds the 8 bytes of the lane.
    unsafe { v128_store64_lane::<0>(u8x16_narrow_i16x8(words, words), out.as_mut_ptr().cast()) };
}

#[inline(always)]
fn requantise(sums: v128, multiplier: v128, zero: v128) -> v128 {
    let scaled = f32x4_add(f32x4_mul(f32x4_convert_i32x4(sums), multiplier), zero);
    let clamped = f32x4_pmin(f32x4_pmax(scaled, f32x4_splat(0.0)), f32x4_splat(MAX_ACTIVATION));
    i32x4_sub(f32x4_add(clamped, f32x4_splat(ROUND)), f32x4_splat(ROUND))
}

/// Loads 8 values of 4 bytes.
#[inline(always)]
fn load_8<T: Copy>(values: &[T]) -> [v128; 2] {
    const { assert!(size_of::<T>() == 4) };
    let values = &values[..BLOCK];
    // SAFETY: `values` holds the 32 bytes of the two vectors.
    unsafe { [v128_load(values.as_ptr().cast()), v128_load(values.as_ptr().add(4).cast())] }
}

/// Calls `write(pixel, sums)` until every pixel of the row is written.
#[inline(always)]
fn for_each_tile<D: Dot, const DEPTHWISE: bool>(
    row: &Row<'_>,
    block: usize,
    start: [v128; 2],
    write: &mut impl FnMut(usize, &[[v128; 2]]),
) {
    if row.pixels < TILE {
        for pixel in 0..row.pixels {
            write(pixel, &tile::<D, DEPTHWISE, 1>(row, block, pixel, start));
        }
        return;
    }
    for pixel in (0..row.pixels).step_by(TILE) {
        let pixel = pixel.min(row.pixels - TILE);
        write(pixel, &tile::<D, DEPTHWISE, TILE>(row, block, pixel, start));
    }
}

#[inline(always)]
fn tile<D: Dot, const DEPTHWISE: bool, const N: usize>(
    row: &Row<'_>,
    block: usize,
    pixel: usize,
    start: [v128; 2],
) -> [[v128; 2]; N] {
    const HALF: usize = BLOCK_STEP / 2;
    let mut sums = [start; N];
    let first = pixel * row.stride + if DEPTHWISE { block * BLOCK_STEP } else { 0 };
    for tap in row.taps {
        // SAFETY: `Row::check` has proved that the taps of every pixel and block stay inside `x`
        // and `weights`; `pixel + N <= pixels` and `block < blocks`.
        unsafe {
            let mut x = row.x.as_ptr().add(tap.x + first);
            let mut w = row.weights.as_ptr().add(block * row.block_bytes + tap.w);
            let end = w.add(tap.steps * BLOCK_STEP);
            while w < end {
                let weights = [v128_load(w.cast()), v128_load(w.add(HALF).cast())];
                for (i, sums) in sums.iter_mut().enumerate() {
                    let x = x.add(i * row.stride);
                    let x = if DEPTHWISE {
                        [v128_load(x.cast()), v128_load(x.add(HALF).cast())]
                    } else {
                        [v128_load32_splat(x.cast()); 2]
                    };
                    sums[0] = D::dot(sums[0], x[0], weights[0]);
                    sums[1] = D::dot(sums[1], x[1], weights[1]);
                }
                x = x.add(STEP);
                w = w.add(BLOCK_STEP);
            }
        }
    }
    sums
}
