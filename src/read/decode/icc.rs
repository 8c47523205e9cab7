//! In: the bytes of an ICC profile, or curves and primaries that a file tells otherwise. Out: the
//! [`Conversion`] of its colours to sRGB, applied to pixels in place.
//!
//! Profiles of three curves and a matrix (Display P3, Adobe RGB, ProPhoto, every camera's and
//! screen's) and of one grey curve, versions 2 and 4 (ICC.1:2022, annex F.3). Relative colorimetric;
//! what sRGB cannot hold is clipped. Profiles of tables (printers, scanners, CMYK) and broken ones
//! are not applied: the picture stays as it is.

use super::hdr::Hdr;
use super::srgb::{Encode, encoded, of_columns};

/// The most values that a curve's table is believed to have.
const LONGEST_CURVE: usize = 1 << 16;

/// From a profile's colours to sRGB.
pub(super) enum Conversion {
    /// Red, green and blue alike.
    Grey(Box<[u8; 256]>),
    /// Linear light of each channel's values, their mixture by rows, and sRGB's curve.
    Rgb { curves: Box<[[f32; 256]; 3]>, matrix: [[f32; 3]; 3], encode: Encode },
    /// Of more light than sRGB's.
    Hdr(Hdr),
}

impl Conversion {
    /// `None` when the profile is sRGB's, of another kind than is read here, or broken.
    pub(super) fn of(profile: &[u8], is_grey: bool) -> Option<Self> {
        if !is_sound(profile) {
            return None;
        }
        match (profile.get(16..20)?, is_grey) {
            (b"GRAY", true) => Self::grey(&Curve::read(tag(profile, b"kTRC")?)?),
            (b"RGB ", false) => {
                let curve = |name| Curve::read(tag(profile, name)?);
                let curves = [curve(b"rTRC")?, curve(b"gTRC")?, curve(b"bTRC")?];
                let columns =
                    [xyz(profile, b"rXYZ")?, xyz(profile, b"gXYZ")?, xyz(profile, b"bXYZ")?];
                Self::rgb(curves.each_ref(), columns)
            }
            _ => None,
        }
    }

    /// Of one curve. `None` when it is sRGB's.
    pub(super) fn grey(curve: &Curve) -> Option<Self> {
        let values = Box::new(std::array::from_fn(|value| encoded(curve.linear(value))));
        Some(Self::Grey(values)).filter(|conversion| !conversion.keeps_colours())
    }

    /// Of more light than sRGB's.
    pub(super) fn hdr(hdr: Hdr, is_grey: bool) -> Self {
        let grey = |value: usize| hdr.srgb([value as u8; 3])[0];
        if is_grey { Self::Grey(Box::new(std::array::from_fn(grey))) } else { Self::Hdr(hdr) }
    }

    /// Of the curves of red, green and blue, and their linear light as XYZ relative to D50. `None`
    /// when they are sRGB's.
    pub(super) fn rgb(curves: [&Curve; 3], columns: [[f64; 3]; 3]) -> Option<Self> {
        let curves =
            Box::new(curves.map(|curve| std::array::from_fn(|value| curve.linear(value) as f32)));
        let conversion = Self::Rgb { curves, matrix: of_columns(columns), encode: Encode::new() };
        (!conversion.keeps_colours()).then_some(conversion)
    }

    /// Converts `[n, 4]` RGBA8 in place.
    pub(super) fn apply(&self, pixels: &mut [u8]) {
        match self {
            Self::Grey(values) => {
                for pixel in pixels.chunks_exact_mut(4) {
                    let grey = values[usize::from(pixel[0])];
                    pixel[..3].fill(grey);
                }
            }
            Self::Rgb { curves, matrix, encode } => {
                for pixel in pixels.chunks_exact_mut(4) {
                    let [red, green, blue] = [0, 1, 2].map(|c| curves[c][usize::from(pixel[c])]);
                    for (value, row) in pixel.iter_mut().zip(matrix) {
                        let light = row[0] * red + row[1] * green + row[2] * blue;
                        *value = encode.value(light);
                    }
                }
            }
            Self::Hdr(hdr) => {
                for [pixel @ .., _] in pixels.as_chunks_mut::<4>().0 {
                    *pixel = hdr.srgb(*pixel);
                }
            }
        }
    }

    /// Whether no colour moves by more than a level.
    fn keeps_colours(&self) -> bool {
        const LEVELS: [u8; 6] = [0, 26, 77, 128, 204, 255];
        let mut pixels: Vec<u8> = Vec::new();
        for red in LEVELS {
            for green in LEVELS {
                for blue in LEVELS {
                    pixels.extend([red, green, blue, 255]);
                }
            }
        }
        if matches!(self, Self::Grey(_)) {
            pixels = (0..=255).flat_map(|value| [value, value, value, 255]).collect();
        }
        let before = pixels.clone();
        self.apply(&mut pixels);
        pixels.iter().zip(before).all(|(after, before)| after.abs_diff(before) <= 1)
    }
}

/// A tone curve: from a value to linear light, both 0 to 1.
pub(super) enum Curve {
    Table(Vec<u16>),
    /// `g a b c d e f` of `(a x + b)^g + e` from `d` on and `c x + f` below it.
    Parametric([f64; 7]),
}

impl Curve {
    /// A value to the power of `gamma`.
    pub(super) fn power(gamma: f64) -> Self {
        Self::Parametric([gamma, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    }

    /// The types `curv` and `para` (ICC.1:2022, 10.6 and 10.18).
    fn read(tag: &[u8]) -> Option<Self> {
        match tag.get(..4)? {
            b"curv" => match number(tag, 8)? as usize {
                0 => Some(Self::power(1.0)),
                1 => Some(Self::power(f64::from(short(tag, 12)?) / 256.0)),
                count if count <= LONGEST_CURVE => {
                    let values = (0..count).map(|at| short(tag, 12 + 2 * at));
                    values.collect::<Option<_>>().map(Self::Table)
                }
                _ => None,
            },
            b"para" => {
                let at = |index: usize| fixed(tag, 12 + 4 * index);
                let g = at(0)?;
                Some(match short(tag, 8)? {
                    0 => Self::power(g),
                    1 => {
                        let (a, b) = (at(1)?, at(2)?);
                        Self::Parametric([g, a, b, 0.0, -b / a, 0.0, 0.0])
                    }
                    2 => {
                        let (a, b, c) = (at(1)?, at(2)?, at(3)?);
                        Self::Parametric([g, a, b, 0.0, -b / a, c, c])
                    }
                    3 => Self::Parametric([g, at(1)?, at(2)?, at(3)?, at(4)?, 0.0, 0.0]),
                    4 => Self::Parametric([g, at(1)?, at(2)?, at(3)?, at(4)?, at(5)?, at(6)?]),
                    _ => return None,
                })
            }
            _ => None,
        }
    }

    fn linear(&self, value: usize) -> f64 {
        let x = value as f64 / 255.0;
        let light = match self {
            Self::Table(values) => {
                let at = x * (values.len() - 1) as f64;
                let (low, high) = (values[at as usize], values[at.ceil() as usize]);
                (f64::from(low) + (f64::from(high) - f64::from(low)) * at.fract()) / 65535.0
            }
            Self::Parametric([g, a, b, c, d, e, f]) => {
                if x >= *d {
                    libm::pow((a * x + b).max(0.0), *g) + e
                } else {
                    c * x + f
                }
            }
        };
        if light.is_finite() { light.clamp(0.0, 1.0) } else { 0.0 }
    }
}

/// Whether a profile's header is one: its signature and its white, which is always D50
/// (ICC.1:2022, 7.2).
pub(super) fn is_sound(profile: &[u8]) -> bool {
    const D50: [f64; 3] = [0.9642, 1.0, 0.8249];
    let white = [68, 72, 76].map(|at| fixed(profile, at));
    let is_d50 =
        white.iter().zip(D50).all(|(seen, due)| seen.is_some_and(|v| (v - due).abs() < 0.01));
    profile.get(36..40) == Some(b"acsp") && is_d50
}

/// The contents of a tag, from its type signature on.
fn tag<'a>(profile: &'a [u8], name: &[u8; 4]) -> Option<&'a [u8]> {
    let count = number(profile, 128)? as usize;
    let entries = profile.get(132..)?.chunks_exact(12).take(count);
    let entry = entries.into_iter().find(|entry| entry[..4] == *name)?;
    let (start, length) = (number(entry, 4)? as usize, number(entry, 8)? as usize);
    profile.get(start..start.checked_add(length)?)
}

fn xyz(profile: &[u8], name: &[u8; 4]) -> Option<[f64; 3]> {
    let tag = tag(profile, name)?;
    (tag.get(..4)? == b"XYZ ").then_some(())?;
    Some([fixed(tag, 8)?, fixed(tag, 12)?, fixed(tag, 16)?])
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// s15Fixed16Number.
fn fixed(bytes: &[u8], at: usize) -> Option<f64> {
    Some(f64::from(number(bytes, at)? as i32) / 65536.0)
}

#[cfg(test)]
mod tests {
    use moxcms::{ColorProfile, Layout, TransformOptions};

    use super::*;

    fn profiles() -> Vec<(&'static str, ColorProfile, u8)> {
        // moxcms rounds the matrices of steep curves to 13 bits.
        vec![
            ("Display P3", ColorProfile::new_display_p3(), 1),
            ("Adobe RGB", ColorProfile::new_adobe_rgb(), 1),
            ("ProPhoto", ColorProfile::new_pro_photo_rgb(), 2),
        ]
    }

    #[test]
    fn agrees_with_a_whole_colour_management_system() {
        let pixels: Vec<u8> = (0..4096_u32)
            .flat_map(|i| [i * 7, i / 16 * 13, i * i / 5, 77].map(|v| v as u8))
            .collect();
        for (name, profile, tolerance) in profiles() {
            let mut expected = vec![0; pixels.len()];
            let srgb = ColorProfile::new_srgb();
            let transform = profile
                .create_transform_8bit(
                    Layout::Rgba,
                    &srgb,
                    Layout::Rgba,
                    TransformOptions::default(),
                )
                .unwrap();
            transform.transform(&pixels, &mut expected).unwrap();
            let mut seen = pixels.clone();
            Conversion::of(&profile.encode().unwrap(), false).expect(name).apply(&mut seen);
            let worst = seen.iter().zip(&expected).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
            assert!(worst <= tolerance, "{name}: {worst} levels");
            assert!(seen.chunks_exact(4).all(|pixel| pixel[3] == 77), "{name}");
        }
    }

    #[test]
    fn srgb_is_left_alone() {
        let srgb = ColorProfile::new_srgb().encode().unwrap();
        assert!(Conversion::of(&srgb, false).is_none());
        assert!(Conversion::of(&srgb, true).is_none(), "a colour profile in a grey picture");
    }

    #[test]
    fn a_grey_curve_becomes_srgb_s() {
        let linear = ColorProfile::new_gray_with_gamma(1.0).encode().unwrap();
        let mut pixels = vec![0, 0, 0, 255, 55, 55, 55, 255, 255, 255, 255, 9];
        Conversion::of(&linear, true).unwrap().apply(&mut pixels);
        assert_eq!(pixels, [0, 0, 0, 255, 128, 128, 128, 255, 255, 255, 255, 9]);
        assert!(Conversion::of(&linear, false).is_none(), "a grey profile in a colour picture");
    }

    #[test]
    fn curves_of_every_type() {
        let para = |kind: u16, values: &[f64]| {
            let fixed = values.iter().flat_map(|v| ((v * 65536.0) as i32).to_be_bytes());
            let head = [&b"para\0\0\0\0"[..], &kind.to_be_bytes(), &[0, 0]].concat();
            head.into_iter().chain(fixed).collect::<Vec<u8>>()
        };
        let half = |tag: &[u8]| Curve::read(tag).unwrap().linear(128);
        let x = 128.0_f64 / 255.0;
        let srgb = ((x + 0.055) / 1.055).powf(2.4);
        let parameters = [2.4, 1.0 / 1.055, 0.055 / 1.055, 1.0 / 12.92, 0.04045];
        for (seen, expected) in [
            (half(b"curv\0\0\0\0\0\0\0\0"), x),
            (half(b"curv\0\0\0\0\0\0\0\x01\x02\x00"), x * x),
            (half(b"curv\0\0\0\0\0\0\0\x02\x00\x00\x80\x00"), x * 32768.0 / 65535.0),
            (half(&para(0, &[2.0])), x * x),
            (half(&para(1, &[2.0, 0.5, 0.25])), (0.5 * x + 0.25).powi(2)),
            (half(&para(2, &[2.0, 0.5, 0.25, 0.125])), (0.5 * x + 0.25).powi(2) + 0.125),
            (half(&para(3, &parameters)), srgb),
            (half(&para(4, &[&parameters[..], &[0.1, 0.2]].concat())), srgb + 0.1),
        ] {
            assert!((seen - expected).abs() < 1e-4, "{seen} {expected}");
        }
        let dark = Curve::read(&para(3, &parameters)).unwrap().linear(5);
        assert!((dark - 5.0 / 255.0 / 12.92).abs() < 1e-4, "{dark}");
        assert!(Curve::read(b"curv\0\0\0\0\xff\xff\xff\xff").is_none());
        assert!(Curve::read(b"para\0\0\0\0\0\x09").is_none());
    }

    #[test]
    fn a_broken_profile_is_no_profile_and_no_panic() {
        let whole = ColorProfile::new_display_p3().encode().unwrap();
        for length in 0..whole.len().min(600) {
            let _ = Conversion::of(&whole[..length], false);
        }
        assert!(Conversion::of(&whole[..200], false).is_none());
        let mut state = 0x9e37_79b9_u32;
        for _ in 0..1_000 {
            let mut broken = whole.clone();
            for _ in 0..4 {
                state ^= state << 13;
                state ^= state >> 17;
                state ^= state << 5;
                let at = state as usize % broken.len();
                broken[at] = (state >> 24) as u8;
            }
            if let Some(conversion) = Conversion::of(&broken, false) {
                conversion.apply(&mut [1, 2, 3, 4]);
            }
        }
    }
}
