//! In: a [`Ground`]. Out: which of its cells are ground, found by a flood from the photo's border,
//! `[rows, columns]` bool.
//!
//! The flood runs through cells of the ground's colour and, in small steps, through its shadows:
//! the ground's colour made darker or lighter (the colour line of shadow removal, as in Horprasert
//! et al. 1999). It stops at edges, so that a grey garment on grey stays.

use super::ground::Ground;

/// How dark a shadow and how light a glow the flood runs through, as shares of the ground.
const SHADES: std::ops::RangeInclusive<f32> = 0.45..=1.15;
/// How much darker the next cell of a shadow may be, levels.
const STEP: f32 = 4.0;
/// How much less even than the ground a region may be, levels.
const AIR: f32 = 1.5;
/// What differs this much more than the tolerance is an edge, levels.
const EDGE: f32 = 10.0;
/// The share of a hole's outline that is edge, at least.
const EDGE_SHARE: f32 = 0.6;
/// Ink differs this much from the ground, levels,
const INK: f32 = 40.0;
/// so many cells from a region's outline,
const INK_REACH: usize = 2;
/// along this share of it, at least.
const INK_SHARE: f32 = 0.9;
/// A ground darker than this has no shadows to speak of, levels.
const DARKEST_LIT: f32 = 40.0;

/// Floods `ground` from its border.
pub(super) fn flood(ground: &Ground) -> Vec<bool> {
    let cells = &ground.cells;
    let mut found: Vec<usize> =
        (0..cells.cells.len()).filter(|&at| cells.is_border(at) && ground.is_plain(at)).collect();
    let mut reached = vec![false; cells.cells.len()];
    found.iter().for_each(|&at| reached[at] = true);
    cells.flood(&mut found, |from, to| {
        let takes = !reached[to] && (ground.is_plain(to) || is_shaded_step(ground, from, to));
        reached[to] |= takes;
        takes
    });
    reached
}

fn is_shaded_step(ground: &Ground, from: usize, to: usize) -> bool {
    let (before, cell) = (ground.cells.cells[from], ground.cells.cells[to]);
    let is_close = (0..3).all(|c| {
        (before.mean[c] - cell.mean[c]).abs() <= STEP
            && f32::from(cell.high[c] - cell.low[c]) <= 2.0 * STEP + ground.noise()
    });
    is_close && is_shade(ground, to)
}

/// Whether a cell has the ground's colour but for its brightness.
pub(super) fn is_shade(ground: &Ground, cell: usize) -> bool {
    let (colour, mean) = (ground.at(cell), ground.cells.cells[cell].mean);
    let dot = |a: [f32; 3], b: [f32; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    let power = dot(colour, colour);
    if power < 3.0 * DARKEST_LIT * DARKEST_LIT {
        return false;
    }
    let shade = dot(mean, colour) / power;
    SHADES.contains(&shade)
        && (0..3).all(|c| (mean[c] - shade * colour[c]).abs() <= ground.tolerance + 3.0)
}

/// Tells ground that the subject surrounds, or that the mask takes for the subject, from white
/// garments on white: a whole region of it is as even as the ground elsewhere.
pub(super) struct Evenness {
    residual: f32,
    span: f32,
}

impl Evenness {
    /// That of the cells in `sure`, which are plain.
    pub(super) fn of(ground: &Ground, sure: &[usize]) -> Self {
        let mean = |what: &dyn Fn(usize) -> f32| {
            sure.iter().map(|&at| what(at)).sum::<f32>() / sure.len().max(1) as f32
        };
        Self { residual: mean(&|at| ground.residual(at)), span: mean(&|at| ground.span(at)) }
    }

    /// Whether `region` is as even as this, with some air.
    pub(super) fn is_like(&self, ground: &Ground, region: &[usize]) -> bool {
        let other = Self::of(ground, region);
        other.residual <= 1.5 * self.residual + AIR && other.span <= 1.5 * self.span + 2.0 * AIR
    }

    /// Whether `region` is as even as this, hardly any less, and lies between drawn lines or in a letter. Such
    /// is the ground, however sure a mask is of it.
    pub(super) fn is_inked_around(&self, ground: &Ground, region: &[usize]) -> bool {
        Self::of(ground, region).residual <= 1.25 * self.residual + 0.3 && has_ink(ground, region)
    }

    /// Whether `region` is as even as this and ends at edges.
    pub(super) fn holds(&self, ground: &Ground, region: &[usize]) -> bool {
        self.is_like(ground, region) && ends_at_edges(ground, region)
    }
}

/// Whether most cells around `region` that are not plain differ clearly from the ground.
fn ends_at_edges(ground: &Ground, region: &[usize]) -> bool {
    let around = region.iter().flat_map(|&at| ground.cells.around(at));
    let residuals: Vec<f32> =
        around.filter(|&at| !ground.is_plain(at)).map(|at| ground.residual(at)).collect();
    let clear = residuals.iter().filter(|&&residual| residual > EDGE + ground.tolerance).count();
    clear as f32 >= EDGE_SHARE * residuals.len() as f32
}

/// Whether ink lies all around `region`.
fn has_ink(ground: &Ground, region: &[usize]) -> bool {
    let cells = &ground.cells;
    let is_ink = |at: usize| !ground.is_plain(at) && ground.span(at) > INK;
    let is_near = |at: usize| {
        let mut near = vec![at];
        for _ in 0..INK_REACH {
            near = near.iter().flat_map(|&at| cells.around(at).chain([at])).collect();
        }
        near.into_iter().any(is_ink)
    };
    let mut around: Vec<usize> = region.iter().flat_map(|&at| cells.around(at)).collect();
    around.retain(|&at| !ground.is_plain(at));
    around.sort_unstable();
    around.dedup();
    let inked = around.iter().filter(|&&at| is_near(at)).count();
    inked as f32 >= INK_SHARE * around.len() as f32
}

/// The connected regions of `cells` that `takes` lets in, of at least `least` cells.
pub(super) fn regions(
    ground: &Ground,
    least: usize,
    takes: impl Fn(usize) -> bool,
) -> Vec<Vec<usize>> {
    let mut regions = ground.cells.parts(takes);
    regions.retain(|region| region.len() >= least);
    regions
}
