//! In: a field of red, green, blue and the network's map, all in [0, 1]. Out: the map, weighed against
//! the colours around and those of the whole photo.
//!
//! Around each cell, the colours of what is surely subject and of what is surely ground give two
//! Gaussians, and those of the whole photo two palettes. The cell's own colour votes for one of the
//! Gaussians and for one of the palettes, and the votes are added to the network's log odds (Bayes,
//! with the map as the prior; the colour models of Rother et al. 2004, GrabCut, without its graph).
//! Where the network is sure, nobody votes.

use super::gaussian::{Gaussian, NOISE, moments};
use super::palette::Palette;
use crate::raster::field::{Field, window_means};
use crate::raster::{sigmoid, smaller};

/// The window's radius, as a part of the field's longer side.
const REACH: usize = 6;
/// The loudest vote of a window, nats.
const LOUDEST_NEAR: f32 = 6.0;
/// The loudest vote of the whole photo, nats.
const LOUDEST_FAR: f32 = 3.0;
/// How much more than a vote the network's own log odds count.
const TRUST: f32 = 3.0;
/// The network is never taken to be surer than this.
const SUREST: f32 = 0.98;
/// The share of a window, below which its colours say little.
const FEW: f32 = 0.1;
/// The palettes learn from every so many cells, in rows and in columns.
const EVERY: usize = 3;

pub(super) fn weigh_evidence(field: &mut Field<[f32; 4]>) {
    let Field { width, height, .. } = *field;
    let radius = (width.max(height) / REACH).max(1);
    let colours: Vec<[f32; 4]> = field.cells.iter().map(ycc).collect();
    let palettes = [subject, ground].map(|sureness| palette(&colours, width, sureness));
    let weighted = |index: usize| {
        let colour = &colours[index];
        let mut sums = [0.0; 16];
        sums[..8].copy_from_slice(&moments(colour, subject(colour) + 1e-4));
        sums[8..].copy_from_slice(&moments(colour, ground(colour) + 1e-4));
        sums
    };
    window_means(width, height, radius, weighted, |y, means| {
        let cells = &mut field.cells[y * width..][..width];
        for ((cell, means), colour) in cells.iter_mut().zip(means).zip(&colours[y * width..]) {
            let is_sure = !(1.0 - SUREST..=SUREST).contains(&cell[3]);
            let vote = if is_sure { 0.0 } else { near(means, colour) + far(&palettes, colour) };
            cell[3] = posterior(cell[3], vote);
        }
    });
}

/// How surely a cell is subject, squared.
fn subject(&[.., map]: &[f32; 4]) -> f32 {
    (2.0 * map - 1.0).clamp(0.0, 1.0).powi(2)
}

/// How surely a cell is ground, squared.
fn ground(&[.., map]: &[f32; 4]) -> f32 {
    (1.0 - 2.0 * map).clamp(0.0, 1.0).powi(2)
}

fn palette(colours: &[[f32; 4]], width: usize, sureness: fn(&[f32; 4]) -> f32) -> Option<Palette> {
    let rows = colours.chunks(width).step_by(EVERY);
    let cells = rows.flat_map(|row| row.iter().step_by(EVERY));
    let samples = cells.map(|cell| [cell[0], cell[1], cell[2], sureness(cell)]);
    Palette::of(samples.filter(|sample| sample[3] > 0.0).collect(), NOISE)
}

/// The log likelihood of the near subject's colours minus that of the near ground's, held and weighed
/// by how much of either there is around.
fn near(means: &[f32; 16], colour: &[f32; 4]) -> f32 {
    let (subject, ground) = means.split_at(8);
    let (subject, ground) = (Gaussian::of(subject, NOISE), Gaussian::of(ground, NOISE));
    let fewer = smaller(means[0], means[8]);
    let likelier = subject.distance(colour) - ground.distance(colour)
        + libm::logf(subject.volume() / ground.volume());
    (-0.5 * likelier).clamp(-LOUDEST_NEAR, LOUDEST_NEAR) * fewer / (fewer + FEW)
}

/// The same of the whole photo's palettes.
fn far([subject, ground]: &[Option<Palette>; 2], colour: &[f32; 4]) -> f32 {
    let (Some(subject), Some(ground)) = (subject, ground) else { return 0.0 };
    let likelier = subject.likelihood(colour) - ground.likelihood(colour);
    likelier.clamp(-LOUDEST_FAR, LOUDEST_FAR)
}

fn posterior(map: f32, vote: f32) -> f32 {
    let prior = map.clamp(1.0 - SUREST, SUREST);
    sigmoid(TRUST * libm::logf(prior / (1.0 - prior)) + vote)
}

/// BT.601 Y, Cb and Cr in [0, 1], and the cell's map.
pub(super) fn ycc(&[r, g, b, map]: &[f32; 4]) -> [f32; 4] {
    let y = 0.299 * r + 0.587 * g + 0.114 * b;
    [y, 0.564 * (b - y), 0.713 * (r - y), map]
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: usize = 240;

    /// Red on the left half, blue on the right; the map as `map` says.
    fn two_colours(map: impl Fn(usize) -> f32) -> Field<[f32; 4]> {
        let mut field = Field::<[f32; 4]>::new(WIDTH, 12);
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
    fn colours_of_the_whole_photo_decide_where_none_like_them_are_near() {
        let far = 190..210;
        let mut field = Field::<[f32; 4]>::new(WIDTH, 24);
        for (index, cell) in field.cells.iter_mut().enumerate() {
            let x = index % WIDTH;
            *cell = match x {
                ..60 => [0.8, 0.1, 0.1, 0.95],
                _ if far.contains(&x) => [0.8, 0.1, 0.1, 0.45],
                _ => [0.1, 0.1, 0.8, 0.05],
            };
        }
        weigh_evidence(&mut field);
        for (index, cell) in field.cells.iter().enumerate() {
            let x = index % WIDTH;
            assert_eq!(cell[3] > 0.5, x < 60 || far.contains(&x), "{index}: {}", cell[3]);
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
        let mut field = Field::<[f32; 4]>::new(30, 30);
        let maps: Vec<f32> = (0..900).map(|i| (i % 30) as f32 / 29.0).collect();
        field.cells.iter_mut().zip(&maps).for_each(|(cell, &map)| *cell = [0.5, 0.5, 0.5, map]);
        weigh_evidence(&mut field);
        for (cell, &map) in field.cells.iter().zip(&maps) {
            assert_eq!(cell[3] > 0.5, map > 0.5);
        }
    }
}
