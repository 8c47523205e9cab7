//! A [`Field`] that tiles any area of a photo's plane, inside the photo or beyond it: what needs no fine
//! detail (a blurred ground, a shadow) is made on it and drawn smoothly.

use super::{Field, between, lerp, spread};
use crate::raster::{Area, Image, Mask, larger};

/// `[height, width, C]` f32 cells that tile `area`, photo px.
#[derive(Debug, Clone)]
pub(crate) struct Grid<const C: usize> {
    pub(crate) area: Area,
    pub(crate) field: Field<[f32; C]>,
}

impl<const C: usize> Grid<C> {
    /// Zeros over `area`, in cells of about `cell_px`; at most `longest` of them along a side.
    pub(crate) fn new(area: Area, cell_px: f64, longest: usize) -> Self {
        let cell_px = cell_px.max(area.width.max(area.height) / longest as f64);
        let along = |length: f64| ((length / cell_px).round() as usize).clamp(1, longest);
        Self { area, field: Field::new(along(area.width), along(area.height)) }
    }

    /// The same cells with other contents.
    pub(crate) fn map<const D: usize>(&self, change: impl Fn(&[f32; C]) -> [f32; D]) -> Grid<D> {
        Grid { area: self.area, field: self.field.map(change) }
    }

    /// The length of a cell's side, photo px, the mean of both directions.
    pub(crate) fn cell_px(&self) -> f64 {
        let Self { area, field } = self;
        (area.width / field.width as f64 + area.height / field.height as f64) / 2.0
    }

    /// Photo pixels in a cell.
    pub(crate) fn cell_area(&self) -> f32 {
        let Self { area, field } = self;
        (area.width / field.width as f64 * (area.height / field.height as f64)) as f32
    }

    /// Adds `value` of each pixel of a photo of `photo` px, by its index, to its cell.
    pub(crate) fn add(&mut self, photo: (u32, u32), value: impl Fn(usize) -> [f32; C]) {
        let Self { area, field } = self;
        let column_of = cells_of(area.x, area.width, field.width, photo.0);
        let row_of = cells_of(area.y, area.height, field.height, photo.1);
        for (y, row) in row_of.iter().enumerate() {
            let Some(row) = row else { continue };
            let cells = &mut field.cells[row * field.width..][..field.width];
            for (x, column) in column_of.iter().enumerate() {
                let Some(column) = column else { continue };
                let value = value(y * photo.0 as usize + x);
                cells[*column].iter_mut().zip(value).for_each(|(sum, value)| *sum += value);
            }
        }
    }

    /// Cells at photo row `y` and columns `x`, `x + step`, ..., between cells by straight lines.
    pub(crate) fn row(&self, y: f64, x: f64, step: f64, out: &mut [[f32; C]]) {
        let Self { area, field } = self;
        let place = |at: f64, length: f64, cells: usize| {
            between((at * cells as f64 / length) as f32, cells)
        };
        let (top, bottom, t) = place(y - area.y, area.height, field.height);
        let upper = &field.cells[top * field.width..][..field.width];
        let lower = &field.cells[bottom * field.width..][..field.width];
        let line: Vec<[f32; C]> = upper.iter().zip(lower).map(|(a, b)| lerp(a, b, t)).collect();
        for (column, out) in out.iter_mut().enumerate() {
            let x = x + step * column as f64 - area.x;
            let (left, right, t) = place(x, area.width, field.width);
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
            let clear = larger(1.0 - 4.0 * f32::from(coverage[at]) / 255.0, 0.0);
            let weight = clear * clear * f32::from(pixel[3]) / 255.0;
            let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(f32::from);
            [red * weight, green * weight, blue * weight, weight]
        });
        let area = grid.cell_area();
        grid.field.cells.iter_mut().flatten().for_each(|value| *value /= area);
        grid
    }

    /// Fills cells of little weight from their neighbours, near ones first. All weights become 1, or
    /// 0 where the whole grid has none.
    pub(crate) fn fill(self) -> Self {
        Self { area: self.area, field: spread(self.field) }
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
        assert_eq!((grid.field.width, grid.field.height), (4, 2));
        grid.add((5, 3), |at| [at as f32]);
        let sums: Vec<f32> = grid.field.cells.iter().map(|cell| cell[0]).collect();
        assert_eq!(sums, [0.0, 12.0, 20.0, 13.0, 0.0, 21.0, 25.0, 14.0]);
    }

    #[test]
    fn rows_are_straight_between_centres() {
        let mut grid: Grid<1> = Grid::new(area(20.0, 20.0), 10.0, 9);
        grid.field.cells.copy_from_slice(&[[0.0], [10.0], [20.0], [30.0]]);
        let mut out = [[0.0]; 5];
        grid.row(10.0, 0.0, 5.0, &mut out);
        assert_eq!(out, [[10.0], [10.0], [15.0], [20.0], [20.0]]);
    }

    #[test]
    fn holes_take_the_colours_around_them_and_full_cells_keep_theirs() {
        let mut grid: Grid<4> = Grid::new(area(16.0, 16.0), 1.0, 99);
        for (at, cell) in grid.field.cells.iter_mut().enumerate() {
            let (x, y) = (at % 16, at / 16);
            let is_hole = (4..12).contains(&x) && (4..12).contains(&y);
            *cell = if is_hole { [0.0; 4] } else { [100.0, 50.0, x as f32, 1.0] };
        }
        for (at, cell) in grid.fill().field.cells.iter().enumerate() {
            assert!((cell[0] - 100.0).abs() < 1e-3 && (cell[1] - 50.0).abs() < 1e-3, "{cell:?}");
            assert!((0.0..=15.0).contains(&cell[2]) && (cell[3] - 1.0).abs() < 1e-5, "{cell:?}");
            if at % 16 < 4 {
                assert!((cell[2] - (at % 16) as f32).abs() < 1e-4);
            }
        }
        let empty: Grid<4> = Grid::new(area(5.0, 3.0), 1.0, 99);
        assert!(empty.fill().field.cells.iter().all(|cell| *cell == [0.0; 4]));
    }
}
