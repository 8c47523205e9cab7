//! The data of a GPU's layers, u32 words.
//!
//! ```text
//! scales = per 4 channels: bias [4] i32 | multiplier [4] i32 | limit [4] i32
//! conv, sums: scales | [kernel², c_in / 8, c_out / 4, 4, 8] i8
//! depthwise:  scales | [kernel², c] i8
//! picture:    scales | levels [3, 256] i32 | [9 * 3, c_out] i32
//! add:        [128, 128] u8, the sum of every two values
//! ```
//!
//! Channels are counted in fours; what is missing is 0. A multiplier counts in 2^-17. A sum beyond
//! `limit` is as good as the limit: its activation is 0 or 127 either way, and products with it fit in an
//! i32. That is what the CPU's f32 gives, whatever the sum: below 128 a product of whole 2^-17 is exact
//! in f32, and above it all are 127.

use crate::engine::layers::{Add, Layer, Shape, View, ViewMut, Weights};

/// Data begins at a multiple of this, words.
pub(super) const ALIGN: usize = 4;
/// A multiplier is counted in `2^-FRACTION`.
const FRACTION: i32 = 17;
/// Values of an activation.
const LEVELS: usize = 128;

/// Little-endian.
#[derive(Debug, Default)]
pub(super) struct Data(Vec<u8>);

impl Data {
    pub(super) fn words(&self) -> impl Iterator<Item = u32> {
        self.0.chunks_exact(4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]))
    }

    /// Where the next layer's data begins, once it is written, in words.
    fn start(&mut self) -> usize {
        self.0.resize(self.0.len().next_multiple_of(4 * ALIGN), 0);
        self.0.len() / 4
    }

    fn word(&mut self, word: i32) {
        self.0.extend_from_slice(&word.to_le_bytes());
    }

    /// `parts`: how many times too large the sums are.
    pub(super) fn conv(&mut self, w: &Weights, parts: f32) -> Result<usize, &'static str> {
        let start = self.scales(w, Some(parts))?;
        self.octets(w);
        Ok(start)
    }

    pub(super) fn sums(&mut self, w: &Weights) -> Result<usize, &'static str> {
        let start = self.scales(w, None)?;
        self.octets(w);
        Ok(start)
    }

    pub(super) fn depthwise(&mut self, w: &Weights) -> Result<usize, &'static str> {
        let start = self.scales(w, Some(1.0))?;
        let taps = w.kernel.pow(2);
        for tap in 0..taps {
            for channel in 0..w.c_out() {
                self.0.push(w.values[channel * taps + tap] as u8);
            }
        }
        Ok(start)
    }

    pub(super) fn picture(&mut self, levels: &[i16], w: &Weights) -> Result<usize, &'static str> {
        let start = self.scales(w, Some(1.0))?;
        for &level in levels {
            self.word(level.into());
        }
        let k = 9 * w.c_in();
        for i in 0..k {
            for channel in 0..w.c_out() {
                self.word(w.values[channel * k + i].into());
            }
        }
        Ok(start)
    }

    /// Made by the layer itself, so its ties are the CPU's.
    pub(super) fn table(&mut self, add: &Add) -> usize {
        let start = self.start();
        let shape = Shape::u8(LEVELS, LEVELS, 1);
        let rows: Vec<u8> = (0..LEVELS * LEVELS).map(|i| (i / LEVELS) as u8).collect();
        let columns: Vec<u8> = (0..LEVELS * LEVELS).map(|i| (i % LEVELS) as u8).collect();
        let views = [&rows, &columns].map(|bytes| View { shape, stride: 1, bytes });
        self.0.resize(4 * start + LEVELS * LEVELS, 0);
        let bytes = &mut self.0[4 * start..];
        add.run(&views, ViewMut { shape, stride: 1, bytes }, &mut []);
        start
    }

    /// Multipliers of sums that stay sums are 1.
    fn scales(&mut self, w: &Weights, parts: Option<f32>) -> Result<usize, &'static str> {
        let multipliers = match parts {
            Some(parts) => multipliers(w, parts)?,
            None => vec![1; w.c_out()],
        };
        let start = self.start();
        for first in (0..w.c_out()).step_by(4) {
            let four = |values: &[i32], i: usize| values.get(first + i).copied();
            for i in 0..4 {
                self.word(four(&w.bias, i).unwrap_or(0));
            }
            for i in 0..4 {
                self.word(four(&multipliers, i).unwrap_or(0));
            }
            for i in 0..4 {
                self.word(four(&multipliers, i).map_or(0, |m| (1 << (FRACTION + 7)) / m + 1));
            }
        }
        Ok(start)
    }

    /// Weights, `[kernel², c_in / 8, c_out / 4, 4, 8]`.
    fn octets(&mut self, w: &Weights) {
        let (c_in, c_out, taps) = (w.c_in(), w.c_out(), w.kernel.pow(2));
        for tap in 0..taps {
            for octet in (0..c_in).step_by(8) {
                for channel in 0..c_out.next_multiple_of(4) {
                    for i in octet..octet + 8 {
                        let weight = w.values.get((channel * taps + tap) * c_in + i);
                        self.0.push(weight.map_or(0, |&weight| weight as u8));
                    }
                }
            }
        }
    }
}

/// Multipliers in 2^-17, if they are whole.
fn multipliers(w: &Weights, parts: f32) -> Result<Vec<i32>, &'static str> {
    let mut multipliers = vec![];
    for multiplier in &w.multiplier {
        let scaled = multiplier / parts * (1 << FRACTION) as f32;
        if scaled.fract() != 0.0 || !(1.0..=(1 << 24) as f32).contains(&scaled) {
            return Err("a multiplier is not whole in 2^-17");
        }
        multipliers.push(scaled as i32);
    }
    Ok(multipliers)
}

/// A convolution of an upsampled map and another, in two: the products with each weight of the first,
/// `[9 * c_out, c_low]`, and the rest, `[c_out, 3, 3, c_in - c_low]`.
pub(super) fn halves(w: &Weights, c_low: usize) -> (Weights, Weights) {
    let (c_out, c_in) = (w.c_out(), w.c_in());
    let (mut products, mut rest) = (vec![], vec![]);
    for tap in 0..9 {
        for channel in 0..c_out {
            products.extend(&w.values[(channel * 9 + tap) * c_in..][..c_low]);
        }
    }
    for pixel in w.values.chunks_exact(c_in) {
        rest.extend(&pixel[c_low..]);
    }
    let zeros = vec![0; 9 * c_out];
    (
        Weights { kernel: 1, values: products, bias: zeros, multiplier: vec![] },
        Weights { values: rest, ..w.clone() },
    )
}
