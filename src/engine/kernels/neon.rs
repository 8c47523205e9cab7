//! The contract in NEON, chosen at run time: a tile is 8 pixels by 2 vectors of 4 channels, 16
//! accumulators of the 32 registers.
//!
//! Activations are u7, so they are i8 as well, and `sdot` multiplies them where the machine has it
//! (`dotprod`: Apple's and Amazon's do). Its intrinsic is not stable yet, hence the line of assembly.

use core::arch::aarch64::*;
use core::arch::asm;
use std::arch::is_aarch64_feature_detected;

use super::{BLOCK, BLOCK_STEP, Elements, Kernel, Kernels, MAX_ACTIVATION, Requantise, Row, STEP};

/// Pixels of a tile.
const TILE: usize = 8;
/// Bytes of a vector of weights.
const HALF: usize = BLOCK_STEP / 2;

static WIDE: Kernel = kernel::<Wide>("neon wide", Elements::Wide);
static PAIRS: Kernel = kernel::<Pairs>("neon pairs", Elements::Narrow);
static SDOT: Kernel = kernel::<Sdot>("neon sdot", Elements::Narrow);

/// The kernels that this machine runs, the fastest narrow one last. Every aarch64 has NEON.
pub(super) fn all() -> Vec<&'static Kernel> {
    let mut kernels = vec![&WIDE, &PAIRS];
    if is_aarch64_feature_detected!("dotprod") {
        kernels.push(&SDOT);
    }
    kernels
}

pub(super) fn select() -> Option<Kernels> {
    Some(Kernels { narrow: all().pop()?, wide: &WIDE })
}

const fn kernel<D: Dot>(name: &'static str, elements: Elements) -> Kernel {
    Kernel {
        name,
        elements,
        sums: sums::<D>,
        activations: activations::<D>,
        depthwise: depthwise::<D>,
    }
}

trait Dot {
    /// `acc` plus one step of 4 output channels.
    fn dot(acc: int32x4_t, x: int8x16_t, w: int8x16_t) -> int32x4_t;
}

struct Wide;

impl Dot for Wide {
    #[inline(always)]
    fn dot(acc: int32x4_t, x: int8x16_t, w: int8x16_t) -> int32x4_t {
        // SAFETY: every aarch64 has NEON.
        unsafe {
            let (x, w) = (vreinterpretq_s16_s8(x), vreinterpretq_s16_s8(w));
            let low = vmull_s16(vget_low_s16(x), vget_low_s16(w));
            vaddq_s32(acc, vpaddq_s32(low, vmull_high_s16(x, w)))
        }
    }
}

struct Pairs;

impl Dot for Pairs {
    #[inline(always)]
    fn dot(acc: int32x4_t, x: int8x16_t, w: int8x16_t) -> int32x4_t {
        // SAFETY: every aarch64 has NEON.
        unsafe {
            let low = vpaddlq_s16(vmull_s8(vget_low_s8(x), vget_low_s8(w)));
            let high = vpaddlq_s16(vmull_high_s8(x, w));
            vaddq_s32(acc, vpaddq_s32(low, high))
        }
    }
}

/// Reachable through [`all`] alone, which has detected the feature.
struct Sdot;

impl Dot for Sdot {
    #[inline(always)]
    fn dot(mut acc: int32x4_t, x: int8x16_t, w: int8x16_t) -> int32x4_t {
        // SAFETY: it touches nothing but its registers.
        unsafe {
            asm!(
                ".arch_extension dotprod",
                "sdot {acc:v}.4s, {x:v}.16b, {w:v}.16b",
                acc = inout(vreg) acc,
                x = in(vreg) x,
                w = in(vreg) w,
                options(pure, nomem, nostack, preserves_flags),
            );
        }
        acc
    }
}

fn sums<D: Dot>(row: &Row<'_>, out: &mut [i32]) {
    row.check_sums(out);
    let c_out = row.blocks() * BLOCK;
    for block in 0..row.blocks() {
        for_each_tile::<D, false>(row, block, [0; BLOCK], &mut |pixel, tile| {
            for (i, sums) in tile.iter().enumerate() {
                let out = &mut out[(pixel + i) * c_out + block * BLOCK..][..BLOCK];
                // SAFETY: `out` holds the 8 values of the two vectors.
                unsafe {
                    vst1q_s32(out.as_mut_ptr(), sums[0]);
                    vst1q_s32(out.as_mut_ptr().add(4), sums[1]);
                }
            }
        });
    }
}

fn activations<D: Dot>(row: &Row<'_>, scale: &Requantise<'_>, out: &mut [u8], out_stride: usize) {
    row.check_activations(scale, out, out_stride);
    write_activations::<D, false>(row, scale, out, out_stride);
}

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
    for block in 0..row.blocks() {
        let channels = block * BLOCK..(block + 1) * BLOCK;
        let multiplier = &scale.multiplier[channels.clone()];
        // SAFETY: `multiplier` holds the 8 values of the two vectors.
        let multiplier =
            unsafe { [vld1q_f32(multiplier.as_ptr()), vld1q_f32(multiplier.as_ptr().add(4))] };
        let bias: [i32; BLOCK] = scale.bias[channels].try_into().expect("a block");
        for_each_tile::<D, DEPTHWISE>(row, block, bias, &mut |pixel, tile| {
            for (i, &sums) in tile.iter().enumerate() {
                let pixel = pixel + i;
                let sums = match scale.sixteenths {
                    Some(more) => sixteen_times(sums, &more[pixel * c_out + block * BLOCK..]),
                    None => sums,
                };
                let out = &mut out[pixel * out_stride + block * BLOCK..][..BLOCK];
                // SAFETY: every aarch64 has NEON, and `out` holds the 8 bytes.
                unsafe {
                    let words = [0, 1].map(|v| requantise(sums[v], multiplier[v], scale.zero));
                    let words = vcombine_u16(vmovn_u32(words[0]), vmovn_u32(words[1]));
                    vst1_u8(out.as_mut_ptr(), vmovn_u16(words));
                }
            }
        });
    }
}

/// 16 times `sums`, plus the 8 first of `more`.
#[inline(always)]
fn sixteen_times(sums: [int32x4_t; 2], more: &[i32]) -> [int32x4_t; 2] {
    let more = &more[..BLOCK];
    // SAFETY: every aarch64 has NEON, and `more` holds the 8 values of the two vectors.
    unsafe {
        let more = [vld1q_s32(more.as_ptr()), vld1q_s32(more.as_ptr().add(4))];
        [0, 1].map(|v| vaddq_s32(vshlq_n_s32::<4>(sums[v]), more[v]))
    }
}

#[inline(always)]
fn requantise(sums: int32x4_t, multiplier: float32x4_t, zero: f32) -> uint32x4_t {
    // SAFETY: every aarch64 has NEON.
    unsafe {
        let scaled = vaddq_f32(vmulq_f32(vcvtq_f32_s32(sums), multiplier), vdupq_n_f32(zero));
        let clamped = vminq_f32(vmaxq_f32(scaled, vdupq_n_f32(0.0)), vdupq_n_f32(MAX_ACTIVATION));
        vcvtnq_u32_f32(clamped)
    }
}

/// Calls `write(pixel, sums)` until every pixel of the row is written.
#[inline(always)]
fn for_each_tile<D: Dot, const DEPTHWISE: bool>(
    row: &Row<'_>,
    block: usize,
    start: [i32; BLOCK],
    write: &mut impl FnMut(usize, &[[int32x4_t; 2]]),
) {
    // SAFETY: `start` holds the 8 values of the two vectors.
    let start = unsafe { [vld1q_s32(start.as_ptr()), vld1q_s32(start.as_ptr().add(4))] };
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
    start: [int32x4_t; 2],
) -> [[int32x4_t; 2]; N] {
    let mut sums = [start; N];
    let first = pixel * row.stride + if DEPTHWISE { block * BLOCK_STEP } else { 0 };
    for tap in row.taps {
        for step in 0..tap.steps {
            // SAFETY: `Row::check` has proved that the taps of every pixel and block stay inside
            // `x` and `weights`; `pixel + N <= pixels` and `block < blocks`.
            unsafe {
                let x = row.x.as_ptr().add(tap.x + first + step * STEP);
                let w = row.weights.as_ptr().add(block * row.block_bytes + tap.w);
                let w = w.add(step * BLOCK_STEP).cast();
                let weights = [vld1q_s8(w), vld1q_s8(w.add(HALF))];
                for (i, sums) in sums.iter_mut().enumerate() {
                    let x = x.add(i * row.stride);
                    let x = if DEPTHWISE {
                        [vld1q_s8(x.cast()), vld1q_s8(x.add(HALF).cast())]
                    } else {
                        let four = x.cast::<u32>().read_unaligned();
                        [vreinterpretq_s8_u32(vdupq_n_u32(four)); 2]
                    };
                    sums[0] = D::dot(sums[0], x[0], weights[0]);
                    sums[1] = D::dot(sums[1], x[1], weights[1]);
                }
            }
        }
    }
    sums
}
