//! In: what a picture for bright screens says of its light. Out: [`Hdr`], its colours in sRGB as Chromium
//! shows them on a screen that is no brighter than white.
//!
//! PQ and HLG as ITU-R BT.2100 has them, white at 203 cd/m² (BT.2408). The brightest of red, green and blue, in
//! BT.2020, says how much darker a pixel is made: half below white, then along a curve to the
//! brightest that the picture holds. It is the operator of Skia's `skhdr::Agtm` (SMPTE ST 2094-50), its
//! curve itself in place of eight points of it.

use super::srgb::{Encode, of_columns};
use crate::raster::larger;

/// White, cd/m².
const WHITE: f64 = 203.0;
/// The brightest where a picture does not say it, and what HLG is shown on, cd/m².
const BRIGHTEST: f64 = 1000.0;
/// How bright red, green and blue of BT.2020 are.
const LUMINANCE: [f32; 3] = [0.2627, 0.678, 0.0593];
/// Where between its ends the curve bends.
const BEND: f64 = 0.65;

/// What the values stand for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Signal {
    /// Light of the screen.
    Pq,
    /// Light of the scene.
    Hlg,
}

impl Signal {
    /// Of a value, 0 to 1: relative to white, of a scene 0 to 1.
    fn light(self, value: f64) -> f64 {
        match self {
            Self::Pq => {
                const M1: f64 = 2610.0 / 16384.0;
                const M2: f64 = 2523.0 / 4096.0 * 128.0;
                const C: [f64; 3] =
                    [3424.0 / 4096.0, 2413.0 / 4096.0 * 32.0, 2392.0 / 4096.0 * 32.0];
                let power = libm::pow(value, 1.0 / M2);
                let share = (power - C[0]).max(0.0) / (C[1] - C[2] * power);
                10_000.0 / WHITE * libm::pow(share, 1.0 / M1)
            }
            Self::Hlg if value <= 0.5 => value * value / 3.0,
            Self::Hlg => {
                const A: f64 = 0.178_832_77;
                const B: f64 = 0.284_668_92;
                const C: f64 = 0.559_910_73;
                (libm::exp((value - C) / A) + B) / 12.0
            }
        }
    }
}

/// From a picture's colours to sRGB.
pub(super) struct Hdr {
    signal: Signal,
    light: Box<[f32; 256]>,
    /// Linear light in BT.2020 and of that in sRGB, by rows.
    to_wide: [[f32; 3]; 3],
    to_srgb: [[f32; 3]; 3],
    tone: Tone,
    encode: Encode,
}

impl Hdr {
    /// `to_wide`: the picture's linear light in BT.2020, by rows. `wide`: the XYZ of BT.2020's primaries,
    /// relative to D50. `brightest`: what the picture says it holds, cd/m².
    pub(super) fn new(
        signal: Signal,
        to_wide: [[f32; 3]; 3],
        wide: [[f64; 3]; 3],
        brightest: Option<f64>,
    ) -> Self {
        let light = Box::new(std::array::from_fn(|at| signal.light(at as f64 / 255.0) as f32));
        let tone = Tone::of(brightest.unwrap_or(BRIGHTEST) / WHITE);
        Self { signal, light, to_wide, to_srgb: of_columns(wide), tone, encode: Encode::new() }
    }

    pub(super) fn srgb(&self, pixel: [u8; 3]) -> [u8; 3] {
        let product = |rows: &[[f32; 3]; 3], light: [f32; 3]| {
            rows.map(|row| row[0] * light[0] + row[1] * light[1] + row[2] * light[2])
        };
        let mut light = product(&self.to_wide, pixel.map(|value| self.light[usize::from(value)]));
        if self.signal == Signal::Hlg {
            let luminance: f32 = light.iter().zip(LUMINANCE).map(|(a, b)| a * b).sum();
            let shown = libm::powf(larger(luminance, 0.0), 0.2) * (BRIGHTEST / WHITE) as f32;
            light = light.map(|value| value * shown);
        }
        let brightest = light.into_iter().fold(0.0, larger);
        if let Some(gain) = self.tone.gain(brightest) {
            light = light.map(|value| value * gain);
        }
        product(&self.to_srgb, light).map(|value| self.encode.value(value))
    }
}

/// Light against white: `white * x` up to 1, then the curve of Bézier's from there over `middle` to `(end, 1)`.
struct Tone {
    white: f32,
    middle: [f32; 2],
    end: f32,
}

impl Tone {
    /// For pictures that hold light up to `end`.
    fn of(end: f64) -> Self {
        let stops = libm::log2(end) / libm::log2(BRIGHTEST / WHITE);
        let white = 1.0 - 0.5 * stops.clamp(0.0, 1.0);
        let between = |from: f64, to: f64| ((1.0 - BEND) * from + BEND * to) as f32;
        Self {
            white: white as f32,
            middle: [between(1.0, 1.0 / white), between(white, 1.0)],
            end: end as f32,
        }
    }

    /// What `light` is multiplied by; `None` where it stays.
    fn gain(&self, light: f32) -> Option<f32> {
        let Self { white, middle: [x, y], end } = *self;
        if end <= 1.0 {
            None
        } else if light <= 1.0 {
            Some(white)
        } else if light >= end {
            Some(1.0 / light)
        } else {
            let (a, b) = (1.0 - 2.0 * x + end, 2.0 * (x - 1.0));
            let t = 2.0 * (light - 1.0) / (b + (b * b + 4.0 * a * (light - 1.0)).sqrt());
            Some((white + t * (2.0 * (y - white) + t * (white - 2.0 * y + 1.0))) / light)
        }
    }
}
