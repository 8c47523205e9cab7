//! In: a photo before a plain ground: a white sweep, grey paper, one colour with a soft shadow.
//! Out: its [`Ground`], and with it an exact [`Mask`], from a rough one or from nothing.
//!
//! This is how cut-outs were made before networks, and needs no model. It refuses a photo whose
//! border is not plain.
//!
//! ```text
//! photo ─ cells ─ ground ─ flood ─┬─ outline ─> Mask ─┐
//!                                 └──── sharpen <─────┘<── the network's Mask
//! ```

mod cells;
mod flood;
mod ground;
mod sharpen;
mod surface;
#[cfg(test)]
mod tests;

pub use ground::Ground;
use sharpen::refine;
pub use sharpen::sharpen;

use super::clean;
use crate::error::{Error, Result};
use crate::options::Options;
use crate::raster::field::Field;
use crate::raster::{Image, Mask, shrink};
use cells::cells;
use flood::{Evenness, flood, regions};

/// What covers less of the photo is dust,
const SMALLEST_SUBJECT: f32 = 0.001;
/// and what covers more leaves no ground to know it by.
const LARGEST_SUBJECT: f32 = 0.95;
/// Without a mask, holes are opened from this share of the photo on, 1 in so many cells.
const SMALLEST_HOLE: usize = 1000;

/// The ground of `photo`.
///
/// # Errors
/// [`Error::BusyGround`], which says what was measured.
pub fn recognise(photo: &Image) -> Result<Ground> {
    recognise_in(shrink(photo), photo)
}

/// [`recognise`], for those who have the [shrunk](shrink) photo.
pub(crate) fn recognise_in(small: &Image, photo: &Image) -> Result<Ground> {
    let busy = |reason: &str| Error::BusyGround { reason: reason.to_owned() };
    let scale = photo.width().max(photo.height()).div_ceil(small.width().max(small.height()));
    if scale == 1 && !small.is_opaque() {
        return Err(busy("the photo is transparent in parts"));
    }
    let (cells, size) = cells(small).ok_or_else(|| busy("the photo is too long"))?;
    Ground::of(cells, size * scale as usize, photo).map_err(|reason| busy(&reason))
}

/// The mask of everything in `photo` that is not `ground`; its holes and subjects as `options` say.
pub fn segment(photo: &Image, ground: &Ground, options: &Options) -> Mask {
    let reached = flood(ground);
    let mut field = outline(ground, &reached);
    clean(&mut field, options.holes, options.subjects);
    let means: Vec<f32> = field.cells.iter().map(|cell| cell[3]).collect();
    let (width, size) = (photo.width() as usize, ground.cell_px);
    let mut mask =
        Mask::new(photo.width(), photo.height(), vec![0; width * photo.height() as usize]);
    let rows = means.chunks_exact(field.width);
    for (strip, row) in mask.values_mut().chunks_mut(width * size).zip(rows) {
        for values in strip.chunks_exact_mut(width) {
            for (values, &mean) in values.chunks_mut(size).zip(row) {
                values.fill((255.0 * mean) as u8);
            }
        }
    }
    refine(mask, &means, &reached, photo, ground, options.holes)
}

/// How sure [`segment`] is of `mask`, 0 to 1: 1, or 0 where it left nothing or everything.
pub fn confidence(mask: &Mask) -> f32 {
    let found = mask.values().iter().filter(|&&value| value >= 128).count();
    let share = found as f32 / mask.values().len() as f32;
    if (SMALLEST_SUBJECT..=LARGEST_SUBJECT).contains(&share) { 1.0 } else { 0.0 }
}

/// What the flood did not reach, as the fourth channel of a field of the cells' colours.
fn outline(ground: &Ground, reached: &[bool]) -> Field<[f32; 4]> {
    let cells = &ground.cells;
    let mut field = cells.map(|cell| {
        let [r, g, b] = cell.mean.map(|value| value / 255.0);
        [r, g, b, 1.0]
    });
    field.cells.iter_mut().zip(reached).filter(|(_, is)| **is).for_each(|(cell, _)| cell[3] = 0.0);
    let is_sure = |at: &usize| reached[*at] && ground.is_plain(*at);
    let even = Evenness::of(ground, &(0..reached.len()).filter(is_sure).collect::<Vec<_>>());
    for hole in
        regions(ground, reached.len() / SMALLEST_HOLE, |at| !reached[at] && ground.is_plain(at))
    {
        if even.holds(ground, &hole) {
            hole.iter().for_each(|&at| field.cells[at][3] = 0.0);
        }
    }
    field
}
