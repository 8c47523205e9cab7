//! The contract in plain loops: the oracle of the other kernels, and the engine where none runs.

use super::{BLOCK, BLOCK_STEP, Elements, Kernel, MAX_ACTIVATION, Requantise, Row, STEP};

pub(super) static NARROW: Kernel = Kernel {
    name: "scalar narrow",
    elements: Elements::Narrow,
    sums: sums::<Narrow>,
    activations: activations::<Narrow>,
    depthwise: depthwise::<Narrow>,
};
pub(super) static WIDE: Kernel = Kernel {
    name: "scalar wide",
    elements: Elements::Wide,
    sums: sums::<Wide>,
    activations: activations::<Wide>,
    depthwise: depthwise::<Wide>,
};

trait Dot {
    /// One step of one output channel.
    fn dot(x: [u8; STEP], w: [u8; STEP]) -> i32;
}

struct Narrow;

impl Dot for Narrow {
    fn dot(x: [u8; STEP], w: [u8; STEP]) -> i32 {
        x.iter().zip(w).map(|(&x, w)| i32::from(x) * i32::from(w as i8)).sum()
    }
}

struct Wide;

impl Dot for Wide {
    fn dot(x: [u8; STEP], w: [u8; STEP]) -> i32 {
        let product = |x, w| i32::from(i16::from_le_bytes(x)) * i32::from(i16::from_le_bytes(w));
        product([x[0], x[1]], [w[0], w[1]]) + product([x[2], x[3]], [w[2], w[3]])
    }
}

fn sums<D: Dot>(row: &Row<'_>, out: &mut [i32]) {
    row.check_sums(out);
    for (pixel, out) in out.chunks_exact_mut(row.blocks() * BLOCK).enumerate() {
        for (channel, out) in out.iter_mut().enumerate() {
            *out = sum::<D>(row, pixel, channel);
        }
    }
}

fn activations<D: Dot>(row: &Row<'_>, scale: &Requantise<'_>, out: &mut [u8], out_stride: usize) {
    row.check_activations(scale, out, out_stride);
    let c_out = row.blocks() * BLOCK;
    for pixel in 0..row.pixels {
        for channel in 0..c_out {
            let mut sum = sum::<D>(row, pixel, channel) + scale.bias[channel];
            if let Some(sixteenths) = scale.sixteenths {
                sum = 16 * sum + sixteenths[pixel * c_out + channel];
            }
            out[pixel * out_stride + channel] = requantise(sum, scale, channel);
        }
    }
}

fn depthwise<D: Dot>(row: &Row<'_>, scale: &Requantise<'_>, out: &mut [u8], out_stride: usize) {
    row.check_depthwise(scale, out, out_stride);
    for pixel in 0..row.pixels {
        for channel in 0..row.blocks() * BLOCK {
            let weights = channel / BLOCK * row.block_bytes + channel % BLOCK * STEP;
            let mut sum = scale.bias[channel];
            for tap in row.taps {
                let x = tap.x + pixel * row.stride + channel * STEP;
                sum += D::dot(step(&row.x[x..]), step(&row.weights[weights + tap.w..]));
            }
            out[pixel * out_stride + channel] = requantise(sum, scale, channel);
        }
    }
}

fn requantise(sum: i32, scale: &Requantise<'_>, channel: usize) -> u8 {
    let scaled = sum as f32 * scale.multiplier[channel] + scale.zero;
    scaled.clamp(0.0, MAX_ACTIVATION).round_ties_even() as u8
}

fn sum<D: Dot>(row: &Row<'_>, pixel: usize, channel: usize) -> i32 {
    let block = &row.weights[channel / BLOCK * row.block_bytes..][..row.block_bytes];
    let lane = channel % BLOCK * STEP;
    let mut sum = 0;
    for tap in row.taps {
        let x = row.x[tap.x + pixel * row.stride..][..tap.steps * STEP].chunks_exact(STEP);
        let w = block[tap.w..][..tap.steps * BLOCK_STEP].chunks_exact(BLOCK_STEP);
        for (x, w) in x.zip(w) {
            sum += D::dot(step(x), step(&w[lane..]));
        }
    }
    sum
}

fn step(bytes: &[u8]) -> [u8; STEP] {
    [bytes[0], bytes[1], bytes[2], bytes[3]]
}
