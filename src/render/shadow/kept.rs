//! In: a photo and its mask. Out: the shadow that the photo itself shows on a plain ground.

use crate::raster::grid::Grid;
use crate::raster::{Area, Image, Mask};

/// The most cells along a side.
const LONGEST: usize = 768;
/// The photo's border, as a share of its sides, whose ground tells what the rest looks like.
const BORDER: f64 = 0.06;
/// A cell of the border counts from this share of ground.
const CLEAR: f32 = 0.5;
/// Of the border, so much must be ground and follow the model.
const PLAIN_SHARE: f32 = 0.6;
/// The most a plain ground strays from its model, levels.
const PLAIN_DEVIATION: f32 = 6.0;
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
    let area = Area { x: 0.0, y: 0.0, width: photo.width().into(), height: photo.height().into() };
    let ground = Grid::of_ground(photo, mask, Grid::new(area, 1.0, LONGEST));
    let model = Plain::fit(&ground)?;
    let (width, height) = (ground.width(), ground.height());
    let fade = |at: usize, cells: usize| {
        let border = (at as f64 + 0.5).min((cells - at) as f64 - 0.5);
        (border / (FADE * width.max(height) as f64)).min(1.0) as f32
    };
    let mut shadow = ground.clone();
    for (at, cell) in shadow.cells_mut().iter_mut().enumerate() {
        let (x, y) = (at % width, at / width);
        let weight = cell[3];
        let colour = [0, 1, 2].map(|c| cell[c] / weight.max(1e-6));
        let dark = model.darkness(colour, model.at(x, y));
        *cell = [dark * fade(x, width) * fade(y, height) * weight, 0.0, 0.0, weight];
    }
    shadow.fill();
    shadow.blur(1);
    Some(shadow.map(|cell| [cell[0].clamp(0.0, 1.0)]))
}

/// A ground whose colour changes evenly over the picture: a plane for each of red, green and blue.
struct Plain {
    /// Per channel: the level at the first cell, its change per column and per row.
    planes: [[f32; 3]; 3],
    /// How far the border strays from the planes, levels.
    deviation: f32,
}

impl Plain {
    /// Least squares over the ground in the border, twice without what strays.
    fn fit(ground: &Grid<4>) -> Option<Self> {
        let (width, height) = (ground.width(), ground.height());
        let thick = |cells: usize| ((cells as f64 * BORDER).ceil() as usize).max(1);
        let (across, down) = (thick(width), thick(height));
        let is_border = |x: usize, y: usize| {
            x < across
                || y < down
                || x >= width - across.min(width)
                || y >= height - down.min(height)
        };
        let border: Vec<(usize, [f32; 4])> = (0..width * height)
            .filter(|at| is_border(at % width, at / width))
            .map(|at| (at, ground.cells()[at]))
            .collect();
        let clear: Vec<(f32, f32, [f32; 3])> = border
            .iter()
            .filter(|(_, cell)| cell[3] >= CLEAR)
            .map(|&(at, [red, green, blue, w])| {
                ((at % width) as f32, (at / width) as f32, [red / w, green / w, blue / w])
            })
            .collect();
        let enough = PLAIN_SHARE * border.len() as f32;
        let mut kept = clear.clone();
        let mut model = Self { planes: [[0.0; 3]; 3], deviation: f32::INFINITY };
        for _ in 0..3 {
            if (kept.len() as f32) < enough {
                return None;
            }
            model.planes =
                [0, 1, 2].map(|c| plane(kept.iter().map(|(x, y, rgb)| (*x, *y, rgb[c]))));
            let squares: f32 =
                kept.iter().map(|(x, y, rgb)| model.stray(*x, *y, rgb).powi(2)).sum();
            model.deviation = (squares / kept.len() as f32).sqrt();
            let limit = (2.5 * model.deviation).max(2.0);
            kept = clear
                .iter()
                .filter(|(x, y, rgb)| model.stray(*x, *y, rgb) <= limit)
                .copied()
                .collect();
        }
        let [red, green, blue] = model.at(width / 2, height / 2);
        let is_light = red.max(green).max(blue) >= LIGHT_ENOUGH;
        (model.deviation <= PLAIN_DEVIATION && is_light).then_some(model)
    }

    fn at(&self, x: usize, y: usize) -> [f32; 3] {
        self.planes.map(|[level, across, down]| level + across * x as f32 + down * y as f32)
    }

    /// The largest distance of a colour from the model over the channels, levels.
    fn stray(&self, x: f32, y: f32, rgb: &[f32; 3]) -> f32 {
        let planes = self.planes.iter().zip(rgb);
        planes
            .map(|([level, across, down], value)| (level + across * x + down * y - value).abs())
            .fold(0.0, f32::max)
    }

    /// How much darker `colour` is than the `ground` at its place, 0 to [`DARKEST`].
    fn darkness(&self, colour: [f32; 3], ground: [f32; 3]) -> f32 {
        let ratios = [0, 1, 2].map(|c| colour[c] / ground[c].max(1.0));
        let least = ratios.iter().copied().fold(f32::INFINITY, f32::min);
        let most = ratios.iter().copied().fold(0.0, f32::max);
        let alike = 1.0 - ((most - least - ALIKE[0]) / (ALIKE[1] - ALIKE[0])).clamp(0.0, 1.0);
        let brightest = ground.iter().copied().fold(1.0, f32::max);
        let noise = 0.01 + 2.0 * self.deviation / brightest;
        let dark = (1.0 - most - noise) / (1.0 - noise);
        dark.clamp(0.0, DARKEST) * alike
    }
}

/// The plane `level + across * x + down * y` with the least squares to the values at `(x, y)`.
fn plane(samples: impl Iterator<Item = (f32, f32, f32)> + Clone) -> [f32; 3] {
    let count = samples.clone().count() as f64;
    let mean = samples.clone().fold([0.0; 3], |sum, (x, y, v)| {
        [sum[0] + f64::from(x), sum[1] + f64::from(y), sum[2] + f64::from(v)]
    });
    let [mean_x, mean_y, mean_v] = mean.map(|sum| sum / count);
    let [mut xx, mut xy, mut yy, mut xv, mut yv] = [0.0_f64; 5];
    for (x, y, v) in samples {
        let (x, y, v) = (f64::from(x) - mean_x, f64::from(y) - mean_y, f64::from(v) - mean_v);
        xx += x * x;
        xy += x * y;
        yy += y * y;
        xv += x * v;
        yv += y * v;
    }
    let determinant = xx * yy - xy * xy;
    let (across, down) = if determinant > 1e-9 {
        ((xv * yy - yv * xy) / determinant, (yv * xx - xv * xy) / determinant)
    } else {
        (0.0, 0.0)
    };
    [(mean_v - across * mean_x - down * mean_y) as f32, across as f32, down as f32]
}
