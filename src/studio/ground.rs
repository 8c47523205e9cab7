//! In: the [`Cells`] of a photo. Out: the [`Ground`], a smooth surface of colour, or why the photo
//! has none.
//!
//! Each channel is a polynomial of second order in x and y, fitted to the cells along the photo's
//! border by trimmed least squares from several starts, since a subject may hide any part of it;
//! then to all cells that the first fit explains.

use super::cells::{Cell, Cells};

/// The width of the border that is looked at, as a share of the longer side.
const BORDER: f32 = 0.015;
/// The share of the border's cells that the ground explains, at least.
const BORDER_SHARE: f32 = 0.55;
/// A subject cuts the border in at most so many places.
const MOST_GAPS: usize = 7;
/// Cells further from the ground than this do not count when its noise is measured, levels.
const WIDEST_TOLERANCE: f32 = 12.0;
/// The largest tolerance of a plain ground, levels.
const ROUGHEST: f32 = 8.0;
/// The largest noise of a plain ground, levels.
const COARSEST: f32 = 40.0;
/// Residuals at which cells leave the fit, levels, and the terms of the polynomial by then.
const TRIMS: [(f32, usize); 5] = [(60.0, 1), (40.0, 3), (24.0, 3), (16.0, 6), (10.0, 6)];
/// Holds back the second-order terms where a side of the photo shows no ground.
const RIDGE: f64 = 2e-3;

const TERMS: usize = 6;

/// The colour of a plain ground at every place of its photo.
#[derive(Clone, PartialEq)]
pub struct Ground {
    surface: Surface,
    /// How far the mean of a ground cell lies from the surface, levels.
    pub(super) tolerance: f32,
    /// How far any pixel of a ground cell lies from the surface, levels.
    pub(super) noise: f32,
    pub(super) cells: Cells,
    /// The surface at each cell's middle.
    colours: Vec<[f32; 3]>,
}

impl std::fmt::Debug for Ground {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { surface, tolerance, noise, .. } = self;
        f.debug_struct("Ground")
            .field("surface", surface)
            .field("tolerance", tolerance)
            .field("noise", noise)
            .finish_non_exhaustive()
    }
}

impl Ground {
    /// The ground's colour at a place of the photo, px, whether or not the subject hides it: sRGB,
    /// 0 to 255. The ground's shadows are not part of it.
    pub fn colour(&self, x: u32, y: u32) -> [f32; 3] {
        let place = |at: u32| (at as f32 + 0.5) / self.cells.size as f32 - 0.5;
        self.surface.colour(place(x), place(y))
    }

    /// The ground's colour at the middle of a cell.
    pub(super) fn at(&self, cell: usize) -> [f32; 3] {
        self.colours[cell]
    }

    /// How far the mean of `cell` lies from the ground, levels.
    pub(super) fn residual(&self, cell: usize) -> f32 {
        distance(self.cells.cells[cell].mean, self.colours[cell])
    }

    /// How far any pixel of `cell` lies from the ground, levels.
    pub(super) fn span(&self, cell: usize) -> f32 {
        let (Cell { low, high, .. }, colour) = (self.cells.cells[cell], self.colours[cell]);
        distance(low.map(f32::from), colour).max(distance(high.map(f32::from), colour))
    }

    /// Whether `cell` shows nothing but ground, unshaded.
    pub(super) fn is_plain(&self, cell: usize) -> bool {
        self.residual(cell) <= self.tolerance && self.span(cell) <= self.noise
    }

    /// Finds the ground of a photo by its border.
    pub(super) fn of(cells: Cells) -> std::result::Result<Self, String> {
        let border = border(&cells);
        let surface = starts(&cells)
            .into_iter()
            .map(|start| Surface::flat(&cells, start).fit(&cells, &border, &TRIMS))
            .max_by_key(|surface| {
                border
                    .iter()
                    .filter(|&&at| surface.residual(&cells, at) <= WIDEST_TOLERANCE)
                    .count()
            })
            .expect("there are nine starts");
        let mut ground = Self::new(surface, cells, &border);
        let everywhere: Vec<usize> = (0..ground.cells.cells.len()).collect();
        let trim = (ground.tolerance.min(WIDEST_TOLERANCE), TERMS);
        let surface = ground.surface.fit(&ground.cells, &everywhere, &[trim; 2]);
        ground = Self::new(surface, ground.cells, &border);
        ground.check(&border)?;
        Ok(ground)
    }

    /// Measures the tolerances on the cells of the border that `surface` explains.
    fn new(surface: Surface, cells: Cells, border: &[usize]) -> Self {
        let colours = (0..cells.cells.len()).map(|at| surface.at(&cells, at)).collect();
        let mut ground = Self { surface, tolerance: 0.0, noise: 0.0, cells, colours };
        let explained = |&&at: &&usize| ground.residual(at) <= WIDEST_TOLERANCE;
        let measure = |what: &dyn Fn(usize) -> f32| {
            median(&mut border.iter().filter(explained).map(|&at| what(at)).collect::<Vec<_>>())
        };
        let (residual, span) = (measure(&|at| ground.residual(at)), measure(&|at| ground.span(at)));
        ground.tolerance = (2.5 * residual + 2.0).max(3.0);
        ground.noise = (2.0 * span).max(ground.tolerance + 3.0);
        ground
    }

    fn check(&self, border: &[usize]) -> std::result::Result<(), String> {
        let (columns, rows) = (self.cells.columns, self.cells.rows);
        if columns < 8 || rows < 8 {
            return Err(format!("the photo is only {columns}x{rows} px"));
        }
        if self.tolerance > ROUGHEST {
            return Err(format!("it is uneven by {:.0} levels of 255", self.tolerance));
        }
        if self.noise > COARSEST {
            return Err(format!("it is textured by {:.0} levels of 255", self.noise));
        }
        let plain = border.iter().filter(|&&at| self.is_plain(at)).count();
        let share = plain as f32 / border.len() as f32;
        if share < BORDER_SHARE {
            let percent = 100.0 * share;
            return Err(format!("one colour explains {percent:.0} % of the photo's border"));
        }
        let gaps = gaps(&outline(columns, rows).map(|at| self.is_plain(at)).collect::<Vec<_>>());
        if gaps > MOST_GAPS {
            return Err(format!("it breaks off {gaps} times along the photo's border"));
        }
        let corners = [0, columns - 1, columns * (rows - 1), columns * rows - 1];
        let plain = corners.iter().filter(|&&at| self.is_plain(at)).count();
        if plain < 3 {
            return Err(format!("it shows in {plain} of the photo's corners"));
        }
        Ok(())
    }
}

/// A polynomial of second order for each channel, over columns and rows of cells.
#[derive(Debug, Clone, PartialEq)]
struct Surface {
    /// Of 1, x, y, xx, xy, yy, with x and y from -1 to 1.
    factors: [[f32; 3]; TERMS],
    /// Half the columns and half the rows.
    half: [f32; 2],
}

impl Surface {
    fn flat(cells: &Cells, colour: [f32; 3]) -> Self {
        let mut factors = [[0.0; 3]; TERMS];
        factors[0] = colour;
        Self { factors, half: [cells.columns as f32 / 2.0, cells.rows as f32 / 2.0] }
    }

    fn terms(&self, column: f32, row: f32) -> [f32; TERMS] {
        let x = (column + 0.5) / self.half[0] - 1.0;
        let y = (row + 0.5) / self.half[1] - 1.0;
        [1.0, x, y, x * x, x * y, y * y]
    }

    fn colour(&self, column: f32, row: f32) -> [f32; 3] {
        let terms = self.terms(column, row);
        [0, 1, 2].map(|c| {
            terms
                .iter()
                .zip(&self.factors)
                .map(|(term, factor)| term * factor[c])
                .sum::<f32>()
                .clamp(0.0, 255.0)
        })
    }

    fn at(&self, cells: &Cells, at: usize) -> [f32; 3] {
        self.colour((at % cells.columns) as f32, (at / cells.columns) as f32)
    }

    fn residual(&self, cells: &Cells, at: usize) -> f32 {
        distance(cells.cells[at].mean, self.at(cells, at))
    }

    fn fit(mut self, cells: &Cells, among: &[usize], trims: &[(f32, usize)]) -> Self {
        for &(trim, terms) in trims {
            let mut normal = [[0.0; TERMS + 3]; TERMS];
            let mut count = 0.0;
            for &at in among.iter().filter(|&&at| self.residual(cells, at) <= trim) {
                let basis = self.terms((at % cells.columns) as f32, (at / cells.columns) as f32);
                let basis = basis.map(f64::from);
                let mean = cells.cells[at].mean.map(f64::from);
                for (row, &factor) in normal.iter_mut().zip(&basis) {
                    for (sum, value) in row.iter_mut().zip(basis.iter().chain(&mean)) {
                        *sum += factor * value;
                    }
                }
                count += 1.0;
            }
            for (term, row) in normal.iter_mut().enumerate().skip(1) {
                row[term] += count * RIDGE * if term < 3 { 0.1 } else { 1.0 };
            }
            if let Some(factors) = solve(normal, terms) {
                self.factors = factors;
            }
        }
        self
    }
}

/// Solves the first `terms` normal equations by elimination; the other factors are 0. `None` when
/// they have no single answer.
fn solve(mut rows: [[f64; TERMS + 3]; TERMS], terms: usize) -> Option<[[f32; 3]; TERMS]> {
    for pivot in 0..terms {
        let top = rows[pivot];
        if top[pivot] <= 1e-9 {
            return None;
        }
        for row in (0..terms).filter(|&row| row != pivot) {
            let share = rows[row][pivot] / top[pivot];
            for (value, top) in rows[row].iter_mut().zip(&top) {
                *value -= share * top;
            }
        }
    }
    let mut factors = [[0.0; 3]; TERMS];
    for (term, factor) in factors.iter_mut().enumerate().take(terms) {
        *factor = [0, 1, 2].map(|c| (rows[term][TERMS + c] / rows[term][term]) as f32);
    }
    Some(factors)
}

/// Every cell along the border.
fn border(cells: &Cells) -> Vec<usize> {
    let (columns, rows) = (cells.columns, cells.rows);
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

/// How often `is_plain` breaks off for half a hundredth of the way around or more.
fn gaps(is_plain: &[bool]) -> usize {
    let least = is_plain.len() / 200 + 1;
    is_plain.split(|&is_plain| is_plain).filter(|gap| gap.len() >= least).count()
}

/// The median colours around the middle of the photo's corners and sides, and their median.
fn starts(cells: &Cells) -> Vec<[f32; 3]> {
    let (columns, rows) = (cells.columns, cells.rows);
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
    starts
}

/// The largest of the channels' differences.
fn distance(a: [f32; 3], b: [f32; 3]) -> f32 {
    let apart = [0, 1, 2].map(|c| (a[c] - b[c]).abs());
    apart[0].max(apart[1]).max(apart[2])
}

fn median(values: &mut [f32]) -> f32 {
    if values.is_empty() {
        return 0.0;
    }
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f32::total_cmp).1
}
