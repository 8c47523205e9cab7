//! In: a photo and its [`Mask`], of one size. Out: the same photo with the ground's colour taken out
//! of its soft edges.
//!
//! A pixel that is subject for a share a shows I = a F + (1 - a) B. On a small [`Field`], F and B are
//! spread from where they are sure and smoothed twice; at each pixel of the photo, the F nearest to
//! them that explains I is taken: least squares of the compositing equation with the estimates as the
//! prior, the per-pixel step of Germer et al. 2020, Fast Multi-Level Foreground Estimation. Opaque
//! pixels stay as they are, bit for bit. Clear pixels near the subject carry its colour, so that
//! resizing by others shows no fringe; farther ones become nothing.

use std::ops::Range;

use crate::raster::field::{Field, lerp, masked_guide, neighbours, spans, spread, window_means};
use crate::raster::{Image, Mask};

/// The longer side of the field, px.
const LONGEST: u32 = 512;
/// How sharply sure pixels outweigh soft ones.
const SURENESS: i32 = 16;
/// How much the estimates count against the pixel itself.
const PRIOR: f32 = 0.03;
/// The smoothing window's radius, cells, and how often it runs.
const SMOOTH: usize = 2;
const ROUNDS: usize = 2;
/// Pixels that are looked at as one first.
const RUN: usize = 64;
/// How far clear pixels carry colour, px.
const MARGIN: usize = 8;

/// Pixels between the same two cells, and these.
type Span = (Range<usize>, usize, usize);

/// Takes the ground's colour out of a photo, row by row.
pub(super) struct Cleaner {
    colours: Estimates,
    spans: Vec<Span>,
    /// So many make about [`RUN`] pixels.
    spans_per_run: usize,
    /// Of each pixel of a row: how far it is from its span's left cell to the right one.
    shares: Vec<f32>,
    height: usize,
}

impl Cleaner {
    /// # Panics
    /// When the sizes differ.
    pub(super) fn new(photo: &Image, mask: &Mask) -> Self {
        assert_eq!((photo.width(), photo.height()), (mask.width(), mask.height()));
        let colours = Estimates::new(photo, mask);
        let (width, cells) = (photo.width() as usize, colours.subject.width);
        let spans = spans(width, cells);
        let spans_per_run = RUN.div_ceil(width.div_ceil(spans.len()));
        let shares = (0..width).map(|x| neighbours(x, width, cells).2).collect();
        Self { colours, spans, spans_per_run, shares, height: photo.height() as usize }
    }

    /// Cleans row `y`: `pixels` where `alphas` are soft.
    pub(super) fn clean(&self, y: usize, pixels: &mut [u8], alphas: &[u8]) {
        let pixels = pixels.as_chunks_mut::<4>().0;
        let near = self.colours.near_row(y, self.height);
        for spans in self.spans.chunks(self.spans_per_run) {
            let range = spans[0].0.start..spans[spans.len() - 1].0.end;
            match extent(&alphas[range.clone()]) {
                (255, _) => {}
                (_, 0) if !spans.iter().any(|&(_, left, _)| near[left]) => {
                    pixels[range].fill([0; 4]);
                }
                _ => self.clean_spans(spans, y, near, pixels, alphas),
            }
        }
    }

    fn clean_spans(
        &self,
        spans: &[Span],
        y: usize,
        near: &[bool],
        pixels: &mut [[u8; 4]],
        alphas: &[u8],
    ) {
        let subject = self.colours.subject.row(y, self.height);
        let ground = self.colours.ground.row(y, self.height);
        for &(ref range, left, right) in spans {
            let (pixels, alphas) = (&mut pixels[range.clone()], &alphas[range.clone()]);
            match extent(alphas) {
                (255, _) => continue,
                (_, 0) if !near[left] => {
                    pixels.fill([0; 4]);
                    continue;
                }
                _ => {}
            }
            let [subject_left, subject_right] = [left, right].map(|x| subject.cell(x));
            let [ground_left, ground_right] = [left, right].map(|x| ground.cell(x));
            let shares = &self.shares[range.clone()];
            for ((pixel, &alpha), &share) in pixels.iter_mut().zip(alphas).zip(shares) {
                let prior = lerp(&subject_left, &subject_right, share);
                match alpha {
                    255 => {}
                    0 => paint(pixel, prior),
                    _ => {
                        let behind = lerp(&ground_left, &ground_right, share);
                        let seen = [pixel[0], pixel[1], pixel[2], 0].map(|v| f32::from(v) / 255.0);
                        paint(pixel, explain(seen, f32::from(alpha) / 255.0, prior, behind).0);
                    }
                }
            }
        }
    }
}

/// The least and the largest alpha.
pub(super) fn extent(alphas: &[u8]) -> (u8, u8) {
    alphas.iter().fold((255, 0), |(least, most), &alpha| (alpha.min(least), alpha.max(most)))
}

fn paint(pixel: &mut [u8; 4], colour: [f32; 4]) {
    for (value, colour) in pixel[..3].iter_mut().zip(colour) {
        *value = (colour * 255.0 + 0.5).clamp(0.0, 255.0) as u8;
    }
}

/// F and B nearest to `subject` and `ground` that add up to `seen`.
fn explain(
    seen: [f32; 4],
    alpha: f32,
    subject: [f32; 4],
    ground: [f32; 4],
) -> ([f32; 4], [f32; 4]) {
    let rest = 1.0 - alpha;
    let share = 1.0 / (alpha * alpha + rest * rest + PRIOR);
    let miss: [f32; 4] =
        std::array::from_fn(|n| (seen[n] - alpha * subject[n] - rest * ground[n]) * share);
    let moved = |colour: [f32; 4], by: f32| {
        std::array::from_fn(|n| (colour[n] + by * miss[n]).clamp(0.0, 1.0))
    };
    (moved(subject, alpha), moved(ground, rest))
}

/// What subject and ground look like everywhere, and where the subject is near.
struct Estimates {
    subject: Field<[f32; 4]>,
    ground: Field<[f32; 4]>,
    near: Vec<bool>,
}

impl Estimates {
    fn new(photo: &Image, mask: &Mask) -> Self {
        let seen = masked_guide(photo, mask, LONGEST);
        let sure = |share: fn(f32) -> f32| {
            let mut weighted = seen.clone();
            for cell in &mut weighted.cells {
                let weight = share(cell[3]).powi(SURENESS);
                *cell = [cell[0] * weight, cell[1] * weight, cell[2] * weight, weight];
            }
            spread(weighted)
        };
        let (mut subject, mut ground) = (sure(|alpha| alpha), sure(|alpha| 1.0 - alpha));
        let radius = (MARGIN * seen.width).div_ceil(photo.width() as usize).max(1);
        let edges = near(&seen, radius + SMOOTH * ROUNDS, |alpha| [alpha > 0.0, alpha < 1.0]);
        for _ in 0..ROUNDS {
            refine(&seen, &edges, &mut subject, &mut ground);
        }
        let near = near(&seen, radius, |alpha| [alpha > 0.0]);
        Self { subject, ground, near }
    }

    fn near_row(&self, y: usize, height: usize) -> &[bool] {
        let (row, ..) = neighbours(y, height, self.subject.height);
        &self.near[row * self.subject.width..][..self.subject.width]
    }
}

/// Explains each cell near `edges` by the estimates, then smooths what explained it.
fn refine(
    seen: &Field<[f32; 4]>,
    edges: &[bool],
    subject: &mut Field<[f32; 4]>,
    ground: &mut Field<[f32; 4]>,
) {
    let explained: Vec<[f32; 8]> = (0..seen.cells.len())
        .map(|index| {
            if !edges[index] {
                return [0.0; 8];
            }
            let [r, g, b, alpha] = seen.cells[index];
            let (f, b) = explain([r, g, b, 0.0], alpha, subject.cells[index], ground.cells[index]);
            let (fore, back) = (alpha * alpha + 1e-3, (1.0 - alpha) * (1.0 - alpha) + 1e-3);
            [
                f[0] * fore,
                f[1] * fore,
                f[2] * fore,
                fore,
                b[0] * back,
                b[1] * back,
                b[2] * back,
                back,
            ]
        })
        .collect();
    let Field { width, height, .. } = *seen;
    window_means(
        width,
        height,
        SMOOTH,
        |index| explained[index],
        |y, means| {
            let edges = &edges[y * width..][..width];
            let means = means.iter().zip(edges).enumerate().filter(|(_, (_, is_edge))| **is_edge);
            for (x, (&[fr, fg, fb, fore, br, bg, bb, back], _)) in means {
                subject.cells[y * width + x] = [fr / fore, fg / fore, fb / fore, 0.0];
                ground.cells[y * width + x] = [br / back, bg / back, bb / back, 0.0];
            }
        },
    );
}

/// Which cells have one of each kind within `radius` cells; `kinds` of its alpha is of a cell.
fn near<const N: usize>(
    field: &Field<[f32; 4]>,
    radius: usize,
    kinds: impl Fn(f32) -> [bool; N],
) -> Vec<bool> {
    let Field { width, height, .. } = *field;
    let mut near = Vec::with_capacity(width * height);
    window_means(
        width,
        height,
        radius,
        |index| kinds(field.cells[index][3]).map(f32::from),
        |_, means| near.extend(means.iter().map(|means| means.iter().all(|&mean| mean > 1e-4))),
    );
    near
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decontaminate(photo: &mut Image, mask: &Mask) {
        let cleaner = Cleaner::new(photo, mask);
        let width = photo.width() as usize;
        let rows = photo.pixels_mut().chunks_exact_mut(4 * width).zip(mask.values().chunks(width));
        rows.enumerate().for_each(|(y, (pixels, alphas))| cleaner.clean(y, pixels, alphas));
    }

    const SIDE: usize = 120;
    const SUBJECT: [f32; 3] = [200.0, 40.0, 60.0];

    /// A soft disc of a gently shaded red on `ground`.
    fn disc(ground: [f32; 3]) -> (Image, Mask, Vec<[f32; 3]>) {
        let (mut pixels, mut alphas, mut truth) = (vec![], vec![], vec![]);
        for index in 0..SIDE * SIDE {
            let (x, y) = ((index % SIDE) as f32 - 60.0, (index / SIDE) as f32 - 60.0);
            let alpha = ((40.0 - (x * x + y * y).sqrt()) / 6.0 + 0.5).clamp(0.0, 1.0);
            let alpha = (alpha * 255.0).round();
            let colour = SUBJECT.map(|value| value + 0.3 * x);
            for n in 0..3 {
                let share = alpha / 255.0;
                pixels.push((share * colour[n] + (1.0 - share) * ground[n]).round() as u8);
            }
            pixels.push(255);
            alphas.push(alpha as u8);
            truth.push(colour);
        }
        let side = SIDE as u32;
        (Image::new(side, side, pixels), Mask::new(side, side, alphas), truth)
    }

    fn error(photo: &Image, mask: &Mask, truth: &[[f32; 3]]) -> f32 {
        let (mut sum, mut weight) = (0.0, 0.0);
        for ((pixel, &alpha), truth) in photo.pixels().chunks_exact(4).zip(mask.values()).zip(truth)
        {
            if alpha > 0 && alpha < 255 {
                let miss: f32 = (0..3).map(|n| (f32::from(pixel[n]) - truth[n]).abs()).sum();
                sum += f32::from(alpha) * miss / 3.0;
                weight += f32::from(alpha);
            }
        }
        sum / weight
    }

    #[test]
    fn no_ground_remains_on_a_soft_edge() {
        for ground in [[20.0, 230.0, 30.0], [255.0; 3], [0.0; 3], [30.0, 40.0, 220.0]] {
            let (mut photo, mask, truth) = disc(ground);
            let before = error(&photo, &mask, &truth);
            decontaminate(&mut photo, &mask);
            let after = error(&photo, &mask, &truth);
            assert!(after < 0.15 * before, "{ground:?}: {before} to {after}");
        }
    }

    #[test]
    fn opaque_pixels_stay_bit_for_bit() {
        let (photo, mask, _) = disc([20.0, 230.0, 30.0]);
        let mut cleaned = photo.clone();
        decontaminate(&mut cleaned, &mask);
        let pairs = photo.pixels().chunks_exact(4).zip(cleaned.pixels().chunks_exact(4));
        for ((before, after), &alpha) in pairs.zip(mask.values()) {
            assert!(alpha < 255 || before == after);
            assert!(before[3] == after[3] || (alpha == 0 && after == [0; 4]));
        }
    }

    #[test]
    fn clear_pixels_carry_the_subject_near_it_and_nothing_far_from_it() {
        let (mut photo, mask, _) = disc([20.0, 230.0, 30.0]);
        decontaminate(&mut photo, &mask);
        let at = |x: usize, y: usize| &photo.pixels()[(y * SIDE + x) * 4..][..3];
        assert_eq!(mask.values()[60 * SIDE + 106], 0);
        assert!(at(106, 60)[0] > 180 && at(106, 60)[1] < 80, "{:?}", at(106, 60));
        assert_eq!(at(1, 1), [0; 3]);
    }

    #[test]
    fn all_clear_all_opaque_and_tiny_pictures_pass() {
        for (width, height) in [(1, 1), (1, 700), (700, 1), (5, 3)] {
            let pixels = vec![90; (width * height * 4) as usize];
            for alpha in [0, 128, 255] {
                let mut photo = Image::new(width, height, pixels.clone());
                let mask = Mask::new(width, height, vec![alpha; (width * height) as usize]);
                decontaminate(&mut photo, &mask);
                let expected = if alpha == 0 { 0 } else { 90 };
                let mut colours = photo.pixels().chunks_exact(4);
                assert!(colours.all(|p| p[..3] == [expected; 3]), "{width}x{height} {alpha}");
            }
        }
    }
}
