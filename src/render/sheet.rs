//! In: a [`Grid`] of one value over a part of the photo's plane, and a [`Placement`]. Out: the value of
//! each pixel of the canvas, row by row.

use super::frame::Placement;
use crate::raster::field::Grid;

/// A grid as the canvas shows it.
#[derive(Debug)]
pub(super) struct Sheet {
    grid: Grid<1>,
    placement: Placement,
    /// The value beyond the grid.
    outside: f32,
}

impl Sheet {
    pub(super) fn new(grid: Grid<1>, placement: &Placement, outside: f32) -> Self {
        Self { grid, placement: *placement, outside }
    }

    /// Writes the values of the canvas's row `y` into `row`, `[width, 1]`.
    pub(super) fn row(&self, y: u32, row: &mut [[f32; 1]]) {
        let Placement { view, width, height, .. } = &self.placement;
        let area = self.grid.area;
        let step = view.width / f64::from(*width);
        let y = view.y + (f64::from(y) + 0.5) * view.height / f64::from(*height);
        row.fill([self.outside]);
        if y < area.y || y > area.y + area.height {
            return;
        }
        let column = |x: f64| (((x - view.x) / step - 0.5).ceil().max(0.0) as usize).min(row.len());
        let (first, last) = (column(area.x), column(area.x + area.width));
        let x = view.x + (first as f64 + 0.5) * step;
        self.grid.row(y, x, step, &mut row[first..last]);
    }
}
