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
#[cfg(test)]
mod tests;

pub use ground::Ground;
pub use sharpen::sharpen;

use crate::error::{Error, Result};
use crate::image::{Image, Mask};
use cells::Cells;
use flood::{Evenness, flood, regions};

/// What covers less of the photo is dust,
const SMALLEST_SUBJECT: f32 = 0.001;
/// and what covers more leaves no ground to know it by.
const LARGEST_SUBJECT: f32 = 0.95;
/// Without a mask, holes are opened from this share of the photo on, 1 in so many cells.
const SMALLEST_HOLE: usize = 1000;

/// The ground of `photo`, when it is plain.
pub fn find_ground(photo: &Image) -> Option<Ground> {
    recognise(photo).ok()
}

/// The ground of `photo`.
///
/// # Errors
/// [`Error::BusyGround`], which says what was measured.
pub fn recognise(photo: &Image) -> Result<Ground> {
    let busy = |reason: &str| Error::BusyGround { reason: reason.to_owned() };
    if !photo.is_opaque() {
        return Err(busy("the photo is transparent in parts"));
    }
    let cells = Cells::of(photo).ok_or_else(|| busy("the photo is too long"))?;
    Ground::of(cells).map_err(|reason| busy(&reason))
}

/// The mask of everything in `photo` that is not `ground`.
pub fn segment(photo: &Image, ground: &Ground) -> Mask {
    sharpen(outline(photo, ground), photo, ground)
}

/// How sure [`segment`] is of `mask`, 0 to 1: 1, or 0 where it left nothing or everything.
pub fn confidence(mask: &Mask) -> f32 {
    let found = mask.values().iter().filter(|&&value| value >= 128).count();
    let share = found as f32 / mask.values().len() as f32;
    if (SMALLEST_SUBJECT..=LARGEST_SUBJECT).contains(&share) { 1.0 } else { 0.0 }
}

/// What the flood of the ground did not reach, cell by cell.
fn outline(photo: &Image, ground: &Ground) -> Mask {
    let cells = &ground.cells;
    let mut reached = flood(ground);
    let is_sure = |at: &usize| reached[*at] && ground.is_plain(*at);
    let even = Evenness::of(ground, &(0..reached.len()).filter(is_sure).collect::<Vec<_>>());
    for hole in
        regions(ground, reached.len() / SMALLEST_HOLE, |at| !reached[at] && ground.is_plain(at))
    {
        if even.holds(ground, &hole) {
            hole.iter().for_each(|&at| reached[at] = true);
        }
    }
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    let mut values = Vec::with_capacity(width * height);
    for y in 0..height {
        let row = &reached[y / cells.size * cells.columns..][..cells.columns];
        values.extend((0..width).map(|x| if row[x / cells.size] { 0 } else { 255 }));
    }
    Mask::new(photo.width(), photo.height(), values)
}
