//! In: a field of red, green, blue and the network's map, all in [0, 1]. Out: the map, weighed against
//! the colours around.
//!
//! Around each cell, the colours of what is surely subject and of what is surely ground give two
//! Gaussians; the cell's own colour votes for one of them, and the vote is added to the network's
//! log odds (Bayes, with the map as the prior; the local colour models of Rother et al. 2004,
//! GrabCut, without its graph). Where the network is sure, no vote overrules it.

use crate::field::{Field, window_means};

/// The window's radius, as a part of the field's longer side.
const REACH: usize = 6;
/// The deviation below which colours do not differ, of the full range.
const NOISE: f32 = 0.005;
/// The largest vote, nats.
const LOUDEST: f32 = 6.0;
/// How much more than a vote the network's own log odds count.
const TRUST: f32 = 2.0;
/// The network is never taken to be surer than this.
const SUREST: f32 = 0.98;
/// The share of a window, below which its colours say little.
const FEW: f32 = 0.02;

pub(super) fn weigh_evidence(field: &mut Field<4>) {
    let Field { width, height, .. } = *field;
    let radius = (width.max(height) / REACH).max(1);
    let colours: Vec<[f32; 4]> = field.cells.iter().map(ycc).collect();
    let weighted = |index: usize| {
        let [y, cb, cr, map] = colours[index];
        let sureness = 2.0 * map - 1.0;
        let subject = sureness.max(0.0).powi(2) + 1e-4;
        let ground = sureness.min(0.0).powi(2) + 1e-4;
        let moments = [1.0, y, cb, cr, y * y, cb * cb, cr * cr, 0.0];
        let mut sums = [0.0; 16];
        for (n, moment) in moments.into_iter().enumerate() {
            sums[n] = subject * moment;
            sums[n + 8] = ground * moment;
        }
        sums
    };
    window_means(width, height, radius, weighted, |y, means| {
        let cells = &mut field.cells[y * width..][..width];
        for ((cell, means), colour) in cells.iter_mut().zip(means).zip(&colours[y * width..]) {
            cell[3] = posterior(cell[3], vote(means, colour));
        }
    });
}

/// The log likelihood of the subject's colours minus that of the ground's, held and weighed by how
/// much of either there is around.
fn vote(means: &[f32; 16], colour: &[f32; 4]) -> f32 {
    let (subject, ground) = (Gaussian::of(&means[..8]), Gaussian::of(&means[8..]));
    let fewer = means[0].min(means[8]);
    let likelier = subject.distance(colour) - ground.distance(colour)
        + libm::logf(subject.volume() / ground.volume());
    (-0.5 * likelier).clamp(-LOUDEST, LOUDEST) * fewer / (fewer + FEW)
}

fn posterior(map: f32, vote: f32) -> f32 {
    let prior = map.clamp(1.0 - SUREST, SUREST);
    let log_odds = TRUST * libm::logf(prior / (1.0 - prior)) + vote;
    1.0 / (1.0 + libm::expf(-log_odds))
}

/// Independent Y, Cb and Cr.
struct Gaussian {
    mean: [f32; 3],
    variance: [f32; 3],
}

impl Gaussian {
    /// From weighted means of 1, the values and their squares.
    fn of(moments: &[f32]) -> Self {
        let share = 1.0 / moments[0];
        let mean = [1, 2, 3].map(|n| moments[n] * share);
        let variance = [0, 1, 2].map(|n| {
            let spread = moments[n + 4] * share - mean[n] * mean[n];
            spread.max(0.0) + NOISE * NOISE
        });
        Self { mean, variance }
    }

    /// The squared Mahalanobis distance.
    fn distance(&self, colour: &[f32; 4]) -> f32 {
        (0..3)
            .map(|n| (colour[n] - self.mean[n]) * (colour[n] - self.mean[n]) / self.variance[n])
            .sum()
    }

    fn volume(&self) -> f32 {
        self.variance[0] * self.variance[1] * self.variance[2]
    }
}

/// BT.601 Y, Cb and Cr in [0, 1], and the cell's map.
fn ycc(&[r, g, b, map]: &[f32; 4]) -> [f32; 4] {
    let y = 0.299 * r + 0.587 * g + 0.114 * b;
    [y, 0.564 * (b - y), 0.713 * (r - y), map]
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: usize = 240;

    /// Red on the left half, blue on the right; the map as `map` says.
    fn two_colours(map: impl Fn(usize) -> f32) -> Field<4> {
        let mut field = Field::<4>::new(WIDTH, 12);
        for (index, cell) in field.cells.iter_mut().enumerate() {
            let x = index % WIDTH;
            let colour = if x < WIDTH / 2 { [0.8, 0.1, 0.1] } else { [0.1, 0.1, 0.8] };
            *cell = [colour[0], colour[1], colour[2], map(x)];
        }
        field
    }

    #[test]
    fn colours_decide_where_the_network_wavers() {
        let mut field = two_colours(|x| match x {
            ..110 => 0.95,
            110..130 => 0.55,
            _ => 0.05,
        });
        weigh_evidence(&mut field);
        for (index, cell) in field.cells.iter().enumerate() {
            assert_eq!(cell[3] > 0.5, index % WIDTH < WIDTH / 2, "{index}: {}", cell[3]);
        }
    }

    #[test]
    fn a_sure_network_is_not_overruled() {
        let mut field = two_colours(|x| if x < 125 { 1.0 } else { 0.0 });
        weigh_evidence(&mut field);
        for (index, cell) in field.cells.iter().enumerate() {
            assert_eq!(cell[3] > 0.5, index % WIDTH < 125, "{index}: {}", cell[3]);
        }
    }

    #[test]
    fn one_colour_says_nothing() {
        let mut field = Field::<4>::new(30, 30);
        let maps: Vec<f32> = (0..900).map(|i| (i % 30) as f32 / 29.0).collect();
        field.cells.iter_mut().zip(&maps).for_each(|(cell, &map)| *cell = [0.5, 0.5, 0.5, map]);
        weigh_evidence(&mut field);
        for (cell, &map) in field.cells.iter().zip(&maps) {
            assert_eq!(cell[3] > 0.5, map > 0.5);
        }
    }
}
