//! In: an [`Image`]. Out: whether it is cut out already, and then its own alpha as the [`Mask`].

use super::subject::Subject;
use crate::raster::{Image, Mask};

/// So much of the border must be transparent, of 1: more than round corners make.
const BORDER: f64 = 1.0 / 3.0;
/// Below this alpha a pixel is.
const TRANSPARENT: u8 = 16;
/// From this alpha on a pixel is the subject's.
const HALF: u8 = 128;

/// Whether a good part of the border is transparent: somebody cut the subject out before.
pub fn is_cut_out(photo: &Image) -> bool {
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    let alpha = |x: usize, y: usize| photo.pixels()[(y * width + x) * 4 + 3];
    let ends = |last: usize| if last == 0 { vec![0] } else { vec![0, last] };
    let across = (0..width).flat_map(|x| ends(height - 1).into_iter().map(move |y| (x, y)));
    let down =
        (1..height.max(2) - 1).flat_map(|y| ends(width - 1).into_iter().map(move |x| (x, y)));
    let (mut all, mut clear) = (0, 0);
    for (x, y) in across.chain(down) {
        all += 1;
        clear += usize::from(alpha(x, y) < TRANSPARENT);
    }
    clear as f64 >= BORDER * f64::from(all)
}

/// The alpha of a picture that is cut out, and the subject that it shows.
pub fn own_mask(photo: &Image) -> (Mask, Subject) {
    let values: Vec<u8> = photo.pixels().chunks_exact(4).map(|pixel| pixel[3]).collect();
    let is_there = values.iter().any(|&alpha| alpha >= HALF);
    let mask = Mask::new(photo.width(), photo.height(), values);
    let subject = Subject { is_own: true, ..Subject::find(&mask, f32::from(is_there)) };
    (mask, subject)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(width: u32, height: u32, alpha: impl Fn(u32, u32) -> u8) -> Image {
        let pixel = |i: u32| [9, 9, 9, alpha(i % width, i / width)];
        Image::new(width, height, (0..width * height).flat_map(pixel).collect())
    }

    #[test]
    fn the_border_tells() {
        let inside = |x: u32, y: u32| u8::from((5..35).contains(&x) && (5..25).contains(&y)) * 255;
        assert!(is_cut_out(&image(40, 30, inside)));
        assert!(is_cut_out(&image(40, 30, |x, y| if y > 20 { 255 } else { inside(x, y) })));
        assert!(!is_cut_out(&image(40, 30, |_, _| 255)));
        assert!(!is_cut_out(&image(40, 30, |_, _| 40)), "glass");
        assert!(!is_cut_out(&image(40, 30, |x, y| u8::from(x + y > 6) * 255)), "a corner");
        assert!(!is_cut_out(&image(40, 30, |x, y| 255 - inside(x, y))), "a hole");
        for (width, height) in [(1, 1), (1, 9), (9, 1), (2, 2), (1, 2)] {
            assert!(is_cut_out(&image(width, height, |_, _| 0)), "{width}x{height}");
            assert!(!is_cut_out(&image(width, height, |_, _| 255)), "{width}x{height}");
        }
    }

    #[test]
    fn its_alpha_is_the_mask() {
        let photo = image(8, 8, |x, y| (x * 30 + y) as u8);
        let (mask, subject) = own_mask(&photo);
        assert!(mask.values().iter().zip(photo.pixels().chunks_exact(4)).all(|(m, p)| *m == p[3]));
        assert_eq!(subject.bounds.unwrap().x, 5);
        assert_eq!(own_mask(&image(8, 8, |_, _| 0)).1.bounds, None);
    }
}
