//! In: [`Cells`], and which of them to look at. Out: a [`Surface`], a smooth colour for every place.

use super::cells::Cells;
use crate::raster::larger;

/// Residuals at which cells leave the fit, levels, and the terms of the polynomial by then.
pub(super) const TRIMS: [(f32, usize); 5] = [(60.0, 1), (40.0, 3), (24.0, 3), (16.0, 6), (10.0, 6)];
/// Holds back the second-order terms where a side of the photo shows no ground.
const RIDGE: f64 = 2e-3;

const TERMS: usize = 6;

/// A polynomial of second order for each channel, over columns and rows of cells.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Surface {
    /// Of 1, x, y, xx, xy, yy, with x and y from -1 to 1.
    factors: [[f32; 3]; TERMS],
    /// Half the columns and half the rows.
    half: [f32; 2],
}

impl Surface {
    pub(super) fn flat(cells: &Cells, colour: [f32; 3]) -> Self {
        let mut factors = [[0.0; 3]; TERMS];
        factors[0] = colour;
        Self { factors, half: [cells.width as f32 / 2.0, cells.height as f32 / 2.0] }
    }

    fn terms(&self, column: f32, row: f32) -> [f32; TERMS] {
        let x = (column + 0.5) / self.half[0] - 1.0;
        let y = (row + 0.5) / self.half[1] - 1.0;
        [1.0, x, y, x * x, x * y, y * y]
    }

    pub(super) fn colour(&self, column: f32, row: f32) -> [f32; 3] {
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

    pub(super) fn at(&self, cells: &Cells, at: usize) -> [f32; 3] {
        self.colour((at % cells.width) as f32, (at / cells.width) as f32)
    }

    pub(super) fn residual(&self, cells: &Cells, at: usize) -> f32 {
        distance(cells.cells[at].mean, self.at(cells, at))
    }

    pub(super) fn fit(mut self, cells: &Cells, among: &[usize], trims: &[(f32, usize)]) -> Self {
        for &(trim, terms) in trims {
            let mut normal = [[0.0; TERMS + 3]; TERMS];
            let mut count = 0.0;
            for &at in among.iter().filter(|&&at| self.residual(cells, at) <= trim) {
                let basis = self.terms((at % cells.width) as f32, (at / cells.width) as f32);
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

/// The largest of the channels' differences.
pub(super) fn distance(a: [f32; 3], b: [f32; 3]) -> f32 {
    let apart = [0, 1, 2].map(|c| (a[c] - b[c]).abs());
    larger(larger(apart[0], apart[1]), apart[2])
}
