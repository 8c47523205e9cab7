//! In: the bytes of a PNG file. Out: what its chunks [`Said`] that the decoder passes over: the
//! colour space, and whether the default image is part of the animation.
//!
//! Of what tells colours, the first of `cICP`, `iCCP`, `sRGB`, `gAMA` with `cHRM` that is understood
//! counts (PNG, third edition, 4.3). As in Chromium, `cHRM` alone tells nothing, and a `gAMA` near
//! 1/2.2 without it means sRGB.

use super::hdr::{Hdr, Signal};
use super::icc::{Conversion, Curve, is_sound};

/// Where chunks begin.
const FIRST: usize = 8;
/// A header's colour type.
const PALETTE: u8 = 3;
/// A `gAMA` nearer to 1/2.2 than this share is sRGB's.
const NEAR_SRGB: f64 = 0.05;
/// Chromaticities of white, red, green and blue, x and y.
type Primaries = [[f64; 2]; 4];
const D65: [f64; 2] = [0.3127, 0.329];
const C: [f64; 2] = [0.31, 0.316];
const BT709: Primaries = [D65, [0.64, 0.33], [0.3, 0.6], [0.15, 0.06]];
const BT2020: Primaries = [D65, [0.708, 0.292], [0.17, 0.797], [0.131, 0.046]];
/// XYZ of D50, to which profiles are relative.
const D50: [f64; 3] = [0.9642, 1.0, 0.8249];
/// From XYZ to the responses that white is adapted in, by rows.
const BRADFORD: [[f64; 3]; 3] =
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]];

/// What chunks tell.
#[derive(Debug, Default)]
pub(super) struct Said {
    cicp: Option<[u8; 4]>,
    is_srgb: bool,
    gamma: Option<f64>,
    primaries: Option<Primaries>,
    /// What its light and its screen's reach, 1/10 000 cd/m².
    content: Option<u32>,
    screen: Option<u32>,
    /// Whether the animation begins with another picture than the default image.
    pub(super) begins_later: bool,
}

impl Said {
    /// # Errors
    /// The file is of Apple's kind, which only looks like a PNG, or its palette has a part of a colour,
    /// which the decoder does not survive.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, &'static str> {
        let mut said = Self::default();
        let (mut is_animated, mut frames, mut is_before_data) = (false, 0, true);
        let mut has_palette = false;
        let mut at = FIRST;
        while let Some((length, rest)) = bytes.get(at..).and_then(<[u8]>::split_first_chunk::<4>) {
            let length = u32::from_be_bytes(*length) as usize;
            let (Some((name, data)), Some(end)) =
                (rest.split_first_chunk::<4>(), at.checked_add(12))
            else {
                break;
            };
            let data = data.get(..length).unwrap_or(data);
            match name {
                b"CgBI" => {
                    return Err(
                        "it is an Apple CgBI file, which Xcode makes of PNGs for iOS apps; \
                                take the PNG that it was made of",
                    );
                }
                b"IHDR" => has_palette = data.get(9) == Some(&PALETTE),
                b"PLTE" if has_palette && !length.is_multiple_of(3) => {
                    return Err("its palette is damaged");
                }
                b"IDAT" => is_before_data = false,
                b"acTL" => is_animated = true,
                b"fcTL" if is_before_data => frames = 1,
                b"fdAT" if frames == 0 => said.begins_later = is_animated,
                b"cICP" if is_before_data => said.cicp = data.try_into().ok(),
                b"cLLI" if is_before_data => said.content = number(data, 0, 8),
                b"mDCV" if is_before_data => said.screen = number(data, 16, 24),
                b"sRGB" if is_before_data => said.is_srgb = true,
                b"gAMA" if is_before_data => said.gamma = numbers::<1>(data).map(|[gamma]| gamma),
                b"cHRM" if is_before_data => {
                    said.primaries =
                        numbers::<8>(data).map(|n| [0, 2, 4, 6].map(|at| [n[at], n[at + 1]]));
                }
                _ => {}
            }
            at = end.saturating_add(length);
        }
        Ok(said)
    }

    /// What turns the picture's colours into sRGB. `profile`: that of `iCCP`.
    pub(super) fn conversion(&self, profile: Option<&[u8]>, is_grey: bool) -> Option<Conversion> {
        match self.cicp.and_then(coded) {
            Some((primaries, Transfer::Curve(curve))) => return space(&primaries, &curve, is_grey),
            Some((primaries, Transfer::Hdr(signal))) => {
                let columns = columns(&primaries)?;
                return Some(Conversion::hdr(self.hdr(signal, columns)?, is_grey));
            }
            None => {}
        }
        if let Some(profile) = profile.filter(|profile| is_sound(profile)) {
            return Conversion::of(profile, is_grey);
        }
        let gamma = self.gamma.filter(|&gamma| gamma > 0.0 && !self.is_srgb)?;
        let primaries = match self.primaries {
            None if (gamma * 2.2 - 1.0).abs() < NEAR_SRGB => return None,
            None => BT709,
            Some(primaries) => primaries,
        };
        space(&primaries, &Curve::power(1.0 / gamma), is_grey)
    }

    /// `picture`: the XYZ of its primaries, relative to D50.
    fn hdr(&self, signal: Signal, picture: [[f64; 3]; 3]) -> Option<Hdr> {
        let wide = columns(&BT2020)?;
        let [red, green, blue] = picture.map(|column| solve(&wide, column));
        let columns = [red?, green?, blue?];
        let rows = [0, 1, 2].map(|row| columns.map(|column| column[row] as f32));
        let brightest = [self.content, self.screen].into_iter().flatten().find(|&light| light > 0);
        Some(Hdr::new(signal, rows, wide, brightest.map(|light| f64::from(light) / 10_000.0)))
    }
}

/// How values become light.
enum Transfer {
    Curve(Curve),
    Hdr(Signal),
}

/// The number at `at` of a chunk of `length` bytes.
fn number(data: &[u8], at: usize, length: usize) -> Option<u32> {
    let bytes = data.get(at..at + 4).filter(|_| data.len() == length)?;
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

/// Of 1/100 000.
fn numbers<const N: usize>(data: &[u8]) -> Option<[f64; N]> {
    let (numbers, rest) = data.as_chunks::<4>();
    let numbers: [[u8; 4]; N] = numbers.try_into().ok()?;
    rest.is_empty().then(|| numbers.map(|n| f64::from(u32::from_be_bytes(n)) / 100_000.0))
}

/// The code points of ITU-T H.273 for colour primaries and transfer characteristics, as far as they
/// are of displays; the others are not understood.
fn coded([primaries, transfer, matrix, is_full]: [u8; 4]) -> Option<(Primaries, Transfer)> {
    if (matrix, is_full) != (0, 1) {
        return None;
    }
    let primaries = match primaries {
        1 => BT709,
        4 => [C, [0.67, 0.33], [0.21, 0.71], [0.14, 0.08]],
        5 => [D65, [0.64, 0.33], [0.29, 0.6], [0.15, 0.06]],
        6 | 7 => [D65, [0.63, 0.34], [0.31, 0.595], [0.155, 0.07]],
        8 => [C, [0.681, 0.319], [0.243, 0.692], [0.145, 0.049]],
        9 => BT2020,
        10 => [[1.0 / 3.0, 1.0 / 3.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]],
        11 => [[0.314, 0.351], [0.68, 0.32], [0.265, 0.69], [0.15, 0.06]],
        12 => [D65, [0.68, 0.32], [0.265, 0.69], [0.15, 0.06]],
        22 => [D65, [0.63, 0.34], [0.295, 0.605], [0.155, 0.077]],
        _ => return None,
    };
    let curve = match transfer {
        // What was graded on a studio's display is seen as on one (ITU-R BT.1886).
        1 | 6 | 11 | 14 | 15 => Curve::power(2.4),
        4 => Curve::power(2.2),
        5 => Curve::power(2.8),
        7 => {
            let (a, c) = (1.0 / 1.1115, 1.0 / 4.0);
            Curve::Parametric([1.0 / 0.45, a, 0.1115 * a, c, 0.0913, 0.0, 0.0])
        }
        8 => Curve::power(1.0),
        13 => Curve::Parametric([2.4, 1.0 / 1.055, 0.055 / 1.055, 1.0 / 12.92, 0.04045, 0.0, 0.0]),
        16 => return Some((primaries, Transfer::Hdr(Signal::Pq))),
        18 => return Some((primaries, Transfer::Hdr(Signal::Hlg))),
        17 => Curve::Parametric([2.6, libm::pow(52.37 / 48.0, 1.0 / 2.6), 0.0, 0.0, 0.0, 0.0, 0.0]),
        _ => return None,
    };
    Some((primaries, Transfer::Curve(curve)))
}

fn space(primaries: &Primaries, curve: &Curve, is_grey: bool) -> Option<Conversion> {
    let columns = columns(primaries)?;
    if is_grey { Conversion::grey(curve) } else { Conversion::rgb([curve; 3], columns) }
}

/// Linear light of red, green and blue as XYZ relative to D50. `None` where primaries and white span
/// no space of colours.
fn columns(primaries: &Primaries) -> Option<[[f64; 3]; 3]> {
    let is_sound = |&[x, y]: &[f64; 2]| (0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y);
    let [white, red, green, blue] = *primaries;
    if !primaries.iter().all(is_sound) || white[1] == 0.0 {
        return None;
    }
    let seen = [red, green, blue].map(|[x, y]| [x, y, 1.0 - x - y]);
    let white = [white[0] / white[1], 1.0, (1.0 - white[0] - white[1]) / white[1]];
    let shares = solve(&seen, white)?;
    let [from, to] = [white, D50].map(|white| product(&BRADFORD, white));
    let adapted = [0, 1, 2].map(|n| {
        let response = product(&BRADFORD, seen[n].map(|value| value * shares[n]));
        [0, 1, 2].map(|n| response[n] * to[n] / from[n])
    });
    let bradford = [0, 1, 2].map(|column| [0, 1, 2].map(|row| BRADFORD[row][column]));
    let [red, green, blue] = adapted.map(|response| solve(&bradford, response));
    Some([red?, green?, blue?])
}

/// `matrix`, by rows, times `vector`.
fn product(matrix: &[[f64; 3]; 3], vector: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum())
}

/// The shares of `columns` that add up to `sum`, by Cramer's rule.
fn solve(columns: &[[f64; 3]; 3], sum: [f64; 3]) -> Option<[f64; 3]> {
    let cross = |a: [f64; 3], b: [f64; 3]| {
        [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    };
    let dot = |a: [f64; 3], b: [f64; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    let [a, b, c] = *columns;
    let volume = dot(a, cross(b, c));
    if volume.abs() < 1e-9 {
        return None;
    }
    Some([dot(sum, cross(b, c)), dot(a, cross(sum, c)), dot(a, cross(b, sum))].map(|v| v / volume))
}
