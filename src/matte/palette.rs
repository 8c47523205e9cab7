//! In: colours of a whole photo, each with a weight. Out: a palette, the Gaussians they come from.
//!
//! The colour models of GrabCut (Rother et al. 2004), found by splitting alone (Orchard and Bouman
//! 1991): the widest group of colours is cut at its mean, across its longest axis.

use super::gaussian::{Gaussian, moments};
use crate::raster::larger;

/// At most as many Gaussians.
const COLOURS: usize = 8;
/// The total weight, cells, below which there is no palette.
const FEWEST: f32 = 10.0;

/// Y, Cb and Cr in [0, 1], and the weight, above 0.
pub(super) type Sample = [f32; 4];

pub(super) struct Palette {
    /// Each with the logarithm of its share and volume.
    colours: Vec<(f32, Gaussian)>,
}

impl Palette {
    /// `None` where there is hardly anything to learn from. Colours that deviate by less than `noise`, of
    /// the full range, do not differ.
    pub(super) fn of(samples: Vec<Sample>, noise: f32) -> Option<Self> {
        let whole = Group::of(samples, noise);
        let weight = whole.weight;
        if weight < FEWEST {
            return None;
        }
        let mut groups = vec![whole];
        while groups.len() < COLOURS {
            groups.sort_by(|a, b| a.width().total_cmp(&b.width()));
            let [low, high] = groups.pop().expect("at least one").split();
            let flat = low.is_empty() || high.is_empty();
            let parts = [low, high].into_iter().filter(|part| !part.is_empty());
            groups.extend(parts.map(|part| Group::of(part, noise)));
            if flat {
                break;
            }
        }
        let colour = |group: Group| {
            let share = libm::logf(group.weight / weight);
            (share - 0.5 * libm::logf(group.gaussian.volume()), group.gaussian)
        };
        Some(Self { colours: groups.into_iter().map(colour).collect() })
    }

    /// The log likelihood of `colour`, from the likeliest Gaussian alone, up to a constant.
    pub(super) fn likelihood(&self, colour: &[f32; 4]) -> f32 {
        self.colours
            .iter()
            .map(|(share, gaussian)| share - 0.5 * gaussian.distance(colour))
            .fold(f32::NEG_INFINITY, larger)
    }
}

struct Group {
    samples: Vec<Sample>,
    weight: f32,
    gaussian: Gaussian,
}

impl Group {
    fn of(samples: Vec<Sample>, noise: f32) -> Self {
        let mut sums = [0.0; 8];
        for sample in &samples {
            sums.iter_mut()
                .zip(moments(sample, sample[3]))
                .for_each(|(sum, moment)| *sum += moment);
        }
        Self { samples, weight: sums[0], gaussian: Gaussian::of(&sums, noise) }
    }

    fn longest_axis(&self) -> usize {
        let variance = self.gaussian.variance;
        (0..3).max_by(|&a, &b| variance[a].total_cmp(&variance[b])).expect("three")
    }

    fn width(&self) -> f32 {
        self.weight * self.gaussian.variance[self.longest_axis()]
    }

    fn split(self) -> [Vec<Sample>; 2] {
        let axis = self.longest_axis();
        let mean = self.gaussian.mean[axis];
        let (high, low) = self.samples.into_iter().partition(|sample| sample[axis] > mean);
        [low, high]
    }
}

#[cfg(test)]
mod tests {
    use super::super::gaussian::NOISE;
    use super::*;

    const RED: [f32; 3] = [0.2, 0.0, 0.3];
    const GREEN: [f32; 3] = [0.8, 0.1, -0.2];

    fn dots(count: usize, [y, cb, cr]: [f32; 3]) -> Vec<Sample> {
        vec![[y, cb, cr, 1.0]; count]
    }

    fn likelihood(palette: &Palette, [y, cb, cr]: [f32; 3]) -> f32 {
        palette.likelihood(&[y, cb, cr, 0.0])
    }

    #[test]
    fn a_colour_of_the_palette_is_likelier_than_one_between() {
        let palette =
            Palette::of([dots(90, RED), dots(90, GREEN)].concat(), NOISE).expect("180 dots");
        let between = likelihood(&palette, [0.5, 0.05, 0.05]);
        assert!(likelihood(&palette, RED) > between + 10.0);
        assert!(likelihood(&palette, GREEN) > between + 10.0);
    }

    #[test]
    fn what_is_frequent_is_likelier() {
        let palette =
            Palette::of([dots(900, RED), dots(100, GREEN)].concat(), NOISE).expect("1000 dots");
        let nats = likelihood(&palette, RED) - likelihood(&palette, GREEN);
        assert!((nats - 9f32.ln()).abs() < 0.1, "nine times as frequent: {nats}");
    }

    #[test]
    fn flat_and_empty_photos_have_an_answer() {
        assert!(Palette::of(Vec::new(), NOISE).is_none());
        let flat = Palette::of(dots(500, RED), NOISE).expect("500 dots");
        assert!(likelihood(&flat, RED).is_finite());
        assert!(likelihood(&flat, GREEN).is_finite());
    }
}
