//! In: a photo and its mask. Out: the shadow that the photo itself shows on a plain ground.

use crate::matte::studio::recognise;
use crate::raster::field::Grid;
use crate::raster::{Area, Image, Mask, larger, smaller};

/// The most cells along a side.
const LONGEST: usize = 768;
/// A darker ground shows no shadow that could be told from noise, levels.
const LIGHT_ENOUGH: f32 = 50.0;
/// A shadow darkens red, green and blue alike; beyond the second difference of their ratios it is a
/// thing on the ground, not a shadow.
const ALIKE: [f32; 2] = [0.10, 0.20];
/// No soft shadow is darker.
const DARKEST: f32 = 0.75;
/// Along the photo's border the shadow fades to nothing, as a share of its longer side.
const FADE: f64 = 0.03;

/// How dark each cell of the photo is, 0 to 1; `None` when the ground is not plain.
pub(super) fn kept(photo: &Image, mask: &Mask) -> Option<Grid<1>> {
    let (width, height) = (photo.width(), photo.height());
    let plain = recognise(photo).ok()?;
    if brightest(plain.colour(width / 2, height / 2)) < LIGHT_ENOUGH {
        return None;
    }
    let grid = Grid::new(Area::whole(width, height), 1.0, LONGEST);
    let mut shadow = Grid::of_ground(photo, mask, grid);
    let (columns, rows) = (shadow.field.width, shadow.field.height);
    let fade = |at: usize, cells: usize| {
        let border = (at as f64 + 0.5).min((cells - at) as f64 - 0.5);
        (border / (FADE * columns.max(rows) as f64)).min(1.0) as f32
    };
    let middle = |at: usize, cells: usize, side: u32| {
        ((at as f64 + 0.5) * f64::from(side) / cells as f64) as u32
    };
    for (at, cell) in shadow.field.cells.iter_mut().enumerate() {
        let (x, y) = (at % columns, at / columns);
        let [red, green, blue, weight] = *cell;
        let colour = [red, green, blue].map(|sum| sum / larger(weight, 1e-6));
        let ground = plain.colour(middle(x, columns, width), middle(y, rows, height));
        let dark = darkness(colour, ground, plain.deviation());
        *cell = [dark * fade(x, columns) * fade(y, rows) * weight, 0.0, 0.0, weight];
    }
    let mut shadow = shadow.fill();
    shadow.field.blur(1);
    Some(shadow.map(|cell| [cell[0].clamp(0.0, 1.0)]))
}

/// How much darker `colour` is than a `ground` that strays by `deviation`, levels: 0 to [`DARKEST`].
fn darkness(colour: [f32; 3], ground: [f32; 3], deviation: f32) -> f32 {
    let ratios = [0, 1, 2].map(|c| colour[c] / larger(ground[c], 1.0));
    let least = ratios.iter().copied().fold(f32::INFINITY, smaller);
    let most = ratios.iter().copied().fold(0.0, larger);
    let alike = 1.0 - ((most - least - ALIKE[0]) / (ALIKE[1] - ALIKE[0])).clamp(0.0, 1.0);
    let noise = 0.01 + 2.0 * deviation / larger(brightest(ground), 1.0);
    let dark = (1.0 - most - noise) / (1.0 - noise);
    dark.clamp(0.0, DARKEST) * alike
}

fn brightest(colour: [f32; 3]) -> f32 {
    colour.iter().copied().fold(0.0, larger)
}
