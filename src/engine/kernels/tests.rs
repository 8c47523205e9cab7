//! Every kernel against [`scalar`](super::scalar), to the bit, over shapes below, at and above the
//! tiles of 4 and 8 pixels and the block of 8 channels.

use super::{BLOCK, BLOCK_STEP, Elements, Kernel, Requantise, Row, STEP, Tap, all, scalar};

/// Differences between the kernels and the oracle, one line each with its case.
pub(crate) fn differences() -> Vec<String> {
    let mut differences = vec![];
    let mut random = Random(0x0123_4567_89ab_cdef);
    for pixels in [1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 33] {
        for blocks in [1, 2, 3] {
            for taps in [0, 1, 3, 9] {
                for steps in [0, 1, 2, 5, 12] {
                    for extreme in [false, true] {
                        let shape = Shape { pixels, blocks, taps, steps, extreme };
                        for elements in [Elements::Narrow, Elements::Wide] {
                            let case = Case::new(shape, elements, &mut random);
                            differences.extend(case.differences());
                        }
                    }
                }
            }
        }
    }
    differences
}

/// Multiply-adds of `repeat` rows, 64 pixels of 3x3x128 to 64 channels, that stay in the cache.
#[cfg(all(feature = "lab", target_arch = "wasm32"))]
pub(crate) fn rows(kernel: &Kernel, repeat: u32) -> f64 {
    const PIXELS: usize = 64;
    const CHANNELS: usize = 128;
    let element = kernel.elements.bytes();
    let steps = 3 * CHANNELS / kernel.elements.per_step();
    let row_bytes = (PIXELS + 2) * CHANNELS * element;
    let taps = [0, 1, 2].map(|ky| Tap { x: ky * row_bytes, w: ky * steps * BLOCK_STEP, steps });
    let (x, weights) = (vec![1; 3 * row_bytes], vec![1; 3 * steps * BLOCK_STEP * 8]);
    let row = Row {
        x: &x,
        stride: CHANNELS * element,
        pixels: PIXELS,
        taps: &taps,
        weights: &weights,
        block_bytes: weights.len() / 8,
    };
    let scale =
        Requantise { bias: &[0; 64], multiplier: &[0.001; 64], zero: 0.0, sixteenths: None };
    let mut out = [0; PIXELS * 64];
    for _ in 0..repeat {
        kernel.activations(&row, &scale, &mut out, 64);
        std::hint::black_box(&mut out);
    }
    f64::from(repeat) * (PIXELS * 9 * CHANNELS * 64) as f64
}

#[derive(Debug, Clone, Copy)]
struct Shape {
    pixels: usize,
    blocks: usize,
    taps: usize,
    steps: usize,
    /// Only the largest and smallest values, so that sums reach their limits.
    extreme: bool,
}

struct Case {
    shape: Shape,
    elements: Elements,
    x: Vec<u8>,
    weights: Vec<u8>,
    taps: Vec<Tap>,
    bias: Vec<i32>,
    multiplier: Vec<f32>,
    sixteenths: Vec<i32>,
}

impl Case {
    fn new(shape: Shape, elements: Elements, random: &mut Random) -> Self {
        let Shape { pixels, blocks, taps, steps, extreme } = shape;
        let block_bytes = (taps * steps).max(1) * BLOCK_STEP;
        // A gap before each tap, so that a kernel that ignores an offset is caught.
        let gap = 6;
        let taps: Vec<Tap> = (0..taps)
            .map(|tap| Tap { x: tap * gap + 2, w: tap * steps * BLOCK_STEP, steps })
            .collect();
        // Enough for a depthwise row, whose pixels are `blocks` steps of 32 bytes.
        let x_bytes = taps.len() * gap + 2 + (pixels * blocks * BLOCK + steps) * STEP;
        let elements_of = |bytes: usize| bytes / elements.bytes();
        let x = (0..elements_of(x_bytes) + 1).flat_map(|_| match elements {
            Elements::Narrow => vec![random.value(0, 127, extreme) as u8],
            Elements::Wide => (random.value(-141, 141, extreme) as i16).to_le_bytes().to_vec(),
        });
        let x: Vec<u8> = x.collect();
        let weights = (0..elements_of(blocks * block_bytes)).flat_map(|_| {
            let weight = random.value(-127, 127, extreme);
            match elements {
                Elements::Narrow => vec![weight as i8 as u8],
                Elements::Wide => (weight as i16).to_le_bytes().to_vec(),
            }
        });
        let weights = weights.collect();
        let c_out = blocks * BLOCK;
        let bias = (0..c_out).map(|_| random.value(-50_000, 50_000, extreme)).collect();
        let multiplier =
            (0..c_out).map(|_| random.value(1, 1 << 20, false) as f32 / (1 << 26) as f32).collect();
        let sixteenths =
            (0..pixels * c_out).map(|_| random.value(-(1 << 24), 1 << 24, extreme)).collect();
        Self { shape, elements, x, weights, taps, bias, multiplier, sixteenths }
    }

    fn row(&self) -> Row<'_> {
        Row {
            x: &self.x,
            stride: STEP,
            pixels: self.shape.pixels,
            taps: &self.taps,
            weights: &self.weights,
            block_bytes: self.weights.len() / self.shape.blocks,
        }
    }

    fn differences(&self) -> Vec<String> {
        let oracle = match self.elements {
            Elements::Narrow => &scalar::NARROW,
            Elements::Wide => &scalar::WIDE,
        };
        let expected = self.results(oracle);
        let kernels = all().into_iter().filter(|kernel| kernel.elements == self.elements);
        let wrong = kernels.filter(|kernel| self.results(kernel) != expected);
        wrong.map(|kernel| format!("{}: {:?}", kernel.name, self.shape)).collect()
    }

    /// Sums, then activations without and with sixteenths, then those of a depthwise row, with a
    /// gap between the pixels.
    fn results(&self, kernel: &Kernel) -> (Vec<i32>, [Vec<u8>; 3]) {
        let row = self.row();
        let c_out = row.blocks() * BLOCK;
        let mut sums = vec![-1; row.pixels * c_out];
        kernel.sums(&row, &mut sums);
        let scale = |zero, sixteenths| Requantise {
            bias: &self.bias,
            multiplier: &self.multiplier,
            zero,
            sixteenths,
        };
        let mut outs = [(); 3].map(|()| vec![255; row.pixels * (c_out + 3)]);
        kernel.activations(&row, &scale(0.0, None), &mut outs[0], c_out + 3);
        let sixteenths = scale(60.0, Some(&self.sixteenths));
        kernel.activations(&row, &sixteenths, &mut outs[1], c_out + 3);
        let taps: Vec<Tap> = self.taps.iter().map(|tap| Tap { steps: 1, ..*tap }).collect();
        let row = Row { stride: self.shape.blocks * BLOCK_STEP, taps: &taps, ..row };
        if self.shape.steps > 0 {
            kernel.depthwise(&row, &scale(64.0, None), &mut outs[2], c_out + 3);
        }
        (sums, outs)
    }
}

/// xorshift64.
struct Random(u64);

impl Random {
    fn value(&mut self, low: i32, high: i32, extreme: bool) -> i32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let span = (high - low) as u64 + 1;
        match extreme {
            true if self.0.is_multiple_of(4) => low,
            true => high,
            false => low + ((self.0 >> 16) % span) as i32,
        }
    }
}

#[cfg(test)]
mod native {
    use super::super::pack;
    use super::*;

    #[test]
    fn every_kernel_equals_scalar() {
        let differences = differences();
        assert!(differences.is_empty(), "{} differ: {:#?}", differences.len(), differences);
    }

    #[test]
    fn scalar_sums_by_hand() {
        let weights: Vec<i8> = (0..8).flat_map(|channel| [channel, 1, -1, 2]).collect();
        let packed = pack([8, 1, 4], Elements::Narrow, &|channel, _| &weights[4 * channel..][..4]);
        let x = [10, 20, 30, 40, 5, 6, 7, 8];
        let taps = [Tap { x: 0, w: 0, steps: 1 }];
        let row =
            Row { x: &x, stride: 4, pixels: 2, taps: &taps, weights: &packed, block_bytes: 32 };
        let mut sums = [0; 16];
        scalar::NARROW.sums(&row, &mut sums);
        assert_eq!(sums[..3], [70, 80, 90]);
        assert_eq!(sums[8..11], [15, 20, 25]);
    }

    #[test]
    fn scalar_rounds_half_to_even_and_clamps() {
        let taps = [];
        let weights = [0; BLOCK_STEP];
        let row = Row {
            x: &[0; 4],
            stride: 4,
            pixels: 1,
            taps: &taps,
            weights: &weights,
            block_bytes: 32,
        };
        let bias = [1, 3, 5, -7, 253, 255, 10_000, 0];
        let scale = Requantise { bias: &bias, multiplier: &[0.5; 8], zero: 0.0, sixteenths: None };
        let mut out = [9; 8];
        scalar::NARROW.activations(&row, &scale, &mut out, 8);
        assert_eq!(out, [0, 2, 2, 0, 126, 127, 127, 0]);
    }

    #[test]
    fn missing_channels_and_elements_are_zero() {
        let packed = |weights: &'static [i8], elements| {
            pack([1, 1, weights.len()], elements, &|_, _| weights)
        };
        assert_eq!(packed(&[1, 2, 3], Elements::Narrow)[..8], [1, 2, 3, 0, 0, 0, 0, 0]);
        assert_eq!(packed(&[1, 2, 3, 4, -5], Elements::Narrow)[32..40], [251, 0, 0, 0, 0, 0, 0, 0]);
        let wide = packed(&[-1, 2, 3], Elements::Wide);
        assert_eq!(wide.len(), 2 * BLOCK_STEP);
        assert_eq!((&wide[..4], &wide[32..36]), (&[255, 255, 2, 0][..], &[3, 0, 0, 0][..]));
    }

    #[test]
    #[should_panic(expected = "leaves the input")]
    fn a_tap_beyond_the_input_is_refused() {
        let taps = [Tap { x: 1, w: 0, steps: 1 }];
        let weights = [0; BLOCK_STEP];
        let row = Row {
            x: &[0; 4],
            stride: 4,
            pixels: 1,
            taps: &taps,
            weights: &weights,
            block_bytes: 32,
        };
        scalar::NARROW.sums(&row, &mut [0; 8]);
    }
}
