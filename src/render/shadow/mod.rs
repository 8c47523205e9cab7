//! In: a photo, its mask and a [`Shadow`] to draw. Out: a [`Shade`], which tells how dark each pixel
//! of the canvas becomes, row by row, 0 to 1.
//!
//! `soft` is made of the mask. All its lengths are shares of the longer side of the subject's box:
//! a shadow on the ground, [`DROP`], and a dark seam where the subject stands, [`CONTACT`].
//!
//! `keep` is the photo's own: on a plain ground, where the photo is darker than the ground would be
//! by itself. It fades towards the photo's border. On a ground that is not plain nothing can be
//! told, and nothing is drawn.

mod kept;

use super::frame::{Placement, Room};
use super::sheet::Sheet;
use crate::find::subject::Subject;
use crate::options::Shadow;
use crate::raster::field::{Grid, radius_of};
use crate::raster::{Area, Image, Mask, smaller};

/// A blurred copy of the mask, moved down.
struct Blurred {
    /// How far it is moved down.
    down: f64,
    /// The deviation of its blur.
    deviation: f64,
    /// Its darkness, 0 to 1.
    opacity: f32,
}

/// The shadow on the ground.
const DROP: Blurred = Blurred { down: 0.02, deviation: 0.03, opacity: 0.30 };
/// The seam below the subject.
const CONTACT: Blurred = Blurred { down: 0.005, deviation: 0.007, opacity: 0.30 };
/// Beyond so many deviations a shadow is darker than 1 in 255 nowhere that matters.
const VISIBLE: f64 = 2.0;
/// Of the seam's three box blurs.
const RADIUS: usize = 2;
/// The most cells along a side.
const LONGEST: usize = 1024;

/// How dark a canvas becomes under a shadow, which is black.
#[derive(Debug)]
pub struct Shade(Sheet);

/// The room that a frame leaves for `shadow`.
pub fn room(shadow: Shadow) -> Room {
    match shadow {
        Shadow::None | Shadow::Keep => [0.0; 4],
        Shadow::Soft => {
            let reach = VISIBLE * DROP.deviation;
            [(reach - DROP.down).max(0.0), reach, reach + DROP.down, reach]
        }
    }
}

impl Shade {
    /// `None` when there is no shadow to draw.
    pub fn new(
        shadow: Shadow,
        photo: &Image,
        mask: &Mask,
        subject: &Subject,
        placement: &Placement,
    ) -> Option<Self> {
        let grid = match shadow {
            Shadow::None => None,
            Shadow::Soft => soft(mask, subject),
            // What came cut out has no ground to show one.
            Shadow::Keep if subject.is_own => None,
            Shadow::Keep => kept::kept(photo, mask),
        };
        grid.map(|grid| Self(Sheet::new(grid, placement, 0.0)))
    }

    /// Writes the darkness of the canvas's row `y` into `row`, `[width, 1]`, 0 to 1.
    pub fn row(&self, y: u32, row: &mut [[f32; 1]]) {
        self.0.row(y, row);
    }
}

fn soft(mask: &Mask, subject: &Subject) -> Option<Grid<1>> {
    let bounds = subject.bounds?;
    let longer = f64::from(bounds.width.max(bounds.height));
    let cell = longer * CONTACT.deviation / ((RADIUS * (RADIUS + 1)) as f64).sqrt();
    // The whole reach of three box blurs, so that the grid ends in zeros.
    let reach = longer * (DROP.deviation * 5.5 + DROP.down);
    let area = Area {
        x: f64::from(bounds.x) - reach,
        y: f64::from(bounds.y) - reach,
        width: f64::from(bounds.width) + 2.0 * reach,
        height: f64::from(bounds.height) + 2.0 * reach,
    };
    let mut light: Grid<1> = Grid::new(area, cell.max(1.0), LONGEST);
    let values = mask.values();
    light.add((mask.width(), mask.height()), |at| [f32::from(values[at])]);
    let full = 255.0 * light.cell_area();
    light.field.cells.iter_mut().for_each(|[value]| *value = smaller(*value / full, 1.0));
    let cells = light.field.cells.len();
    let shadows = [DROP, CONTACT].map(|Blurred { down, deviation, opacity }| {
        let mut shadow = light.field.clone();
        shadow.blur(radius_of(longer * deviation / light.cell_px()));
        let rows = (longer * down / light.cell_px()).round() as usize;
        let moved = (rows * shadow.width).min(cells);
        shadow.cells.truncate(cells - moved);
        shadow.cells.iter_mut().for_each(|[dark]| *dark *= opacity);
        shadow.cells.splice(0..0, std::iter::repeat_n([0.0], moved));
        shadow.cells
    });
    let [drop, contact] = shadows;
    for (([dark], [drop]), [seam]) in light.field.cells.iter_mut().zip(drop).zip(contact) {
        *dark = 1.0 - (1.0 - drop) * (1.0 - seam);
    }
    Some(light)
}
