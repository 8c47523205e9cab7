//! A coarse picture: what needs no fine detail (a blurred ground, a shadow) is made on cells of
//! many photo pixels and drawn smoothly. In: photo rows. Out: canvas rows, `[width, C]` f32.

use super::field::{Field, lerp, spread};
use super::{Area, Image, Mask};

/// `[height, width, C]` f32 cells that tile an [`Area`] of the photo's plane.
#[derive(Debug, Clone)]
pub(crate) struct Grid<const C: usize> {
    area: Area,
    width: usize,
    height: usize,
    cells: Vec<[f32; C]>,
}

impl<const C: usize> Grid<C> {
    /// Zeros over `area`, in cells of about `cell_px`; at most `longest` of them along a side.
    pub(crate) fn new(area: Area, cell_px: f64, longest: usize) -> Self {
        let cell_px = cell_px.max(area.width.max(area.height) / longest as f64);
        let along = |length: f64| ((length / cell_px).round() as usize).clamp(1, longest);
        let (width, height) = (along(area.width), along(area.height));
        Self { area, width, height, cells: vec![[0.0; C]; width * height] }
    }

    pub(crate) fn area(&self) -> Area {
        self.area
    }

    pub(crate) fn width(&self) -> usize {
        self.width
    }

    pub(crate) fn height(&self) -> usize {
        self.height
    }

    pub(crate) fn cells(&self) -> &[[f32; C]] {
        &self.cells
    }

    pub(crate) fn cells_mut(&mut self) -> &mut [[f32; C]] {
        &mut self.cells
    }

    /// The same cells with other contents.
    pub(crate) fn map<const D: usize>(&self, change: impl Fn(&[f32; C]) -> [f32; D]) -> Grid<D> {
        let cells = self.cells.iter().map(change).collect();
        Grid { area: self.area, width: self.width, height: self.height, cells }
    }

    /// The length of a cell's side, photo px, the mean of both directions.
    pub(crate) fn cell_px(&self) -> f64 {
        (self.area.width / self.width as f64 + self.area.height / self.height as f64) / 2.0
    }

    /// Photo pixels in a cell.
    pub(crate) fn cell_area(&self) -> f32 {
        (self.area.width / self.width as f64 * (self.area.height / self.height as f64)) as f32
    }

    /// Adds `value` of each pixel of a photo of `photo` px, by its index, to its cell.
    pub(crate) fn add(&mut self, photo: (u32, u32), value: impl Fn(usize) -> [f32; C]) {
        let column_of = cells_of(self.area.x, self.area.width, self.width, photo.0);
        let row_of = cells_of(self.area.y, self.area.height, self.height, photo.1);
        for (y, row) in row_of.iter().enumerate() {
            let Some(row) = row else { continue };
            let cells = &mut self.cells[row * self.width..][..self.width];
            for (x, column) in column_of.iter().enumerate() {
                let Some(column) = column else { continue };
                let value = value(y * photo.0 as usize + x);
                cells[*column].iter_mut().zip(value).for_each(|(sum, value)| *sum += value);
            }
        }
    }

    /// Three box blurs of `radius` cells, close to a Gaussian (Wells 1986); edges are continued.
    /// Its deviation is the square root of `radius * (radius + 1)` cells.
    pub(crate) fn blur(&mut self, radius: usize) {
        let mut line = Vec::new();
        for _ in 0..3 {
            for row in self.cells.chunks_exact_mut(self.width) {
                line.clear();
                line.extend_from_slice(row);
                slide(&line, radius, |x, mean| row[x] = mean);
            }
            for x in 0..self.width {
                line.clear();
                line.extend(self.cells[x..].iter().step_by(self.width));
                let (cells, width) = (&mut self.cells, self.width);
                slide(&line, radius, |y, mean| cells[y * width + x] = mean);
            }
        }
    }

    /// The radius whose deviation is nearest to `cells`.
    pub(crate) fn radius_of(cells: f64) -> usize {
        (((4.0 * cells * cells + 1.0).sqrt() - 1.0) / 2.0).round() as usize
    }

    /// Cells at photo row `y` and columns `x`, `x + step`, ..., between cells by straight lines.
    pub(crate) fn row(&self, y: f64, x: f64, step: f64, out: &mut [[f32; C]]) {
        let (top, bottom, t) = between(y - self.area.y, self.area.height, self.height);
        let upper = &self.cells[top * self.width..][..self.width];
        let lower = &self.cells[bottom * self.width..][..self.width];
        let line: Vec<[f32; C]> = upper.iter().zip(lower).map(|(a, b)| lerp(a, b, t)).collect();
        for (column, out) in out.iter_mut().enumerate() {
            let x = x + step * column as f64 - self.area.x;
            let (left, right, t) = between(x, self.area.width, self.width);
            *out = lerp(&line[left], &line[right], t);
        }
    }
}

impl Grid<4> {
    /// Means over the ground: red, green and blue times the weight, and the weight, 0 to 1. It
    /// falls with alpha, to nothing at a quarter: soft edges hold the subject's colours, too.
    pub(crate) fn of_ground(photo: &Image, mask: &Mask, mut grid: Self) -> Self {
        let (pixels, coverage) = (photo.pixels(), mask.values());
        grid.add((photo.width(), photo.height()), |at| {
            let pixel = &pixels[at * 4..][..4];
            let clear = (1.0 - 4.0 * f32::from(coverage[at]) / 255.0).max(0.0);
            let weight = clear * clear * f32::from(pixel[3]) / 255.0;
            let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(f32::from);
            [red * weight, green * weight, blue * weight, weight]
        });
        let area = grid.cell_area();
        grid.cells.iter_mut().flatten().for_each(|value| *value /= area);
        grid
    }

    /// Fills cells of little weight from their neighbours, near ones first. All weights become 1, or
    /// 0 where the whole grid has none.
    pub(crate) fn fill(&mut self) {
        let cells = std::mem::take(&mut self.cells);
        self.cells = spread(Field { width: self.width, height: self.height, cells }).cells;
    }
}

/// The cell of each of `count` photo pixels, `None` outside the grid.
fn cells_of(start: f64, length: f64, cells: usize, count: u32) -> Vec<Option<usize>> {
    let cell = |at: u32| {
        let cell = ((f64::from(at) + 0.5 - start) * cells as f64 / length).floor();
        (cell >= 0.0 && cell < cells as f64).then_some(cell as usize)
    };
    (0..count).map(cell).collect()
}

/// The two cells whose centres lie around `at` of `length`, and how near the second one is.
fn between(at: f64, length: f64, cells: usize) -> (usize, usize, f32) {
    let at = (at * cells as f64 / length - 0.5).clamp(0.0, cells as f64 - 1.0);
    let first = at as usize;
    (first, (first + 1).min(cells - 1), (at - first as f64) as f32)
}

/// Means over `2 * radius + 1` values, the ends continued.
fn slide<const C: usize>(line: &[[f32; C]], radius: usize, mut put: impl FnMut(usize, [f32; C])) {
    let (last, count) = (line.len() - 1, (2 * radius + 1) as f32);
    let mut sum = line[0].map(|value| value * (radius + 1) as f32);
    let add = |sum: &mut [f32; C], at: usize, sign: f32| {
        sum.iter_mut().zip(line[at.min(last)]).for_each(|(sum, value)| *sum += sign * value);
    };
    (1..=radius).for_each(|at| add(&mut sum, at, 1.0));
    for at in 0..=last {
        put(at, sum.map(|value| value / count));
        add(&mut sum, at + radius + 1, 1.0);
        add(&mut sum, at.saturating_sub(radius), -1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(width: f64, height: f64) -> Area {
        Area { x: 0.0, y: 0.0, width, height }
    }

    #[test]
    fn pixels_fall_into_their_cells() {
        let mut grid: Grid<1> =
            Grid::new(Area { x: -2.0, y: 0.0, width: 8.0, height: 4.0 }, 2.0, 9);
        assert_eq!((grid.width(), grid.height()), (4, 2));
        grid.add((5, 3), |at| [at as f32]);
        let sums: Vec<f32> = grid.cells().iter().map(|cell| cell[0]).collect();
        assert_eq!(sums, [0.0, 12.0, 20.0, 13.0, 0.0, 21.0, 25.0, 14.0]);
    }

    #[test]
    fn a_blur_keeps_the_mean_and_has_its_deviation() {
        let mut grid: Grid<1> = Grid::new(area(61.0, 1.0), 1.0, 99);
        grid.cells_mut()[30] = [1.0];
        grid.blur(4);
        let mean: f32 = grid.cells().iter().map(|cell| cell[0]).sum();
        let square = |(x, cell): (usize, &[f32; 1])| (x as f32 - 30.0).powi(2) * cell[0];
        let variance: f32 = grid.cells().iter().enumerate().map(square).sum();
        assert!((mean - 1.0).abs() < 1e-5 && (variance - 20.0).abs() < 1e-3, "{mean} {variance}");
        assert_eq!(Grid::<1>::radius_of(20.0_f64.sqrt()), 4);
    }

    #[test]
    fn rows_are_straight_between_centres() {
        let mut grid: Grid<1> = Grid::new(area(20.0, 20.0), 10.0, 9);
        grid.cells_mut().copy_from_slice(&[[0.0], [10.0], [20.0], [30.0]]);
        let mut out = [[0.0]; 5];
        grid.row(10.0, 0.0, 5.0, &mut out);
        assert_eq!(out, [[10.0], [10.0], [15.0], [20.0], [20.0]]);
    }

    #[test]
    fn holes_take_the_colours_around_them_and_full_cells_keep_theirs() {
        let mut grid: Grid<4> = Grid::new(area(16.0, 16.0), 1.0, 99);
        for (at, cell) in grid.cells_mut().iter_mut().enumerate() {
            let (x, y) = (at % 16, at / 16);
            let is_hole = (4..12).contains(&x) && (4..12).contains(&y);
            *cell = if is_hole { [0.0; 4] } else { [100.0, 50.0, x as f32, 1.0] };
        }
        grid.fill();
        for (at, cell) in grid.cells().iter().enumerate() {
            assert!((cell[0] - 100.0).abs() < 1e-3 && (cell[1] - 50.0).abs() < 1e-3, "{cell:?}");
            assert!((0.0..=15.0).contains(&cell[2]) && (cell[3] - 1.0).abs() < 1e-5, "{cell:?}");
            if at % 16 < 4 {
                assert!((cell[2] - (at % 16) as f32).abs() < 1e-4);
            }
        }
        let mut empty: Grid<4> = Grid::new(area(5.0, 3.0), 1.0, 99);
        empty.fill();
        assert!(empty.cells().iter().all(|cell| *cell == [0.0; 4]));
    }
}
