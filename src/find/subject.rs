//! In: a [`Mask`] and the [`Saliency`] it comes from. Out: a [`Subject`]: where it is, how sure the
//! network was, which sides of the photo cut it.

use crate::raster::{Mask, Rect, Saliency};

/// Below this confidence the answer is that there is no subject.
pub const CONFIDENT: f32 = 0.77;
/// From this saliency on a place counts as found.
const FOUND: f32 = 0.5;
/// What covers less than this share of the map is noise.
const SMALLEST: f32 = 0.0005;
/// A side cuts the subject when at least this share of it shows the subject,
const CUT_SHARE: f32 = 0.01;
/// and at least so many pixels.
const CUT_PX: usize = 2;
/// From this mask on a pixel is the subject's.
const HALF: u8 = 128;

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
    /// How sure the answer is, 0 to 1: see [`confidence`].
    pub confidence: f32,
    /// The sides of the photo that cut the subject.
    pub touches: Sides,
    /// Whether the photo came cut out: its own alpha is the mask, and its colours are the subject's.
    pub is_own: bool,
}

impl Subject {
    /// What someone else found.
    pub fn new(bounds: Option<Rect>, coverage: f32, confidence: f32, touches: Sides) -> Self {
        Self { bounds, coverage, confidence, touches, is_own: false }
    }

    /// What `mask` shows, given that it was found with `confidence`.
    pub fn find(mask: &Mask, confidence: f32) -> Self {
        let sum = |values: &[u8]| values.iter().map(|&value| u32::from(value)).sum::<u32>();
        let covered: u64 = mask.values().chunks(1 << 16).map(|values| u64::from(sum(values))).sum();
        Self {
            bounds: bounds(mask).filter(|_| confidence >= CONFIDENT),
            coverage: (covered as f64 / 255.0 / mask.values().len() as f64) as f32,
            confidence,
            touches: touches(mask),
            is_own: false,
        }
    }
}

/// How sure the network is, 0 to 1: the mean saliency of the places that it found (0.5 or more)
/// less the mean of all others. 0 when it found nothing or everything.
///
/// A map that is sharp and sure has 0.9 and more; one that hesitates everywhere has less than [`CONFIDENT`].
pub fn confidence(saliency: &Saliency) -> f32 {
    let (mut found, mut inside, mut outside) = (0_u32, 0.0, 0.0);
    for &value in saliency.values() {
        if value >= FOUND {
            found += 1;
            inside += f64::from(value);
        } else {
            outside += f64::from(value);
        }
    }
    let all = saliency.values().len() as f64;
    let (found, rest) = (f64::from(found), all - f64::from(found));
    if found < all * f64::from(SMALLEST) || rest == 0.0 {
        return 0.0;
    }
    (inside / found - outside / rest) as f32
}

fn bounds(mask: &Mask) -> Option<Rect> {
    let width = mask.width() as usize;
    let (mut left, mut right) = (width, 0);
    let (mut top, mut bottom) = (None, 0);
    let is_subject = |&value: &u8| value >= HALF;
    for (y, row) in mask.values().chunks_exact(width).enumerate() {
        if row.iter().fold(0, |most, &value| value.max(most)) < HALF {
            continue;
        }
        left = row[..left].iter().position(is_subject).unwrap_or(left);
        right += row[right..].iter().rposition(is_subject).map_or(0, |last| last + 1);
        top.get_or_insert(y);
        bottom = y;
    }
    let top = top?;
    Some(Rect {
        x: left as u32,
        y: top as u32,
        width: (right - left) as u32,
        height: (bottom + 1 - top) as u32,
    })
}

fn touches(mask: &Mask) -> Sides {
    let (width, height) = (mask.width() as usize, mask.height() as usize);
    let values = mask.values();
    let is_cut = |side: &mut dyn Iterator<Item = &u8>, length: usize| {
        let least = ((CUT_SHARE * length as f32) as usize).max(CUT_PX).min(length);
        side.filter(|&&value| value >= HALF).count() >= least
    };
    Sides {
        top: is_cut(&mut values[..width].iter(), width),
        right: is_cut(&mut values[width - 1..].iter().step_by(width), height),
        bottom: is_cut(&mut values[width * (height - 1)..].iter(), width),
        left: is_cut(&mut values.iter().step_by(width), height),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(width: u32, height: u32, is_subject: impl Fn(u32, u32) -> bool) -> Mask {
        let at = |i: u32| if is_subject(i % width, i / width) { 200 } else { 100 };
        Mask::new(width, height, (0..width * height).map(at).collect())
    }

    #[test]
    fn the_box_is_tight() {
        let inside = |x, y| (3..9).contains(&x) && (2..4).contains(&y);
        let subject = Subject::find(&draw(12, 7, inside), 1.0);
        assert_eq!(subject.bounds, Some(Rect { x: 3, y: 2, width: 6, height: 2 }));
        assert_eq!(subject.touches, Sides::default());
        let all = Subject::find(&draw(1, 1, |_, _| true), 1.0);
        assert_eq!(all.bounds, Some(Rect { x: 0, y: 0, width: 1, height: 1 }));
        let sides = Sides { top: true, right: true, bottom: true, left: true };
        assert_eq!(all.touches, sides);
        assert_eq!(Subject::find(&draw(12, 7, |_, _| false), 1.0).bounds, None);
    }

    #[test]
    fn each_side_is_told_from_the_others() {
        let cut = |is_subject: fn(u32, u32) -> bool| {
            let Sides { top, right, bottom, left } =
                Subject::find(&draw(40, 30, is_subject), 1.0).touches;
            [top, right, bottom, left]
        };
        assert_eq!(cut(|x, y| y == 0 && (10..20).contains(&x)), [true, false, false, false]);
        assert_eq!(cut(|x, y| x == 39 && (10..20).contains(&y)), [false, true, false, false]);
        assert_eq!(cut(|x, y| y == 29 && (10..20).contains(&x)), [false, false, true, false]);
        assert_eq!(cut(|x, y| x == 0 && (10..20).contains(&y)), [false, false, false, true]);
        assert_eq!(cut(|x, y| x == 0 && y == 3), [false; 4]);
    }

    #[test]
    fn coverage_is_the_mean_of_the_mask() {
        let mask = Mask::new(2, 2, vec![255, 255, 51, 0]);
        assert_eq!(Subject::find(&mask, 1.0).coverage, 0.55);
    }

    #[test]
    fn a_map_without_contrast_is_no_subject() {
        let map = |inside: f32, outside: f32| {
            let at = |i: u32| if (8..24).contains(&(i % 32)) { inside } else { outside };
            confidence(&Saliency::new(32, (0..32 * 32).map(at).collect()))
        };
        for level in [0.0, 0.3, 0.5, 0.9, 1.0] {
            assert_eq!(map(level, level), 0.0);
        }
        assert!((map(0.9, 0.1) - 0.8).abs() < 1e-6);
        assert!(map(0.6, 0.1) < CONFIDENT);
        let mut speck = vec![0.0; 320 * 320];
        speck[5] = 1.0;
        assert_eq!(confidence(&Saliency::new(320, speck)), 0.0);
        assert_eq!(Subject::find(&draw(8, 8, |x, _| x > 3), 0.3).bounds, None);
    }
}
