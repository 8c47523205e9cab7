//! In: the [`Cells`] of a photo. Out: the [`Ground`], a smooth surface of colour, or why the photo
//! has none.
//!
//! Each channel is a polynomial of second order in x and y, fitted to the cells along the photo's
//! border by trimmed least squares from several starts, since a subject may hide any part of it.

use super::cells::{Cell, Cells};
use super::surface::{Surface, TRIMS, distance};
use crate::raster::{Image, larger};

/// The width of the border that is looked at, as a share of the longer side.
const BORDER: f32 = 0.015;
/// The share of the border's cells that the ground explains, at least.
const BORDER_SHARE: f32 = 0.55;
/// One in so many of the border's cells says whether a fit is worth its time, and which.
const SAMPLE: usize = 4;
/// Starts closer than this are one, levels.
const SAME_START: f32 = 8.0;
/// A subject cuts the border in at most so many places.
const MOST_GAPS: usize = 7;
/// Cells further from the ground than this do not count when its noise is measured, levels.
const WIDEST_TOLERANCE: f32 = 12.0;
/// The largest tolerance of a plain ground, levels.
const ROUGHEST: f32 = 8.0;
/// The largest noise of a plain ground, levels.
const COARSEST: f32 = 40.0;

/// The share of two sides along which a drawn frame is equally deep, at least,
const FRAME_SHARE: f32 = 0.95;
/// and how deep it is at most, as a share of the photo.
const FRAME_DEPTH: f32 = 0.4;

/// The colour of a plain ground at every place of its photo.
#[derive(Clone, PartialEq)]
pub struct Ground {
    fit: Fit,
    /// How far the mean of a ground cell lies from the surface, levels.
    pub(super) tolerance: f32,
    /// How far any pixel of the photo that shows ground lies from the surface, levels.
    pub(super) grain: f32,
    pub(super) cells: Cells,
    /// The side of a cell, px of the photo.
    pub(super) cell_px: usize,
    /// The surface at each cell's middle.
    colours: Vec<[f32; 3]>,
    is_plain: Vec<bool>,
}

impl std::fmt::Debug for Ground {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { fit, grain, .. } = self;
        f.debug_struct("Ground").field("fit", fit).field("grain", grain).finish_non_exhaustive()
    }
}

impl Ground {
    /// The ground's colour at a place of the photo, px, whether or not the subject hides it: sRGB,
    /// 0 to 255. The ground's shadows are not part of it.
    pub fn colour(&self, x: u32, y: u32) -> [f32; 3] {
        let place = |at: u32| (at as f32 + 0.5) / self.cell_px as f32 - 0.5;
        self.fit.surface.colour(place(x), place(y))
    }

    /// How far the photo's border strays from the surface, the median, levels.
    pub(crate) fn deviation(&self) -> f32 {
        self.fit.deviation
    }

    /// The ground's colour at the middle of a cell.
    pub(super) fn at(&self, cell: usize) -> [f32; 3] {
        self.colours[cell]
    }

    /// How far the mean of `cell` lies from the ground, levels.
    pub(super) fn residual(&self, cell: usize) -> f32 {
        distance(self.cells.cells[cell].mean, self.colours[cell])
    }

    /// How far anything in `cell` lies from the ground, levels.
    pub(super) fn span(&self, cell: usize) -> f32 {
        span(&self.cells.cells[cell], self.colours[cell])
    }

    /// How far anything in a cell of ground lies from the surface, levels.
    pub(super) fn noise(&self) -> f32 {
        self.fit.noise
    }

    /// Whether `cell` shows nothing but ground, unshaded.
    pub(super) fn is_plain(&self, cell: usize) -> bool {
        self.is_plain[cell]
    }

    /// Finds the ground of `photo` by its border.
    pub(super) fn of(
        cells: Cells,
        cell_px: usize,
        photo: &Image,
    ) -> std::result::Result<Self, String> {
        let (columns, rows) = (cells.width, cells.height);
        if columns < 8 || rows < 8 {
            return Err(format!("the photo is only {columns}x{rows} px"));
        }
        let border = border(&cells);
        let sample: Vec<usize> = border.iter().copied().step_by(SAMPLE).collect();
        let is_rough = |&&at: &&usize| {
            let Cell { low, high, .. } = &cells.cells[at];
            (0..3).any(|c| f32::from(high[c] - low[c]) > 2.0 * COARSEST)
        };
        let smooth = 1.0 - share(&sample, is_rough);
        if smooth < BORDER_SHARE {
            let percent = 100.0 * smooth;
            return Err(format!("only {percent:.0} % of the photo's border are smooth"));
        }
        let (explained, surface) = starts(&cells)
            .into_iter()
            .map(|start| {
                let surface = Surface::flat(&cells, start).fit(&cells, &sample, &TRIMS);
                (share(&sample, |&&at| surface.residual(&cells, at) <= WIDEST_TOLERANCE), surface)
            })
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .expect("there is a start");
        if explained < BORDER_SHARE {
            return Err(explains(explained));
        }
        let fit = Fit::new(surface.fit(&cells, &border, &TRIMS[3..]), &cells, &border);
        fit.check(&cells, &border)?;
        let colours: Vec<_> = (0..cells.cells.len()).map(|at| fit.surface.at(&cells, at)).collect();
        let is_plain: Vec<_> =
            cells.cells.iter().zip(&colours).map(|(cell, &at)| fit.holds(cell, at)).collect();
        if is_framed(&is_plain, columns, rows) {
            return Err("it is a frame drawn around the photo".to_owned());
        }
        let mut ground = Self {
            tolerance: fit.tolerance,
            grain: fit.noise,
            fit,
            cells,
            cell_px,
            colours,
            is_plain,
        };
        ground.grain = larger(ground.grain(photo, &border), ground.grain);
        Ok(ground)
    }

    /// [`Fit::noise`] of the photo's own pixels, which the cells have averaged.
    fn grain(&self, photo: &Image, border: &[usize]) -> f32 {
        let (width, size) = (photo.width() as usize, self.cell_px);
        let spans = border.iter().filter(|&&at| self.is_plain(at)).step_by(SAMPLE).map(|&at| {
            let (left, top) = (at % self.cells.width * size, at / self.cells.width * size);
            let rows = photo.pixels().chunks_exact(4 * width).skip(top).take(size);
            let mut cell = Cell { mean: [0.0; 3], low: [255; 3], high: [0; 3] };
            for row in rows {
                for pixel in row[4 * left..4 * (left + size).min(width)].chunks_exact(4) {
                    let bounds = cell.low.iter_mut().zip(&mut cell.high);
                    for ((low, high), &value) in bounds.zip(pixel) {
                        *low = value.min(*low);
                        *high = value.max(*high);
                    }
                }
            }
            span(&cell, self.colours[at])
        });
        2.0 * median(&mut spans.collect::<Vec<_>>())
    }
}

/// A surface and how closely the border follows it.
#[derive(Debug, Clone, PartialEq)]
struct Fit {
    surface: Surface,
    /// See [`Ground::deviation`].
    deviation: f32,
    /// See [`Ground`].
    tolerance: f32,
    /// See [`Ground::noise`].
    noise: f32,
}

impl Fit {
    /// Measures the tolerances on the cells of the border that `surface` explains.
    fn new(surface: Surface, cells: &Cells, border: &[usize]) -> Self {
        let (mut residuals, mut spans) = (vec![], vec![]);
        for &at in border {
            let (cell, colour) = (&cells.cells[at], surface.at(cells, at));
            let residual = distance(cell.mean, colour);
            if residual <= WIDEST_TOLERANCE {
                residuals.push(residual);
                spans.push(span(cell, colour));
            }
        }
        let deviation = median(&mut residuals);
        let tolerance = larger(2.5 * deviation + 2.0, 3.0);
        let noise = larger(2.0 * median(&mut spans), tolerance + 3.0);
        Self { surface, deviation, tolerance, noise }
    }

    /// Whether `cell` shows nothing but ground of this `colour`.
    fn holds(&self, cell: &Cell, colour: [f32; 3]) -> bool {
        distance(cell.mean, colour) <= self.tolerance && span(cell, colour) <= self.noise
    }

    fn check(&self, cells: &Cells, border: &[usize]) -> std::result::Result<(), String> {
        let (columns, rows) = (cells.width, cells.height);
        if self.tolerance > ROUGHEST {
            return Err(format!("it is uneven by {:.0} levels of 255", self.tolerance));
        }
        if self.noise > COARSEST {
            return Err(format!("it is textured by {:.0} levels of 255", self.noise));
        }
        let is_plain = |at: usize| self.holds(&cells.cells[at], self.surface.at(cells, at));
        let explained = share(border, |&&at| is_plain(at));
        if explained < BORDER_SHARE {
            return Err(explains(explained));
        }
        let gaps = gaps(&outline(columns, rows).map(is_plain).collect::<Vec<_>>());
        if gaps > MOST_GAPS {
            return Err(format!("it breaks off {gaps} times along the photo's border"));
        }
        let corners = [0, columns - 1, columns * (rows - 1), columns * rows - 1];
        let plain = corners.into_iter().filter(|&at| is_plain(at)).count();
        if plain < 3 {
            return Err(format!("it shows in {plain} of the photo's corners"));
        }
        Ok(())
    }
}

fn explains(share: f32) -> String {
    format!("one colour explains {:.0} % of the photo's border", 100.0 * share)
}

fn share(cells: &[usize], is_so: impl Fn(&&usize) -> bool) -> f32 {
    cells.iter().filter(is_so).count() as f32 / cells.len() as f32
}

/// How far anything in `cell` lies from `colour`, levels.
fn span(Cell { low, high, .. }: &Cell, colour: [f32; 3]) -> f32 {
    larger(distance(low.map(f32::from), colour), distance(high.map(f32::from), colour))
}

/// Every cell along the border.
fn border(cells: &Cells) -> Vec<usize> {
    let (columns, rows) = (cells.width, cells.height);
    let width = ((columns.max(rows) as f32 * BORDER) as usize).max(1);
    let is_border =
        |x: usize, y: usize| x.min(columns - 1 - x) < width || y.min(rows - 1 - y) < width;
    (0..columns * rows).filter(|at| is_border(at % columns, at / columns)).collect()
}

/// The outermost cells, clockwise from the top left.
fn outline(columns: usize, rows: usize) -> impl Iterator<Item = usize> {
    let last = columns * rows - 1;
    let down = (1..rows).map(move |y| y * columns - 1 + columns);
    let back = (1..columns).map(move |x| last - x);
    let up = (1..rows - 1).map(move |y| (rows - 1 - y) * columns);
    (0..columns).chain(down).chain(back).chain(up)
}

/// Whether the plain cells end along straight lines above and below or to the left and the right.
/// A frame that is deep on all four sides is no different from a picture on a wall, and stays.
fn is_framed(is_plain: &[bool], columns: usize, rows: usize) -> bool {
    let are_bars = |length: usize, across: usize, at: &dyn Fn(usize, usize) -> usize| {
        let near = straight(length, across, |x, depth| is_plain[at(x, depth)]);
        let far = straight(length, across, |x, depth| is_plain[at(x, across - 1 - depth)]);
        (near + far) as f32 >= FRAME_SHARE * (2 * length) as f32
    };
    are_bars(columns, rows, &|x, y| y * columns + x)
        || are_bars(rows, columns, &|y, x| y * columns + x)
}

/// Along how much of a side, `length` cells long, the plain cells reach equally deep, up to one.
fn straight(length: usize, across: usize, is_plain: impl Fn(usize, usize) -> bool) -> usize {
    let depth = |at: usize| (0..across).take_while(|&depth| is_plain(at, depth)).count();
    let mut depths: Vec<usize> = (0..length).map(depth).collect();
    let (_, &mut median, _) = depths.select_nth_unstable(length / 2);
    if median == 0 || median as f32 > FRAME_DEPTH * across as f32 {
        return 0;
    }
    depths.iter().filter(|depth| depth.abs_diff(median) <= 1).count()
}

/// How often `is_plain` breaks off for half a hundredth of the way around or more.
fn gaps(is_plain: &[bool]) -> usize {
    let least = is_plain.len() / 200 + 1;
    is_plain.split(|&is_plain| is_plain).filter(|gap| gap.len() >= least).count()
}

/// The median colours around the middle of the photo's corners and sides, and their median.
fn starts(cells: &Cells) -> Vec<[f32; 3]> {
    let (columns, rows) = (cells.width, cells.height);
    let reach = columns.max(rows).div_ceil(24);
    let thirds = |length: usize| [0, length / 2, length - 1];
    let mut starts = Vec::new();
    for (j, y) in thirds(rows).into_iter().enumerate() {
        for (i, x) in thirds(columns).into_iter().enumerate() {
            if (i, j) == (1, 1) {
                continue;
            }
            let mut found = Vec::new();
            for y in y.saturating_sub(reach)..=(y + reach).min(rows - 1) {
                let row = y * columns;
                found.extend(row + x.saturating_sub(reach)..=row + (x + reach).min(columns - 1));
            }
            let median_of = |c: usize| {
                median(&mut found.iter().map(|&at| cells.cells[at].mean[c]).collect::<Vec<_>>())
            };
            starts.push([0, 1, 2].map(median_of));
        }
    }
    starts.push(
        [0, 1, 2].map(|c| median(&mut starts.iter().map(|start| start[c]).collect::<Vec<_>>())),
    );
    let mut apart: Vec<[f32; 3]> = Vec::new();
    for start in starts {
        if apart.iter().all(|&other| distance(start, other) > SAME_START) {
            apart.push(start);
        }
    }
    apart
}

fn median(values: &mut [f32]) -> f32 {
    if values.is_empty() {
        return 0.0;
    }
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f32::total_cmp).1
}
