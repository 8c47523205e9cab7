//! In: a [`Mask`] that says roughly where the subject is, its photo and the [`Ground`]. Out: the
//! mask with exact edges, `[height, width]` u8.
//!
//! Where ground and subject are sure, the mask becomes 0 and 255. Between them each pixel p gets
//! its share on the line from the local ground colour b to the local subject colour f,
//! `(p - b)(f - b) / |f - b|^2`: matting before a known ground (Smith and Blinn 1996). Where the
//! two colours are too alike, such as white on white, the mask stays as it was.

use super::cells::{Cell, Cells};
use super::flood::{Evenness, flood, is_shade, regions};
use super::ground::Ground;
use crate::options::Holes;
use crate::raster::field::between;
use crate::raster::{Image, Mask, larger, smaller};
use std::ops::Range;

/// The share of what the mask leaves that the flood reaches, at least: bars around a photo are not
/// the ground that the mask knows.
const REACHED: f32 = 0.7;
/// A mask this sure is solid, whatever its colour.
const SOLID: f32 = 0.97;
/// Regions of ground inside the subject are looked at from this many cells on, as a share of the
/// longer side.
const SMALLEST_HOLE: f32 = 0.02;
/// The fewest cells of ground between drawn lines or in a letter.
const SMALLEST_COUNTER: usize = 8;
/// How far from the mask's subject parts of it are looked for, as a share of the longer side.
const REACH: f32 = 0.025;
/// How deep see-through cells (hair, mesh) are looked into, as a share of the longer side.
const DEPTH: f32 = 0.02;
/// Colours closer than this, beyond the noise, say nothing about an edge; levels,
const ALIKE: f32 = 14.0;
/// and this much further apart they say everything.
const APART: f32 = 26.0;
/// A pixel this far off the line between ground and subject belongs to the subject, levels.
const OFF_LINE: f32 = 48.0;
/// The share from which a pixel is all subject: the subject's colours vary.
const CEILING: f32 = 0.9;
/// The rim between ground and subject in which every pixel is looked at, px.
const RIM_PX: usize = 3;

/// What is known of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Ground,
    Subject,
    /// No more than the mask says.
    Nothing,
}

/// One corner of the interpolation inside the band.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Node {
    ground: [f32; 3],
    subject: [f32; 3],
    /// How far the colours are believed against the mask, 0 to 1.
    trust: f32,
}

/// Sharpens `mask` by the colours of `photo`. A mask that leaves much else than `ground` stays as it
/// is. What the mask takes for the subject between drawn lines or in a letter is opened, but for
/// [`Holes::Fill`].
///
/// # Panics
/// When the sizes differ.
pub fn sharpen(mask: Mask, photo: &Image, ground: &Ground, holes: Holes) -> Mask {
    assert_eq!((photo.width(), photo.height()), (mask.width(), mask.height()));
    let means = means(&mask, ground.cell_px);
    let reached = flood(ground);
    let left = || means.iter().zip(&reached).filter(|(mean, _)| **mean < 0.5);
    let found = left().filter(|(_, is_reached)| **is_reached).count();
    if (found as f32) < REACHED * left().count() as f32 {
        return mask;
    }
    refine(mask, &means, &reached, photo, ground, holes)
}

/// [`sharpen`], given the mask's mean in each cell and where the [`flood`] went.
pub(super) fn refine(
    mut mask: Mask,
    means: &[f32],
    reached: &[bool],
    photo: &Image,
    ground: &Ground,
    holes: Holes,
) -> Mask {
    let Ground { cells, cell_px: size, .. } = ground;
    let known = judge(ground, means, reached, holes);
    let band = band(ground, means, &known);
    let nodes = nodes(ground, &known, &band);
    let width = photo.width() as usize;
    let strips = mask.values_mut().chunks_mut(width * size);
    let photo_strips = photo.pixels().chunks(4 * width * size);
    for (row, (values, pixels)) in strips.zip(photo_strips).enumerate() {
        for run in runs(row * cells.width..(row + 1) * cells.width, &known, &band) {
            let columns = run.start - row * cells.width..run.end - row * cells.width;
            let span = columns.start * size..(columns.end * size).min(width);
            if band[run.start] {
                let rows = values.chunks_exact_mut(width).zip(pixels.chunks_exact(4 * width));
                for (y, (values, pixels)) in rows.enumerate() {
                    let place = Place { ground, nodes: &nodes };
                    place.matte(row, y, columns.clone(), pixels, values);
                }
            } else if known[run.start] != Known::Nothing {
                let value = if known[run.start] == Known::Subject { 255 } else { 0 };
                values.chunks_exact_mut(width).for_each(|row| row[span.clone()].fill(value));
            }
        }
    }
    mask
}

/// The cells of a row in runs of one kind.
fn runs(row: Range<usize>, known: &[Known], band: &[bool]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for at in row {
        match runs.last_mut() {
            Some(run) if (known[run.start], band[run.start]) == (known[at], band[at]) => {
                run.end = at + 1;
            }
            _ => runs.push(at..at + 1),
        }
    }
    runs
}

/// The mask's mean in each cell, 0 to 1.
fn means(mask: &Mask, cell_px: usize) -> Vec<f32> {
    let width = mask.width() as usize;
    let mut means = Vec::new();
    let mut sums = vec![0_u16; width];
    for strip in mask.values().chunks(width * cell_px) {
        sums.fill(0);
        for row in strip.chunks_exact(width) {
            for (sum, &value) in sums.iter_mut().zip(row) {
                *sum += u16::from(value);
            }
        }
        let rows = strip.len() / width;
        means.extend(sums.chunks(cell_px).map(|sums| {
            let sum: u32 = sums.iter().map(|&sum| u32::from(sum)).sum();
            sum as f32 / (255 * sums.len() * rows) as f32
        }));
    }
    means
}

/// Weighs flood, colour and mask against each other.
fn judge(ground: &Ground, means: &[f32], reached: &[bool], holes: Holes) -> Vec<Known> {
    let cells = &ground.cells;
    let subject = means.iter().map(|&mean| mean >= 0.5).collect();
    let near = grow(cells, subject, share_of(cells, REACH), |_| true);
    let is_sure = |at: usize| reached[at] && means[at] <= 0.5 && ground.is_plain(at);
    let sure: Vec<usize> = (0..means.len()).filter(|&at| is_sure(at)).collect();
    let even = Evenness::of(ground, &sure);
    let judge = |at: usize| match (reached[at], means[at]) {
        (true, mean) if mean <= 0.5 => Known::Ground,
        (true, _) => Known::Nothing,
        (false, mean) if mean >= SOLID => Known::Subject,
        (false, _) if ground.is_plain(at) => Known::Nothing,
        (false, mean) if mean < 0.5 && (!near[at] || is_shade(ground, at)) => Known::Nothing,
        (false, _) => Known::Subject,
    };
    let mut known: Vec<Known> = (0..means.len()).map(judge).collect();
    let faint = 2.0 * ground.tolerance + 2.0;
    let doubtful = regions(ground, 1, |at| {
        known[at] == Known::Nothing && reached[at] && ground.residual(at) <= faint
    });
    let counters = match holes {
        Holes::Fill => vec![],
        _ => regions(ground, SMALLEST_COUNTER, |at| !reached[at] && ground.is_plain(at)),
    };
    let holes = regions(ground, share_of(cells, SMALLEST_HOLE), |at| {
        known[at] == Known::Nothing && !reached[at] && ground.is_plain(at)
    });
    let open = doubtful.iter().filter(|region| even.is_like(ground, region));
    let holes = holes.iter().filter(|region| even.holds(ground, region));
    let counters = counters.iter().filter(|region| even.is_inked_around(ground, region));
    for region in open.chain(holes).chain(counters) {
        region.iter().for_each(|&at| known[at] = Known::Ground);
    }
    known
}

/// The subject's cells that may show ground too: its rim, and where hair or mesh lets ground through.
fn band(ground: &Ground, means: &[f32], known: &[Known]) -> Vec<bool> {
    let cells = &ground.cells;
    let is_ground: Vec<bool> = known.iter().map(|&known| known == Known::Ground).collect();
    let is_mixed = |at: usize| {
        let (Cell { low, high, .. }, colour) = (cells.cells[at], ground.at(at));
        known[at] == Known::Subject
            && means[at] < SOLID
            && (0..3).all(|c| {
                f32::from(low[c]) <= colour[c] + ground.tolerance
                    && f32::from(high[c]) >= colour[c] - ground.tolerance
            })
    };
    let rim = RIM_PX.div_ceil(ground.cell_px);
    let rim = grow(cells, is_ground.clone(), rim, |at| known[at] == Known::Subject);
    let mixed = grow(cells, is_ground.clone(), share_of(cells, DEPTH), is_mixed);
    (0..known.len()).map(|at| !is_ground[at] && (rim[at] || mixed[at])).collect()
}

/// The colours on both sides of every edge, and how far they are believed.
fn nodes(ground: &Ground, known: &[Known], band: &[bool]) -> Vec<Node> {
    let cells = &ground.cells;
    let mean_if = |is_seed: &dyn Fn(usize) -> bool| {
        (0..known.len()).map(|at| is_seed(at).then(|| cells.cells[at].mean)).collect()
    };
    let steps = share_of(cells, DEPTH) + RIM_PX + 1;
    let outside = spread(cells, mean_if(&|at| known[at] == Known::Ground), steps);
    let inside = spread(cells, mean_if(&|at| known[at] == Known::Subject && !band[at]), steps);
    let node = |at: usize| {
        let colour = outside[at].unwrap_or_else(|| ground.at(at));
        let subject = inside[at].unwrap_or_else(|| farthest(&cells.cells[at], colour));
        let apart = (0..3).map(|c| (subject[c] - colour[c]).abs()).fold(0.0, larger);
        let trust = match known[at] {
            Known::Nothing => 0.0,
            _ => ((apart - ground.grain - ALIKE) / (APART - ALIKE)).clamp(0.0, 1.0),
        };
        Node { ground: colour, subject, trust }
    };
    (0..known.len()).map(node).collect()
}

/// The colour in a cell that is farthest from `ground`, channel by channel.
fn farthest(cell: &Cell, ground: [f32; 3]) -> [f32; 3] {
    [0, 1, 2].map(|c| {
        let (low, high) = (f32::from(cell.low[c]), f32::from(cell.high[c]));
        if high - ground[c] > ground[c] - low { high } else { low }
    })
}

/// Gives the colours to the cells around them, up to `steps` away, each the mean of those it touches.
fn spread(
    cells: &Cells,
    mut colours: Vec<Option<[f32; 3]>>,
    steps: usize,
) -> Vec<Option<[f32; 3]>> {
    let mut front = cells.rim(|at| colours[at].is_some());
    for _ in 0..steps {
        let mut next: Vec<usize> = front.iter().flat_map(|&at| cells.around(at)).collect();
        next.retain(|&at| colours[at].is_none());
        next.sort_unstable();
        next.dedup();
        let found: Vec<[f32; 3]> = next
            .iter()
            .map(|&at| {
                let (mut sum, mut count) = ([0.0; 3], 0.0);
                for colour in cells.around(at).filter_map(|to| colours[to]) {
                    sum = [0, 1, 2].map(|c| sum[c] + colour[c]);
                    count += 1.0;
                }
                sum.map(|sum| sum / count)
            })
            .collect();
        for (&at, colour) in next.iter().zip(found) {
            colours[at] = Some(colour);
        }
        front = next;
    }
    colours
}

/// A share of the longer side, in cells.
fn share_of(cells: &Cells, share: f32) -> usize {
    (share * cells.width.max(cells.height) as f32) as usize + 1
}

/// The band and its nodes.
struct Place<'a> {
    ground: &'a Ground,
    nodes: &'a [Node],
}

impl Place<'_> {
    /// Mattes row `y` of the cells in `columns` of `row`: `pixels` RGBA8 and `values` are one row of
    /// the photo and the mask.
    fn matte(&self, row: usize, y: usize, columns: Range<usize>, pixels: &[u8], values: &mut [u8]) {
        let Ground { cells: Cells { width, height, .. }, cell_px: size, grain, .. } = *self.ground;
        let (top, bottom, down) = between(row as f32 + (y as f32 + 0.5) / size as f32, height);
        let node = |column: usize| {
            self.nodes[top * width + column].mix(&self.nodes[bottom * width + column], down)
        };
        for column in columns {
            let around = [column.saturating_sub(1), column, (column + 1).min(width - 1)].map(node);
            if around.iter().all(|node| node.trust == 0.0) {
                continue;
            }
            let span = column * size..((column + 1) * size).min(values.len());
            let pixels = pixels[4 * span.start..4 * span.end].chunks_exact(4);
            for (x, (pixel, value)) in pixels.zip(&mut values[span]).enumerate() {
                let offset = (x as f32 + 0.5) / size as f32 - 0.5;
                let node = if offset < 0.0 {
                    around[0].mix(&around[1], 1.0 + offset)
                } else {
                    around[1].mix(&around[2], offset)
                };
                let alpha = node.share([pixel[0], pixel[1], pixel[2]].map(f32::from), grain);
                let before = f32::from(*value) / 255.0;
                *value = (255.0 * (before + node.trust * (alpha - before)) + 0.5) as u8;
            }
        }
    }
}

impl Node {
    fn mix(&self, other: &Self, share: f32) -> Self {
        let mix = |a: f32, b: f32| a + share * (b - a);
        Self {
            ground: [0, 1, 2].map(|c| mix(self.ground[c], other.ground[c])),
            subject: [0, 1, 2].map(|c| mix(self.subject[c], other.subject[c])),
            trust: mix(self.trust, other.trust),
        }
    }

    /// How much of a pixel of `colour` is subject, 0 to 1.
    fn share(&self, colour: [f32; 3], noise: f32) -> f32 {
        let dot = |a: [f32; 3], b: [f32; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
        let line = [0, 1, 2].map(|c| self.subject[c] - self.ground[c]);
        let from = [0, 1, 2].map(|c| colour[c] - self.ground[c]);
        let power = larger(dot(line, line), 1.0);
        let along = dot(from, line) / power;
        let off = [0, 1, 2].map(|c| from[c] - along * line[c]);
        let other = (dot(off, off).sqrt() - noise) / OFF_LINE;
        let floor = smaller(noise / power.sqrt(), 0.4);
        ((larger(along, other) - floor) / (CEILING - floor)).clamp(0.0, 1.0)
    }
}

/// `seed` and the cells around it up to `steps` away that `takes` lets in.
fn grow(
    cells: &Cells,
    mut seed: Vec<bool>,
    steps: usize,
    takes: impl Fn(usize) -> bool,
) -> Vec<bool> {
    let mut front = cells.rim(|at| seed[at]);
    for _ in 0..steps {
        let mut next = Vec::new();
        for at in front {
            for to in cells.around(at) {
                if !seed[to] && takes(to) {
                    seed[to] = true;
                    next.push(to);
                }
            }
        }
        front = next;
    }
    seed
}
