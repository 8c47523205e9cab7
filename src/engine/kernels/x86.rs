//! The contract in AVX2 and AVX-VNNI, chosen at run time: a tile is 10 pixels by one vector of 8
//! channels, 10 accumulators.

use core::arch::x86_64::*;

use super::{BLOCK, BLOCK_STEP, Elements, Kernel, Kernels, MAX_ACTIVATION, Requantise, Row, STEP};

/// Pixels of a tile.
const TILE: usize = 10;

/// The kernels that this machine runs, the fastest narrow one last.
pub(super) fn all() -> Vec<&'static Kernel> {
    let mut kernels = vec![];
    if is_x86_feature_detected!("avx2") {
        kernels.extend([&wide::KERNEL, &pairs::KERNEL]);
        if is_x86_feature_detected!("avxvnni") {
            kernels.push(&vnni::KERNEL);
        }
    }
    kernels
}

pub(super) fn select() -> Option<Kernels> {
    Some(Kernels { narrow: all().pop()?, wide: &wide::KERNEL })
}

/// The kernel in a module of its own. `$dot` adds one step of 8 output channels to `acc`.
macro_rules! kernel {
    ($module:ident, $name:literal, $elements:expr, $features:literal, |$acc:ident, $x:ident, $w:ident| $dot:expr) => {
        mod $module {
            use super::*;

            /// Reachable through [`all`] alone, which has detected the features.
            pub(super) static KERNEL: Kernel = Kernel {
                name: $name,
                elements: $elements,
                // SAFETY: `all` has detected the features.
                sums: |row, out| unsafe { sums(row, out) },
                // SAFETY: `all` has detected the features.
                activations: |row, scale, out, stride| unsafe {
                    activations(row, scale, out, stride);
                },
                // SAFETY: `all` has detected the features.
                depthwise: |row, scale, out, stride| unsafe { depthwise(row, scale, out, stride) },
            };

            #[target_feature(enable = $features)]
            fn sums(row: &Row<'_>, out: &mut [i32]) {
                row.check_sums(out);
                let c_out = row.blocks() * BLOCK;
                for block in 0..row.blocks() {
                    for (pixel, count) in tiles(row.pixels) {
                        let tile = tile::<false>(row, block, pixel, count, _mm256_setzero_si256());
                        for (i, sums) in tile.iter().enumerate().take(count) {
                            let out = &mut out[(pixel + i) * c_out + block * BLOCK..][..BLOCK];
                            // SAFETY: `out` holds the 8 values of the vector.
                            unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast(), *sums) };
                        }
                    }
                }
            }

            #[target_feature(enable = $features)]
            fn activations(row: &Row<'_>, scale: &Requantise<'_>, out: &mut [u8], stride: usize) {
                row.check_activations(scale, out, stride);
                write_activations::<false>(row, scale, out, stride);
            }

            #[target_feature(enable = $features)]
            fn depthwise(row: &Row<'_>, scale: &Requantise<'_>, out: &mut [u8], stride: usize) {
                row.check_depthwise(scale, out, stride);
                write_activations::<true>(row, scale, out, stride);
            }

            #[target_feature(enable = $features)]
            fn write_activations<const DEPTHWISE: bool>(
                row: &Row<'_>,
                scale: &Requantise<'_>,
                out: &mut [u8],
                stride: usize,
            ) {
                let c_out = row.blocks() * BLOCK;
                let zero = _mm256_set1_ps(scale.zero);
                for block in 0..row.blocks() {
                    let bias = load_8(&scale.bias[block * BLOCK..]);
                    let multiplier = load_8(&scale.multiplier[block * BLOCK..]);
                    for (pixel, count) in tiles(row.pixels) {
                        let tile = tile::<DEPTHWISE>(row, block, pixel, count, bias);
                        for (i, sums) in tile.iter().enumerate().take(count) {
                            let mut sums = *sums;
                            if let Some(sixteenths) = scale.sixteenths {
                                let more =
                                    load_8(&sixteenths[(pixel + i) * c_out + block * BLOCK..]);
                                sums = _mm256_add_epi32(_mm256_slli_epi32(sums, 4), more);
                            }
                            let out = &mut out[(pixel + i) * stride + block * BLOCK..];
                            store_8(sums, multiplier, zero, out);
                        }
                    }
                }
            }

            /// The first `count` are sums, of pixels that lie inside the row.
            #[target_feature(enable = $features)]
            fn tile<const DEPTHWISE: bool>(
                row: &Row<'_>,
                block: usize,
                pixel: usize,
                count: usize,
                start: __m256i,
            ) -> [__m256i; TILE] {
                let mut sums = [start; TILE];
                let mut pixels = [0; TILE];
                for (i, at) in pixels.iter_mut().enumerate() {
                    *at = (pixel + i.min(count - 1)) * row.stride;
                }
                let first = if DEPTHWISE { block * BLOCK_STEP } else { 0 };
                for tap in row.taps {
                    // SAFETY: `Row::check` has proved that the taps of every pixel and block stay
                    // inside `x` and `weights`; `pixel + count <= pixels` and `block < blocks`.
                    unsafe {
                        let x = row.x.as_ptr().add(tap.x + first);
                        let w = row.weights.as_ptr().add(block * row.block_bytes + tap.w);
                        for step in 0..tap.steps {
                            let $w = _mm256_loadu_si256(w.add(step * BLOCK_STEP).cast());
                            for (sums, &at) in sums.iter_mut().zip(&pixels) {
                                let x = x.add(at + step * STEP);
                                let $x = if DEPTHWISE {
                                    _mm256_loadu_si256(x.cast())
                                } else {
                                    _mm256_set1_epi32(x.cast::<i32>().read_unaligned())
                                };
                                let $acc = *sums;
                                *sums = $dot;
                            }
                        }
                    }
                }
                sums
            }
        }
    };
}

kernel!(wide, "avx2 wide", Elements::Wide, "avx2", |acc, x, w| {
    _mm256_add_epi32(acc, _mm256_madd_epi16(x, w))
});
kernel!(pairs, "avx2 pairs", Elements::Narrow, "avx2", |acc, x, w| {
    let pairs = _mm256_maddubs_epi16(x, w);
    _mm256_add_epi32(acc, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)))
});
kernel!(vnni, "avx-vnni", Elements::Narrow, "avx2,avxvnni", |acc, x, w| {
    _mm256_dpbusd_avx_epi32(acc, x, w)
});

/// First pixel and count of each tile. The last tile overlaps the one before it.
fn tiles(pixels: usize) -> impl Iterator<Item = (usize, usize)> {
    let count = pixels.min(TILE);
    (0..pixels).step_by(TILE).map(move |pixel| (pixel.min(pixels - count), count))
}

/// Loads 8 values of 4 bytes.
#[target_feature(enable = "avx2")]
fn load_8<T: Copy>(values: &[T]) -> __m256i {
    const { assert!(size_of::<T>() == 4) };
    let values = &values[..BLOCK];
    // SAFETY: `values` holds the 32 bytes of the vector.
    unsafe { _mm256_loadu_si256(values.as_ptr().cast()) }
}

/// Writes 8 requantised sums.
#[target_feature(enable = "avx2")]
fn store_8(sums: __m256i, multiplier: __m256i, zero: __m256, out: &mut [u8]) {
    let bytes = requantise(sums, _mm256_castsi256_ps(multiplier), zero);
    let out = &mut out[..BLOCK];
    // SAFETY: `out` holds the 8 bytes.
    unsafe { _mm_storel_epi64(out.as_mut_ptr().cast(), bytes) };
}

/// 8 sums to 8 activations in the low bytes.
#[target_feature(enable = "avx2")]
fn requantise(sums: __m256i, multiplier: __m256, zero: __m256) -> __m128i {
    let scaled = _mm256_add_ps(_mm256_mul_ps(_mm256_cvtepi32_ps(sums), multiplier), zero);
    let clamped =
        _mm256_min_ps(_mm256_max_ps(scaled, _mm256_setzero_ps()), _mm256_set1_ps(MAX_ACTIVATION));
    let rounded = _mm256_cvtps_epi32(clamped);
    let low = _mm256_castsi256_si128(rounded);
    let words = _mm_packs_epi32(low, _mm256_extracti128_si256::<1>(rounded));
    _mm_packus_epi16(words, words)
}
