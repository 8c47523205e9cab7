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

/// What a mask shows that was edited or moved to another photo, with the network's `confidence`.
pub fn measure(mask: &Mask, confidence: f32) -> Subject {
    let width = mask.width() as usize;
    let is_in = |&value: &u8| value >= 128;
    let mut bounds: Option<[usize; 4]> = None;
    for (y, row) in mask.values().chunks_exact(width).enumerate() {
        let Some(first) = row.iter().position(is_in) else { continue };
        let last = row.iter().rposition(is_in).unwrap_or(first);
        let [left, right, top, _] = bounds.unwrap_or([first, last, y, y]);
        bounds = Some([left.min(first), right.max(last), top, y]);
    }
    let covered: u64 = mask.values().iter().map(|&value| u64::from(value)).sum();
    let touches = bounds.map_or(Sides::default(), |[left, right, top, bottom]| Sides {
        top: top == 0,
        right: right + 1 == width,
        bottom: bottom + 1 == mask.height() as usize,
        left: left == 0,
    });
    Subject {
        bounds: bounds.map(|[left, right, top, bottom]| Rect {
            x: left as u32,
            y: top as u32,
            width: (right - left + 1) as u32,
            height: (bottom - top + 1) as u32,
        }),
        coverage: (covered as f64 / 255.0 / mask.values().len() as f64) as f32,
        confidence,
        touches,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_the_box_and_the_sides_it_touches() {
        let mut values = vec![0; 6 * 4];
        assert_eq!(measure(&Mask::new(6, 4, values.clone()), 0.5).bounds, None);
        for at in [2 * 6 + 1, 2 * 6 + 2, 3 * 6 + 3] {
            values[at] = 255;
        }
        values[5] = 127;
        let subject = measure(&Mask::new(6, 4, values), 0.5);
        assert_eq!(subject.bounds, Some(Rect { x: 1, y: 2, width: 3, height: 2 }));
        assert_eq!(subject.touches, Sides { bottom: true, ..Sides::default() });
        assert_eq!(subject.confidence, 0.5);
        assert!((subject.coverage - (3.0 * 255.0 + 127.0) / 255.0 / 24.0).abs() < 1e-6);
    }
}
