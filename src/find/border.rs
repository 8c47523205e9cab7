//! In: a [`Saliency`]. Out: the same, carried on to the border, or seen again with room around what
//! the photo cuts.
//!
//! A convolution that pads with zeros grows unsure in the last few places before the border, so
//! that a leg which the photo cuts would end in a fringe. Those places take the value of the first
//! one further in when that is larger. A subject that a side clearly cuts is looked at twice: the
//! second time the photo goes on past the sides that it touches, mirrored.

use super::subject::Sides;
use crate::raster::field::{between, lerp};
use crate::raster::{Image, Saliency, larger};

/// How wide the border is on a map of 320.
const WIDTH: u32 = 5;
/// From this saliency on a place counts as found,
const FOUND: f32 = 0.5;
/// and from this on as surely found.
const SURE: f32 = 0.8;
/// A side is touched where this share of it is found.
const TOUCHED: f32 = 0.0125;
/// A side cuts the subject where these shares of it are found and surely found.
const CUT: [f32; 2] = [0.15, 0.05];
/// How far a photo goes on past a side, 1 in so many of its length.
const ROOM: u32 = 10;

/// Carries `saliency` on to its four borders.
pub fn reach_border(saliency: &Saliency) -> Saliency {
    let side = saliency.side();
    let width = (side * WIDTH / 320).min((side - 1) / 2);
    let inwards = |at: u32| at.clamp(width, side - 1 - width);
    let value = |x: u32, y: u32| saliency.values()[(y * side + x) as usize];
    let values = (0..side * side).map(|at| {
        let (x, y) = (at % side, at / side);
        larger(value(x, y), value(inwards(x), inwards(y)))
    });
    Saliency::new(side, values.collect())
}

/// The sides that the subject of `saliency` touches, when one of them clearly cuts it.
pub fn cut_sides(saliency: &Saliency) -> Option<Sides> {
    let side = saliency.side() as usize;
    let values = saliency.values();
    let share = |start: usize, step: usize, least: f32| {
        let line = values[start..].iter().step_by(step).take(side);
        line.filter(|&&value| value >= least).count() as f32 / side as f32
    };
    let lines = [(0, 1), (side - 1, side), (side * (side - 1), 1), (0, side)];
    let cuts =
        |(start, step)| share(start, step, FOUND) >= CUT[0] && share(start, step, SURE) >= CUT[1];
    let [top, right, bottom, left] =
        lines.map(|(start, step)| share(start, step, FOUND) >= TOUCHED);
    lines.into_iter().any(cuts).then_some(Sides { top, right, bottom, left })
}

/// How many px a photo of this size gains at the top, right, bottom and left.
fn room(width: u32, height: u32, sides: Sides) -> [u32; 4] {
    let [down, along] = [height, width].map(|length| (length + ROOM / 2) / ROOM);
    [(sides.top, down), (sides.right, along), (sides.bottom, down), (sides.left, along)]
        .map(|(touches, room)| if touches { room } else { 0 })
}

/// `photo` with a tenth of its length added past `sides`, mirrored.
pub fn widen(photo: &Image, sides: Sides) -> Image {
    let (width, height) = (photo.width(), photo.height());
    let [top, right, bottom, left] = room(width, height, sides);
    let (wide, high) = (width + left + right, height + top + bottom);
    let [row_bytes, left_bytes, right_bytes] = [width, left, right].map(|px| px as usize * 4);
    let mut pixels = Vec::with_capacity(wide as usize * high as usize * 4);
    for y in 0..high {
        let inside = if y < top { top - 1 - y } else { y - top };
        let y = inside.min(2 * height - 1 - inside) as usize;
        let row = &photo.pixels()[y * row_bytes..][..row_bytes];
        pixels.extend(row[..left_bytes].rchunks_exact(4).flatten());
        pixels.extend_from_slice(row);
        pixels.extend(row[row_bytes - right_bytes..].rchunks_exact(4).flatten());
    }
    Image::new(wide, high, pixels)
}

/// The part of `saliency`, that of a [widened](widen) photo, that shows the photo of `width` x
/// `height` px itself; bilinear.
pub fn narrow(saliency: &Saliency, (width, height): (u32, u32), sides: Sides) -> Saliency {
    let side = saliency.side() as usize;
    let [top, right, bottom, left] = room(width, height, sides);
    let place = |at: usize, before: u32, length: u32, after: u32| {
        let at = before as f32 + (at as f32 + 0.5) * length as f32 / side as f32;
        between(at * side as f32 / (before + length + after) as f32, side)
    };
    let columns: Vec<_> = (0..side).map(|x| place(x, left, width, right)).collect();
    let mut values = Vec::with_capacity(side * side);
    for y in 0..side {
        let (above, below, down) = place(y, top, height, bottom);
        let [above, below] = [above, below].map(|y| &saliency.values()[y * side..][..side]);
        values.extend(columns.iter().map(|&(first, second, along)| {
            let rows = [above, below].map(|row| lerp(&[row[first]], &[row[second]], along));
            lerp(&rows[0], &rows[1], down)[0]
        }));
    }
    Saliency::new(saliency.side(), values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_leg_stays_solid_and_nothing_inside_changes() {
        let side = 320;
        let at = |i: u32| {
            let (x, y) = (i % side, i / side);
            let fade = (side - 1 - y).min(4) as f32 / 4.0;
            if (100..140).contains(&x) { fade } else { 0.0 }
        };
        let before = Saliency::new(side, (0..side * side).map(at).collect());
        let after = reach_border(&before);
        for (i, (&before, &after)) in (0..).zip(before.values().iter().zip(after.values())) {
            let (x, y) = (i % side, i / side);
            let expected = if (100..140).contains(&x) && y >= side - 5 { 1.0 } else { before };
            assert_eq!(after, expected, "{x}, {y}");
        }
    }

    #[test]
    fn the_smallest_map_stays_as_it_is() {
        let one = Saliency::new(1, vec![0.3]);
        assert_eq!(reach_border(&one), one);
    }

    const BOTTOM: Sides = Sides { top: false, right: false, bottom: true, left: false };

    #[test]
    fn a_side_cuts_what_is_wide_and_sure_there() {
        let map = |from: u32, columns: std::ops::Range<u32>, value: f32| {
            let at = |i: u32| {
                let is_subject = columns.contains(&(i % 100)) && i / 100 >= from;
                if is_subject { value } else { 0.1 }
            };
            cut_sides(&Saliency::new(100, (0..100 * 100).map(at).collect()))
        };
        assert_eq!(map(20, 30..60, 0.9), Some(BOTTOM));
        assert_eq!(map(20, 80..100, 0.9), Some(Sides { right: true, ..BOTTOM }));
        assert_eq!(
            map(0, 0..100, 0.9),
            Some(Sides { top: true, right: true, bottom: true, left: true })
        );
        assert_eq!(map(20, 30..60, 0.7), None, "nothing is sure");
        assert_eq!(map(20, 30..40, 0.9), None, "a corner");
        assert_eq!(map(20, 30..60, 0.0), None);
    }

    #[test]
    fn a_widened_photo_goes_on_and_its_map_comes_back() {
        let pixels: Vec<u8> =
            (0..40 * 20).flat_map(|i| [(i % 40) as u8, (i / 40) as u8, 9, 255]).collect();
        let photo = Image::new(40, 20, pixels);
        let sides = Sides { left: true, ..BOTTOM };
        let wide = widen(&photo, sides);
        assert_eq!((wide.width(), wide.height()), (44, 22));
        let at = |x: usize, y: usize| &wide.pixels()[(y * 44 + x) * 4..][..2];
        assert_eq!((at(0, 0), at(4, 0), at(43, 21)), (&[3, 0][..], &[0, 0][..], &[39, 18][..]));

        let side = 32;
        let ramp = |i: u32| ((i % side) as f32 + 0.5) / side as f32 * 44.0;
        let map = Saliency::new(side, (0..side * side).map(ramp).collect());
        let back = narrow(&map, (40, 20), sides);
        for (x, &value) in back.values()[..side as usize - 1].iter().enumerate() {
            let expected = 4.0 + (x as f32 + 0.5) * 40.0 / side as f32;
            assert!((value - expected).abs() < 1e-3, "{x}: {value}, {expected}");
        }
        let whole = narrow(&map, (40, 20), Sides::default());
        assert!(whole.values().iter().zip(map.values()).all(|(a, b)| (a - b).abs() < 1e-4));
    }

    #[test]
    fn the_smallest_photos_are_widened_too() {
        for (width, height) in [(1, 1), (1, 50), (50, 1)] {
            let photo = Image::new(width, height, vec![7; (width * height * 4) as usize]);
            let all = Sides { top: true, right: true, bottom: true, left: true };
            assert!(widen(&photo, all).pixels().iter().all(|&value| value == 7));
            let map = Saliency::new(4, vec![0.5; 16]);
            assert_eq!(narrow(&map, (width, height), all), map);
        }
    }
}
