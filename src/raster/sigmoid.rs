//! The logistic function, of sums and products alone, so that it is the same everywhere to the last
//! bit and several at a time are computed at once.

use super::{larger, smaller};

/// `1 / (1 + e^-x)`, within 2e-7.
pub(crate) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// Beyond this e^x is held; the sigmoid is 0 or 1 there.
const FARTHEST: f32 = 87.0;
/// Added to a small f32 it leaves the nearest integer in the low bits, two's complement.
const WHOLE: f32 = 12_582_912.0;
/// ln 2 in two parts: the first has so few bits that a multiple of it is exact.
const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
/// (e^r - 1 - r) / r^2 for |r| up to ln 2 / 2, the highest power first: Cephes' expf (Moshier 1992).
const POWERS: [f32; 6] =
    [1.987_569_1e-4, 1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 0.166_666_65, 0.5];

fn exp(x: f32) -> f32 {
    let x = larger(-FARTHEST, smaller(FARTHEST, x));
    let shifted = x * std::f32::consts::LOG2_E + WHOLE;
    let twos = shifted - WHOLE;
    let rest = x - twos * LN_2[0] - twos * LN_2[1];
    let powers = POWERS.iter().fold(0.0, |sum, power| sum * rest + power);
    let two_to = shifted.to_bits().wrapping_sub(WHOLE.to_bits()).wrapping_add(127) << 23;
    (powers * rest * rest + rest + 1.0) * f32::from_bits(two_to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_near_that_of_f64() {
        for at in -200_000..=200_000 {
            let x = at as f32 / 1000.0;
            let exact = 1.0 / (1.0 + (-f64::from(x)).exp());
            let seen = f64::from(sigmoid(x));
            assert!((seen - exact).abs() <= 2e-7, "{x}: {seen}, exactly {exact}");
        }
        assert_eq!(sigmoid(f32::NEG_INFINITY), sigmoid(-FARTHEST));
        assert_eq!((sigmoid(0.0), sigmoid(f32::INFINITY)), (0.5, 1.0));
    }
}
