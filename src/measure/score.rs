//! In: a found [`Mask`] of any size, and its truth. Out: a [`Score`]; of many, [`Totals`] and their
//! [`Means`]. The figures are those of `training/measure/metrics.py`, and named as there.

use super::outline::{Region, boundary_f};
use crate::raster::Mask;

/// Thresholds of precision and recall.
pub const LEVELS: usize = 256;
/// Recall counts less than precision, as with salient objects (Achanta et al. 2009).
const BETA_SQUARED: f64 = 0.3;

/// How well a mask meets its truth.
#[derive(Debug, Clone)]
pub struct Score {
    /// Intersection over union of what is above one half, 0 to 1.
    pub iou: f64,
    /// Mean absolute error, 0 to 1.
    pub mae: f64,
    /// F measure of the outlines, 0 to 1.
    pub boundary_f: f64,
    /// The share of pixels on the right side of one half.
    pub pixel_accuracy: f64,
    /// The mean of the subject's and the ground's intersection over union.
    pub miou: f64,
    /// By threshold.
    precision: [f64; LEVELS],
    recall: [f64; LEVELS],
}

impl Score {
    /// Compares `found` with `truth`. A `found` of another size is brought to that of `truth`,
    /// bilinearly; outlines match within `reach_px` of `truth`.
    pub fn of(found: &Mask, truth: &Mask, reach_px: f32) -> Self {
        let saliency = fitted(found, truth.width(), truth.height());
        let (mut levels_in, mut levels_out) = ([0_u64; LEVELS], [0_u64; LEVELS]);
        let (mut error, mut counts) = (0.0, [0_u64; 4]);
        let mut is_found = Vec::with_capacity(saliency.len());
        let mut is_true = Vec::with_capacity(saliency.len());
        for (&value, &truth) in saliency.iter().zip(truth.values()) {
            let (found, is_in) = (value > 0.5, truth > 127);
            error += f64::from((value - f32::from(truth) / 255.0).abs());
            counts[usize::from(found) * 2 + usize::from(is_in)] += 1;
            let levels = if is_in { &mut levels_in } else { &mut levels_out };
            levels[((value * 255.0) as usize).min(LEVELS - 1)] += 1;
            is_found.push(found);
            is_true.push(is_in);
        }
        let [ground, missed, extra, hits] = counts.map(|count| count as f64);
        let wrong = missed + extra;
        let over = |part: f64, whole: f64| part / whole.max(1.0);
        let iou = over(hits, hits + wrong);
        let mut score = Self {
            iou,
            mae: error / saliency.len() as f64,
            boundary_f: {
                let width = truth.width() as usize;
                let region = |is_in| Region { width, is_in };
                boundary_f(&region(&is_found), &region(&is_true), reach_px)
            },
            pixel_accuracy: 1.0 - wrong / saliency.len() as f64,
            miou: (iou + over(ground, ground + wrong)) / 2.0,
            precision: [0.0; LEVELS],
            recall: [0.0; LEVELS],
        };
        let (mut hits, mut found) = (0, 0);
        let all = levels_in.iter().sum::<u64>();
        for level in (0..LEVELS).rev() {
            hits += levels_in[level];
            found += levels_in[level] + levels_out[level];
            score.precision[level] = over(hits as f64, found as f64);
            score.recall[level] = over(hits as f64, all as f64);
        }
        score
    }

    /// The best F-beta of all thresholds, 0 to 1.
    pub fn max_f(&self) -> f64 {
        max_f(&self.precision, &self.recall)
    }
}

fn max_f(precision: &[f64; LEVELS], recall: &[f64; LEVELS]) -> f64 {
    let f = precision.iter().zip(recall).map(|(&precision, &recall)| {
        (1.0 + BETA_SQUARED) * precision * recall / (BETA_SQUARED * precision + recall).max(1e-9)
    });
    f.fold(0.0, f64::max)
}

/// The sums of scores.
#[derive(Debug, Clone)]
pub struct Totals {
    pictures: usize,
    sums: [f64; 5],
    precision: [f64; LEVELS],
    recall: [f64; LEVELS],
}

/// The means of scores; `max_f` is the best F-beta of the mean precision and recall.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Means {
    /// As [`Score::iou`].
    pub iou: f64,
    /// As [`Score::mae`].
    pub mae: f64,
    /// The best of all thresholds.
    pub max_f: f64,
    /// As [`Score::boundary_f`].
    pub boundary_f: f64,
    /// As [`Score::pixel_accuracy`].
    pub pixel_accuracy: f64,
    /// As [`Score::miou`].
    pub miou: f64,
}

impl Default for Totals {
    fn default() -> Self {
        Self { pictures: 0, sums: [0.0; 5], precision: [0.0; LEVELS], recall: [0.0; LEVELS] }
    }
}

impl Totals {
    /// Adds the score of one more picture.
    pub fn add(&mut self, score: &Score) {
        self.pictures += 1;
        let Score { iou, mae, boundary_f, pixel_accuracy, miou, .. } = score;
        for (sum, value) in self.sums.iter_mut().zip([iou, mae, boundary_f, pixel_accuracy, miou]) {
            *sum += value;
        }
        for level in 0..LEVELS {
            self.precision[level] += score.precision[level];
            self.recall[level] += score.recall[level];
        }
    }

    /// How many pictures were added.
    pub fn pictures(&self) -> usize {
        self.pictures
    }

    /// `None` without a picture.
    pub fn means(&self) -> Option<Means> {
        let pictures = (self.pictures > 0).then_some(self.pictures as f64)?;
        let [iou, mae, boundary_f, pixel_accuracy, miou] = self.sums.map(|sum| sum / pictures);
        let mean = |sums: [f64; LEVELS]| sums.map(|sum| sum / pictures);
        let max_f = max_f(&mean(self.precision), &mean(self.recall));
        Some(Means { iou, mae, max_f, boundary_f, pixel_accuracy, miou })
    }
}

/// The values of a mask at another size, 0 to 1: bilinear between the centres of pixels.
fn fitted(mask: &Mask, width: u32, height: u32) -> Vec<f32> {
    let unit = |value: u8| f32::from(value) / 255.0;
    if (mask.width(), mask.height()) == (width, height) {
        return mask.values().iter().map(|&value| unit(value)).collect();
    }
    let (columns, rows) = (taps(mask.width(), width), taps(mask.height(), height));
    let row = |y: usize| &mask.values()[y * mask.width() as usize..][..mask.width() as usize];
    let lerp = |a: f32, b: f32, t: f32| a * (1.0 - t) + b * t;
    let mut values = Vec::with_capacity(width as usize * height as usize);
    for &(y, below, down) in &rows {
        let (upper, lower) = (row(y), row(below));
        values.extend(columns.iter().map(|&(x, right, along)| {
            let upper = lerp(unit(upper[x]), unit(upper[right]), along);
            let lower = lerp(unit(lower[x]), unit(lower[right]), along);
            lerp(upper, lower, down)
        }));
    }
    values
}

/// For each of `to` places along a side of `from`: the two it lies between, and how far along.
fn taps(from: u32, to: u32) -> Vec<(usize, usize, f32)> {
    let step = f64::from(from) / f64::from(to);
    let tap = |at: u32| {
        let place = ((f64::from(at) + 0.5) * step - 0.5).clamp(0.0, f64::from(from - 1));
        let first = place as usize;
        (first, (first + 1).min(from as usize - 1), (place - first as f64) as f32)
    };
    (0..to).map(tap).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(width: u32, height: u32, value: impl Fn(u32, u32) -> u8) -> Mask {
        let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        Mask::new(width, height, places.map(|(x, y)| value(x, y)).collect())
    }

    #[test]
    fn a_mask_meets_itself() {
        let truth = mask(40, 20, |x, _| if x < 20 { 255 } else { 0 });
        let score = Score::of(&truth, &truth, 3.0);
        let figures = [score.iou, score.boundary_f, score.pixel_accuracy, score.miou];
        assert_eq!(figures, [1.0; 4]);
        assert_eq!((score.mae, score.max_f()), (0.0, 1.0));
    }

    #[test]
    fn half_of_the_subject_is_half_of_the_score() {
        let truth = mask(40, 20, |x, _| if x < 20 { 255 } else { 0 });
        let found = mask(40, 20, |x, _| if x < 10 { 255 } else { 0 });
        let score = Score::of(&found, &truth, 3.0);
        assert_eq!((score.iou, score.pixel_accuracy, score.mae), (0.5, 0.75, 0.25));
        assert!((score.miou - (0.5 + 20.0 / 30.0) / 2.0).abs() < 1e-9);
        let mut totals = Totals::default();
        totals.add(&score);
        totals.add(&Score::of(&truth, &truth, 3.0));
        let means = totals.means().unwrap();
        assert_eq!((means.iou, means.mae), (0.75, 0.125));
        assert!(Totals::default().means().is_none());
    }

    #[test]
    fn a_prediction_may_have_any_size() {
        let truth = mask(64, 48, |x, _| if x < 32 { 255 } else { 0 });
        for (width, height) in [(32, 24), (128, 96), (320, 320), (2, 1), (64, 3)] {
            let found = mask(width, height, |x, _| if x < width / 2 { 255 } else { 0 });
            assert!(Score::of(&found, &truth, 3.0).iou > 0.96, "{width}x{height}");
        }
    }

    #[test]
    fn nothing_in_nothing_is_no_division_by_zero() {
        let nothing = mask(8, 8, |_, _| 0);
        let score = Score::of(&nothing, &nothing, 3.0);
        assert_eq!((score.iou, score.boundary_f, score.pixel_accuracy), (0.0, 1.0, 1.0));
        assert_eq!(score.max_f(), 0.0);
    }
}
