//! In: a mask, its [`Subject`] and an [`Outline`]. Out: a [`Line`], which tells how much of each pixel
//! of the canvas a line around the subject covers, row by row, 0 to 1.
//!
//! It reaches as far from the contour, where the mask is half, on every side. Distances are taken on a
//! coarse [`Grid`], from within its cells where the contour runs through them, and read between cells:
//! there they grow evenly, so that the line is as smooth as the canvas.

use super::frame::{Placement, Room};
use super::sheet::Sheet;
use crate::find::subject::Subject;
use crate::options::{Length, Outline};
use crate::raster::field::{FAR, Grid, nearest};
use crate::raster::{Area, Mask, Rect};

/// What covers less of a cell is hair and haze, which a line does not follow.
const FAINT: f32 = 0.2;
/// The most cells along a side.
const LONGEST: usize = 1024;

/// The line, as the canvas shows it.
#[derive(Debug)]
pub struct Line {
    /// Photo px from the contour.
    distances: Sheet,
    /// Photo px.
    width: f32,
    /// Canvas px in a photo px.
    scale: f32,
    /// RGBA8, straight alpha.
    pub colour: [u8; 4],
}

/// The room that a frame leaves for `outline` around `bounds`.
pub fn room(outline: Option<Outline>, bounds: Option<Rect>) -> Room {
    let share = outline.zip(bounds).map(|(outline, bounds)| {
        let longer = longer(bounds);
        width_px(outline, longer) / longer
    });
    [share.unwrap_or(0.0); 4]
}

impl Line {
    /// `None` when there is no line to draw.
    pub fn new(
        outline: Option<Outline>,
        mask: &Mask,
        subject: &Subject,
        placement: &Placement,
    ) -> Option<Self> {
        let (outline, bounds) = (outline?, subject.bounds?);
        let width = width_px(outline, longer(bounds));
        let grid = distances(mask, bounds, width);
        let scale = f64::from(placement.width) / placement.view.width;
        Some(Self {
            distances: Sheet::new(grid, placement, f32::INFINITY),
            width: width as f32,
            scale: scale as f32,
            colour: outline.colour,
        })
    }

    /// Writes how much of the canvas's row `y` is covered into `row`, `[width, 1]`, 0 to 1.
    pub fn row(&self, y: u32, row: &mut [[f32; 1]]) {
        self.distances.row(y, row);
        for [value] in row {
            *value = ((self.width - *value) * self.scale + 0.5).clamp(0.0, 1.0);
        }
    }
}

fn longer(bounds: Rect) -> f64 {
    f64::from(bounds.width.max(bounds.height))
}

fn width_px(outline: Outline, longer: f64) -> f64 {
    match outline.width {
        Length::Px(px) => f64::from(px),
        Length::Share(share) => f64::from(share) * longer,
    }
}

/// From every cell to the contour, photo px; 0 inside.
fn distances(mask: &Mask, bounds: Rect, width_px: f64) -> Grid<1> {
    let reach = width_px + 2.0;
    let area = Area {
        x: f64::from(bounds.x) - reach,
        y: f64::from(bounds.y) - reach,
        width: f64::from(bounds.width) + 2.0 * reach,
        height: f64::from(bounds.height) + 2.0 * reach,
    };
    let mut covered: Grid<2> = Grid::new(area, 1.0, LONGEST);
    let values = mask.values();
    covered.add((mask.width(), mask.height()), |at| [f32::from(values[at]) / 255.0, 1.0]);
    let mut squares = covered.field.map(|&[covered, pixels]| {
        let share = if pixels > 0.0 { covered / pixels } else { 0.0 };
        match share {
            0.5.. => 0.0,
            FAINT.. => f64::from(0.5 - share).powi(2),
            _ => FAR,
        }
    });
    nearest(&mut squares);
    let cell = covered.cell_px();
    Grid { area, field: squares.map(|square| [(square.sqrt() * cell) as f32]) }
}
