//! Coarse maps that stand for a large photo, small enough to be kept at a few hundred cells a side and
//! smooth enough to be read between them. Everything that needs neighbours is computed on a
//! [`Field`]; what runs over the photo's own pixels reads one of its rows at a time.

mod blur;
mod distance;
mod grid;
mod parts;
mod spread;
mod window;

use std::ops::Range;

pub(crate) use blur::radius_of;
pub(crate) use distance::{FAR, nearest};
pub(crate) use grid::Grid;
pub(crate) use spread::spread;
pub(crate) use window::window_means;

use super::resample::{average, average_mask};
use super::{Image, Mask, shrink};

/// `[height, width]` cells, row by row from the top.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Field<C> {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) cells: Vec<C>,
}

impl<C> Field<C> {
    /// The same cells with other contents.
    pub(crate) fn map<D>(&self, change: impl Fn(&C) -> D) -> Field<D> {
        let cells = self.cells.iter().map(change).collect();
        Field { width: self.width, height: self.height, cells }
    }
}

impl<const N: usize> Field<[f32; N]> {
    /// Zeros.
    pub(crate) fn new(width: usize, height: usize) -> Self {
        Self { width, height, cells: vec![[0.0; N]; width * height] }
    }

    /// Row `y` of `height` that the field stands for.
    pub(crate) fn row(&self, y: usize, height: usize) -> Row<'_, N> {
        let (above, below, share) = neighbours(y, height, self.height);
        let row = |y: usize| &self.cells[y * self.width..][..self.width];
        Row { above: row(above), below: row(below), share }
    }
}

/// The size, cells, of a field for a photo: the photo's shape, its longer side at most `longest`.
pub(crate) fn field_size(photo: &Image, longest: u32) -> (usize, usize) {
    let (width, height) = (u64::from(photo.width()), u64::from(photo.height()));
    let longer = width.max(height);
    let longest = longer.min(u64::from(longest));
    let scaled = |side: u64| ((side * longest + longer / 2) / longer).max(1) as usize;
    (scaled(width), scaled(height))
}

/// `photo`, or what [`shrink`] made of it, averaged down to a field of at most `longest` cells: red,
/// green and blue in [0, 1], and 0.
pub(crate) fn guide(photo: &Image, longest: u32) -> Field<[f32; 4]> {
    let (width, height) = field_size(photo, longest);
    let small = average(photo, (width as u32, height as u32));
    let unit = |value: u8| f32::from(value) / 255.0;
    let cells = small.chunks_exact(4).map(|p| [unit(p[0]), unit(p[1]), unit(p[2]), 0.0]).collect();
    Field { width, height, cells }
}

/// [`guide`], with the averaged mask as the fourth channel.
pub(crate) fn masked_guide(photo: &Image, mask: &Mask, longest: u32) -> Field<[f32; 4]> {
    let mut field = guide(shrink(photo), longest);
    let small = average_mask(mask, (field.width as u32, field.height as u32));
    field.cells.iter_mut().zip(small).for_each(|(cell, alpha)| cell[3] = f32::from(alpha) / 255.0);
    field
}

/// A row between two of a field's, as many cells wide; pixel centres, edges held.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a, const N: usize> {
    above: &'a [[f32; N]],
    below: &'a [[f32; N]],
    share: f32,
}

impl<const N: usize> Row<'_, N> {
    /// The cell in column `x`, by a straight line.
    pub(crate) fn cell(&self, x: usize) -> [f32; N] {
        lerp(&self.above[x], &self.below[x], self.share)
    }
}

/// The two of `cells` whose middles lie around `place`, which is counted in cells from the first one's
/// edge, and how far it is from the first towards the second.
pub(crate) fn between(place: f32, cells: usize) -> (usize, usize, f32) {
    let place = (place - 0.5).clamp(0.0, (cells - 1) as f32);
    let first = (place as usize).min(cells - 1);
    (first, (first + 1).min(cells - 1), place - first as f32)
}

/// [`between`] for the middle of pixel `at` of `of`, which the cells stand for.
pub(crate) fn neighbours(at: usize, of: usize, cells: usize) -> (usize, usize, f32) {
    between((at as f32 + 0.5) * (cells as f32 / of as f32), cells)
}

/// The pixels of a row that lie between the same two of `cells`, as ranges, with those cells.
pub(crate) fn spans(pixels: usize, cells: usize) -> Vec<(Range<usize>, usize, usize)> {
    let mut spans: Vec<(Range<usize>, usize, usize)> = Vec::with_capacity(cells);
    for x in 0..pixels {
        let (left, right, _) = neighbours(x, pixels, cells);
        match spans.last_mut() {
            Some((range, last, _)) if *last == left => range.end = x + 1,
            _ => spans.push((x..x + 1, left, right)),
        }
    }
    spans
}

pub(crate) fn lerp<const N: usize>(from: &[f32; N], to: &[f32; N], share: f32) -> [f32; N] {
    std::array::from_fn(|n| from[n] + (to[n] - from[n]) * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_has_the_shape_of_its_photo() {
        let size = |width: u32, height: u32| {
            let pixels = vec![0; (width * height * 4) as usize];
            field_size(&Image::new(width, height, pixels), 100)
        };
        assert_eq!(size(400, 200), (100, 50));
        assert_eq!(size(30, 20), (30, 20));
        assert_eq!(size(1, 1000), (1, 100));
        assert_eq!(size(1, 1), (1, 1));
    }

    #[test]
    fn a_ramp_is_read_as_a_ramp() {
        let field = Field::<[f32; 1]> { width: 1, height: 4, cells: vec![[0.], [1.], [2.], [3.]] };
        let seen: Vec<f32> = (0..8).map(|y| field.row(y, 8).cell(0)[0]).collect();
        assert_eq!(seen, [0.0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3.0]);
    }
}
