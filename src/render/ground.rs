//! In: a [`Background`] and, for a blurred one, the photo and its mask. Out: a [`Ground`], which
//! draws the canvas's rows, RGBA8, straight alpha.

use fast_image_resize::FilterType;

use super::frame::Placement;
use crate::options::{Background, Fit};
use crate::raster::field::{Grid, radius_of};
use crate::raster::resample::resize;
use crate::raster::{Area, Image, Mask};

/// The most cells along a side of a blurred ground.
const LONGEST: usize = 1024;
/// Of three box blurs; the deviation is the square root of 3 * 4 cells.
const RADIUS: usize = 3;

/// What lies behind a subject.
#[derive(Debug)]
pub struct Ground {
    kind: Kind,
    placement: Placement,
}

#[derive(Debug)]
enum Kind {
    Colour([u8; 4]),
    Picture { picture: Image, at: (u32, u32) },
    Blur(Grid<4>),
}

impl Ground {
    /// Prepares `background` for a canvas.
    ///
    /// A blur is made of the photo's ground alone, continued under the subject and beyond the photo
    /// before it is blurred: nothing of the subject is in it.
    pub fn new(
        background: &Background,
        fit: Fit,
        photo: &Image,
        mask: &Mask,
        placement: &Placement,
    ) -> Self {
        let kind = match background {
            Background::Transparent => Kind::Colour([0; 4]),
            Background::Colour(colour) => Kind::Colour(*colour),
            Background::Picture(picture) => fitted(picture, fit, placement),
            Background::Blur(share) => Kind::Blur(blurred(*share, photo, mask, placement)),
        };
        Self { kind, placement: *placement }
    }

    /// One colour all over.
    pub fn plain(colour: [u8; 4], placement: &Placement) -> Self {
        Self { kind: Kind::Colour(colour), placement: *placement }
    }

    /// Writes the canvas's row `y`, `[width, 4]`, into `row`.
    pub fn row(&self, y: u32, row: &mut [u8]) {
        match &self.kind {
            Kind::Colour(colour) => {
                row.chunks_exact_mut(4).for_each(|pixel| pixel.copy_from_slice(colour));
            }
            Kind::Picture { picture, at: (left, top) } => {
                row.fill(0);
                let width = picture.width() as usize * 4;
                if let Some(y) = y.checked_sub(*top).filter(|&y| y < picture.height()) {
                    let line = &picture.pixels()[y as usize * width..][..width];
                    row[*left as usize * 4..][..width].copy_from_slice(line);
                }
            }
            Kind::Blur(grid) => {
                let Placement { view, width, height, .. } = &self.placement;
                let step = view.width / f64::from(*width);
                let y = view.y + (f64::from(y) + 0.5) * view.height / f64::from(*height);
                let mut line = vec![[0.0; 4]; *width as usize];
                grid.row(y, view.x + step / 2.0, step, &mut line);
                for (pixel, value) in row.chunks_exact_mut(4).zip(&line) {
                    pixel.copy_from_slice(&value.map(|value| (value + 0.5) as u8));
                }
            }
        }
    }
}

fn blurred(share: f32, photo: &Image, mask: &Mask, placement: &Placement) -> Grid<4> {
    let view = placement.view;
    let deviation = f64::from(share) * view.width.max(view.height);
    let cell = deviation / ((RADIUS * (RADIUS + 1)) as f64).sqrt();
    let grid = Grid::new(view, cell.max(1.0), LONGEST);
    let mut grid = Grid::of_ground(photo, mask, grid).fill();
    grid.field.blur(radius_of(deviation / grid.cell_px()));
    grid.map(|&[red, green, blue, weight]| [red, green, blue, 255.0 * weight])
}

fn fitted(picture: &Image, fit: Fit, placement: &Placement) -> Kind {
    let canvas = [placement.width, placement.height].map(f64::from);
    let own = [picture.width(), picture.height()].map(f64::from);
    let scales = [canvas[0] / own[0], canvas[1] / own[1]];
    let scale = match fit {
        Fit::Cover => scales[0].max(scales[1]),
        Fit::Contain => scales[0].min(scales[1]),
    };
    let side = |side: usize| {
        let drawn = (own[side] * scale).round().clamp(1.0, canvas[side]);
        let taken = (drawn / scale).min(own[side]);
        (
            ((canvas[side] - drawn) / 2.0).floor() as u32,
            drawn as u32,
            (own[side] - taken) / 2.0,
            taken,
        )
    };
    let ((x, width, left, taken_width), (y, height, top, taken_height)) = (side(0), side(1));
    let source = Area { x: left, y: top, width: taken_width, height: taken_height };
    let drawn = resize(picture, source, (width, height), FilterType::CatmullRom);
    Kind::Picture { picture: drawn, at: (x, y) }
}
