//! In: a photo, its [`Mask`], the network's map and [`Stroke`]s. Out: the mask, with the parts that the
//! strokes mean on their side; everything else to the bit as it was.
//!
//! The field's cells under the strokes, the map's sure parts and what is far from the strokes train
//! three palettes: of what is stroked, of the side it is to belong to, of the side it lies on. Every
//! cell on the wrong side is weighed by them, by its way to the strokes and by what the network thought
//! of it (a logistic regression, fitted on validation pictures whose masks are worst); what is likelier
//! on the other side and connected to a stroke turns. A guided filter brings it to the photo's size.

use super::FAST;
use super::edit::{Stroke, edit, touched};
use super::evidence::ycc;
use super::guided::Guided;
use super::palette::{Palette, Sample};
use crate::raster::field::{FAR, Field, Row, lerp, masked_guide, nearest, neighbours, spans};
use crate::raster::resample::resize_mask;
use crate::raster::{Image, Mask, smaller};

/// The longer side, px, of the field that learns.
const SIDE: u32 = 192;
/// The deviation below which colours do not differ, of the full range.
const NOISE: f32 = 0.02;
/// Votes of colours are held at this, nats.
const LOUDEST: f32 = 6.0;
/// What lies on a stroke's side of this, parts of the longer side, trains the wrong side less.
const APART: f32 = 0.15;
/// What is nearer to a stroke than this, parts of the longer side, belongs to it sooner.
const NEAR: f32 = 0.05;
/// The log odds from which a cell turns.
const TURNS: f32 = 0.25;
/// How far from what turned the mask is filtered anew, cells.
const FADE: f32 = 8.0;
/// Rows of the photo that are filtered at a time.
const STRIP: usize = 32;

/// What a cell's log odds are the sum of.
struct Weights {
    /// Of the stroke's palette against that of the wrong side,
    stroke: f32,
    /// and of the right side's against it, by `LOUDEST` / 2.
    side: f32,
    /// The way to the nearest stroke, longer sides.
    way: f32,
    near: f32,
    /// How much the map says that the cell is on the right side,
    map: f32,
    /// how much less or more than under the strokes,
    unlike: f32,
    /// and how much the mask does.
    mask: f32,
    constant: f32,
}

const KEEP: Weights = Weights {
    stroke: 0.394,
    side: 1.124,
    way: -5.76,
    near: 1.725,
    map: 5.487,
    unlike: -3.224,
    mask: 2.469,
    constant: -0.943,
};
const ERASE: Weights = Weights {
    stroke: 0.811,
    side: 0.268,
    way: -0.868,
    near: 2.05,
    map: 6.753,
    unlike: -3.794,
    mask: 0.079,
    constant: -1.0,
};

/// Paints `strokes` over `mask`, and the parts of `photo` that they mean follow. `map`: what the network
/// thought of the whole photo, of any size; without it the mask stands for it.
pub fn edit_learning(photo: &Image, mask: &Mask, map: Option<&Mask>, strokes: &[Stroke]) -> Mask {
    let learned = learn(photo, mask, map, strokes);
    edit(learned.as_ref().unwrap_or(mask), strokes)
}

/// `mask` after what `strokes` teach; `None` when they say nothing new.
fn learn(photo: &Image, mask: &Mask, map: Option<&Mask>, strokes: &[Stroke]) -> Option<Mask> {
    let scene = Scene::of(photo, mask, map, strokes);
    let sides = scene.turned(true).into_iter().zip(scene.turned(false));
    let turned: Vec<_> = sides.map(|(keep, erase)| (keep || erase).then_some(keep)).collect();
    if turned.iter().all(Option::is_none) {
        return None;
    }
    let (width, height) = (scene.colours.width, scene.colours.height);
    Some(redrawn(photo, mask, &Field { width, height, cells: turned }))
}

/// A photo on its small field.
struct Scene {
    /// Y, Cb, Cr and the mask, in [0, 1].
    colours: Field<[f32; 4]>,
    /// The network's map in [0, 1].
    map: Vec<f32>,
    /// Whether a stroke keeps or erases a cell.
    said: Vec<Option<bool>>,
}

impl Scene {
    fn of(photo: &Image, mask: &Mask, map: Option<&Mask>, strokes: &[Stroke]) -> Self {
        let colours = masked_guide(photo, mask, SIDE).map(ycc);
        let (width, height) = (colours.width as u32, colours.height as u32);
        let map = match map {
            Some(map) => {
                let map = resize_mask(map, width, height);
                map.values().iter().map(|&value| f32::from(value) / 255.0).collect()
            }
            None => colours.cells.iter().map(|cell| cell[3]).collect(),
        };
        let mut said = vec![None; colours.cells.len()];
        let scale = width as f32 / photo.width() as f32;
        for stroke in strokes {
            for at in touched(stroke, scale, width, height) {
                said[at] = Some(stroke.keep);
            }
        }
        Self { colours, map, said }
    }

    /// Which cells turn to the side that `keep` says.
    fn turned(&self, keep: bool) -> Vec<bool> {
        let cells = self.colours.cells.len();
        let stroked = |at: usize| self.said[at] == Some(keep);
        let wrong = |at: usize| (self.colours.cells[at][3] >= 0.5) != keep;
        if !(0..cells).any(|at| stroked(at) && wrong(at)) {
            return vec![false; cells];
        }
        let odds = self.odds(keep);
        let turns = |at: usize| wrong(at) && self.said[at].is_none() && odds(at) > TURNS;
        let mut turned = vec![false; cells];
        for part in self.colours.parts(|at| stroked(at) || turns(at)) {
            if part.iter().any(|&at| stroked(at)) {
                part.iter().for_each(|&at| turned[at] = wrong(at));
            }
        }
        turned
    }

    /// The log odds that a cell belongs to the side that `keep` says.
    fn odds(&self, keep: bool) -> impl Fn(usize) -> f32 {
        let weights = if keep { KEEP } else { ERASE };
        let towards = move |share: f32| if keep { share } else { 1.0 - share };
        let stroked = |at: usize| self.said[at] == Some(keep);
        let cells = &self.colours.cells;
        let ways = self.ways(keep);
        let sure = |at: usize| (2.0 * towards(cells[at][3]) - 1.0).clamp(-1.0, 1.0);
        let stroke = self.palette(|at| f32::from(stroked(at)));
        let side = self.palette(|at| match self.said[at] {
            None => sure(at).max(0.0).powi(2),
            said => f32::from(said == Some(keep)),
        });
        let other = self.palette(|at| match self.said[at] {
            None => {
                let apart = ways[at] * ways[at];
                sure(at).min(0.0).powi(2) * apart / (apart + APART * APART)
            }
            said => f32::from(said != Some(keep)),
        });
        let (sum, count) = (0..cells.len())
            .filter(|&at| stroked(at))
            .fold((0.0, 0.0), |(sum, count), at| (sum + self.map[at], count + 1.0));
        let map_stroked = sum / count;
        let vote = move |palette: &Option<Palette>, colour: &[f32; 4]| match (palette, &other) {
            (Some(palette), Some(other)) => {
                let likelier = palette.likelihood(colour) - other.likelihood(colour);
                likelier.clamp(-LOUDEST, LOUDEST) / (LOUDEST / 2.0)
            }
            _ => 0.0,
        };
        move |at| {
            let near = ways[at] / NEAR;
            weights.stroke * vote(&stroke, &cells[at])
                + weights.side * vote(&side, &cells[at])
                + weights.way * smaller(ways[at], 1.0)
                + weights.near / (1.0 + near * near)
                + weights.map * towards(self.map[at])
                + weights.unlike * (self.map[at] - map_stroked).abs()
                + weights.mask * towards(cells[at][3])
                + weights.constant
        }
    }

    /// From each cell to the nearest that is stroked, longer sides.
    fn ways(&self, keep: bool) -> Vec<f32> {
        let squares = self.said.iter().map(|&said| if said == Some(keep) { 0.0 } else { FAR });
        let Field { width, height, .. } = self.colours;
        let mut field = Field { width, height, cells: squares.collect() };
        nearest(&mut field);
        let longer = width.max(height) as f32;
        field.cells.iter().map(|&square| (square as f32).sqrt() / longer).collect()
    }

    fn palette(&self, weight: impl Fn(usize) -> f32) -> Option<Palette> {
        let samples = self.colours.cells.iter().enumerate();
        let samples = samples.map(|(at, &[y, cb, cr, _])| -> Sample { [y, cb, cr, weight(at)] });
        Palette::of(samples.filter(|sample| sample[3] > 0.0).collect(), NOISE)
    }
}

/// `mask` with the cells of `turned` on their new side, at the photo's size.
fn redrawn(photo: &Image, mask: &Mask, turned: &Field<Option<bool>>) -> Mask {
    let change = turned.map(|side| match side {
        Some(keep) => [1.0, f32::from(*keep)],
        None => [0.0; 2],
    });
    let mut field = masked_guide(photo, mask, FAST);
    for (y, cells) in field.cells.chunks_exact_mut(field.width).enumerate() {
        let row = change.row(y, field.height);
        for (x, cell) in cells.iter_mut().enumerate() {
            let (left, right, share) = neighbours(x, field.width, change.width);
            let [share, side] = lerp(&row.cell(left), &row.cell(right), share);
            cell[3] += side - share * cell[3];
        }
    }
    let guided = Guided::new(&field);
    let weights = weights(turned);
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    let spans = spans(width, weights.width);
    let mut values = mask.values().to_vec();
    let mut strip = vec![0; STRIP * width];
    for (index, values) in values.chunks_mut(STRIP * width).enumerate() {
        let first = index * STRIP;
        let rows = (first..height).take(STRIP).map(|y| weights.row(y, height));
        let reached = |row: &Row<'_, 1>| (0..weights.width).any(|x| row.cell(x)[0] > 0.0);
        if !rows.clone().any(|row| reached(&row)) {
            continue;
        }
        let strip = &mut strip[..values.len()];
        guided.apply(photo, first, strip);
        for (row, (values, strip)) in
            rows.zip(values.chunks_exact_mut(width).zip(strip.chunks_exact(width)))
        {
            for (range, left, right) in &spans {
                let (left, right) = (row.cell(*left), row.cell(*right));
                if left[0] + right[0] == 0.0 {
                    continue;
                }
                for x in range.clone() {
                    let (.., share) = neighbours(x, width, weights.width);
                    let [weight] = lerp(&left, &right, share);
                    let (old, new) = (f32::from(values[x]), f32::from(strip[x]));
                    values[x] = (old + (new - old) * weight).round() as u8;
                }
            }
        }
    }
    Mask::new(photo.width(), photo.height(), values)
}

/// How much of the filtered mask is taken: all of it around what turned, none beyond [`FADE`].
fn weights(turned: &Field<Option<bool>>) -> Field<[f32; 1]> {
    let mut squares = turned.map(|side| if side.is_some() { 0.0 } else { FAR });
    nearest(&mut squares);
    squares.map(|&square| [(2.0 - 2.0 * (square as f32).sqrt() / FADE).clamp(0.0, 1.0)])
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: u32 = 300;
    const HEIGHT: u32 = 200;

    /// A red bar of which the mask knows the left half, a blue one that it takes for the subject, on grey.
    fn scene() -> (Image, Mask) {
        let red = |x: u32, y: u32| (40..260).contains(&x) && (30..80).contains(&y);
        let blue = |x: u32, y: u32| (40..260).contains(&x) && (120..170).contains(&y);
        let each = || (0..WIDTH * HEIGHT).map(|at| (at % WIDTH, at / WIDTH));
        let pixels = each().flat_map(|(x, y)| match (red(x, y), blue(x, y)) {
            (true, _) => [190, 40, 40, 255],
            (_, true) => [40, 50, 190, 255],
            _ => [128, 130, 127, 255],
        });
        let mask = each().map(|(x, y)| if (red(x, y) && x < 150) || blue(x, y) { 255 } else { 0 });
        (Image::new(WIDTH, HEIGHT, pixels.collect()), Mask::new(WIDTH, HEIGHT, mask.collect()))
    }

    fn stroke(keep: bool, from: [f32; 2], to: [f32; 2]) -> Stroke {
        Stroke { keep, points: vec![from, to], radius_px: 8.0, hardness: 1.0 }
    }

    fn at(mask: &Mask, x: u32, y: u32) -> u8 {
        mask.values()[(y * mask.width() + x) as usize]
    }

    #[test]
    fn the_rest_of_what_is_kept_follows_and_nothing_else_changes() {
        let (photo, mask) = scene();
        let learned = learn(&photo, &mask, None, &[stroke(true, [180.0, 55.0], [200.0, 55.0])]);
        let learned = learned.expect("the stroke says something");
        assert_eq!([at(&learned, 170, 40), at(&learned, 220, 70)], [255; 2]);
        assert_eq!([at(&learned, 200, 20), at(&learned, 200, 95), at(&learned, 285, 55)], [0; 3]);
        let far = 110 * WIDTH as usize;
        assert!(learned.values()[far..] == mask.values()[far..]);
    }

    #[test]
    fn the_rest_of_what_is_erased_follows() {
        let (photo, mask) = scene();
        let wavers = mask.values().iter().map(|&value| value / 8 * 5).collect();
        let map = Mask::new(WIDTH, HEIGHT, wavers);
        let learned =
            learn(&photo, &mask, Some(&map), &[stroke(false, [120.0, 145.0], [180.0, 145.0])]);
        let learned = learned.expect("the stroke says something");
        assert_eq!([at(&learned, 100, 130), at(&learned, 200, 160)], [0; 2]);
        assert!(learned.values()[..100 * 300] == mask.values()[..100 * 300]);
    }

    #[test]
    fn strokes_that_say_nothing_new_change_nothing() {
        let (photo, mask) = scene();
        let same = stroke(true, [80.0, 55.0], [100.0, 55.0]);
        let outside = stroke(true, [-500.0, -500.0], [-400.0, -500.0]);
        let ground = stroke(false, [100.0, 100.0], [200.0, 100.0]);
        for strokes in [&[][..], &[same], &[outside], &[ground]] {
            assert!(learn(&photo, &mask, None, strokes).is_none());
        }
    }

    #[test]
    fn any_shape_of_photo_may_be_stroked() {
        for (width, height) in [(1, 1), (1, 3000), (3000, 1), (2, 3), (193, 191)] {
            let pixels = vec![77; (width * height * 4) as usize];
            let photo = Image::new(width, height, pixels);
            let mask = Mask::new(width, height, vec![0; (width * height) as usize]);
            for keep in [true, false] {
                let _ = learn(&photo, &mask, None, &[stroke(keep, [0.0, 0.0], [9.0, 0.0])]);
            }
        }
    }
}
