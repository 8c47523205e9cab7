//! In: an [`Image`] or a [`Mask`] and a [`Placement`]. Out: what of it the canvas shows, at the
//! canvas's scale, of the placement's `target` size.
//!
//! Colours are resampled in proportion to their alpha (Porter and Duff 1984), so that what hides
//! under clear pixels does not bleed in. The filter is Catmull-Rom's: sharp, with little ringing at
//! the edge of a subject. Beside its result, this holds one copy of the part that is drawn.

use fast_image_resize::images::{Image as Pixels, ImageRef};
use fast_image_resize::{FilterType, MulDiv, PixelType, ResizeAlg, ResizeOptions, Resizer};

use crate::frame::{Area, Placement};
use crate::image::{Image, Mask};
use crate::subject::Rect;

/// What the filter may reach beyond a sample, in samples of the coarser picture.
const REACH: f64 = 2.0;
/// How much of the ground around a part stays with it, so that its colours can be told from the
/// subject's: a share of each side.
const CONTEXT: f64 = 1.0 / 16.0;

/// The part of a photo of `width` x `height` px that [`resample`] needs for `placement`, and some
/// of what surrounds it.
pub fn part(placement: &Placement, width: u32, height: u32) -> Rect {
    let Placement { source, target, .. } = placement;
    let along = |start: f64, length: f64, target: u32, photo: u32| {
        let reach = (REACH * (length / f64::from(target)).max(1.0)).max(CONTEXT * length);
        let first = (start - reach).floor().max(0.0) as u32;
        let last = (start + length + reach).ceil().min(photo.into()) as u32;
        (first, last - first)
    };
    let (x, part_width) = along(source.x, source.width, target.width, width);
    let (y, part_height) = along(source.y, source.height, target.height, height);
    Rect { x, y, width: part_width, height: part_height }
}

/// Whether pixels fall on pixels.
fn is_straight(start: f64, length: f64, target: u32) -> bool {
    length == f64::from(target) && start.fract() == 0.0
}

/// Copies a part out of an image.
///
/// # Panics
/// When `part` is not inside it.
pub fn crop(image: &Image, part: Rect) -> Image {
    let pixels = rows(image.pixels(), image.width(), part, 4);
    Image::new(part.width, part.height, pixels)
}

/// Copies a part out of a mask.
///
/// # Panics
/// When `part` is not inside it.
pub fn crop_mask(mask: &Mask, part: Rect) -> Mask {
    Mask::new(part.width, part.height, rows(mask.values(), mask.width(), part, 1))
}

fn rows(values: &[u8], width: u32, part: Rect, channels: usize) -> Vec<u8> {
    let mut copy = Vec::with_capacity(part.width as usize * part.height as usize * channels);
    let rows = values.chunks_exact(width as usize * channels);
    for row in rows.skip(part.y as usize).take(part.height as usize) {
        copy.extend_from_slice(
            &row[part.x as usize * channels..][..part.width as usize * channels],
        );
    }
    copy
}

/// Draws `image`, the [`part`] of a photo, at the canvas's scale.
pub fn resample(mut image: Image, part: Rect, placement: &Placement) -> Image {
    let Placement { source, target, .. } = placement;
    if is_straight(source.x, source.width, target.width)
        && is_straight(source.y, source.height, target.height)
    {
        let (x, y) = (source.x as u32 - part.x, source.y as u32 - part.y);
        let drawn = Rect { x, y, ..*target };
        return if part.width == target.width && part.height == target.height {
            image
        } else {
            crop(&image, drawn)
        };
    }
    let is_opaque = image.is_opaque();
    let (width, height) = (image.width(), image.height());
    let mut source = Pixels::from_slice_u8(width, height, image.pixels_mut(), PixelType::U8x4)
        .expect("an Image holds width * height * 4 bytes");
    if !is_opaque {
        MulDiv::new().multiply_alpha_inplace(&mut source).expect("RGBA has an alpha");
    }
    let mut drawn = Pixels::new(target.width, target.height, PixelType::U8x4);
    Resizer::new()
        .resize(&source, &mut drawn, &within(&placement.source, part))
        .expect("the source lies inside the part");
    if !is_opaque {
        MulDiv::new().divide_alpha_inplace(&mut drawn).expect("RGBA has an alpha");
    }
    Image::new(target.width, target.height, drawn.into_vec())
}

/// Draws a whole `mask` at the canvas's scale.
pub fn resample_mask(mask: &Mask, placement: &Placement) -> Mask {
    let target = placement.target;
    let source = ImageRef::new(mask.width(), mask.height(), mask.values(), PixelType::U8)
        .expect("a Mask holds width * height bytes");
    let mut drawn = Pixels::new(target.width, target.height, PixelType::U8);
    let whole = Rect { x: 0, y: 0, width: mask.width(), height: mask.height() };
    Resizer::new()
        .resize(&source, &mut drawn, &within(&placement.source, whole))
        .expect("the source lies inside the mask");
    Mask::new(target.width, target.height, drawn.into_vec())
}

/// A mask of another size.
///
/// # Panics
/// When a side is 0.
pub fn resize_mask(mask: &Mask, width: u32, height: u32) -> Mask {
    let source = Area { x: 0.0, y: 0.0, width: mask.width().into(), height: mask.height().into() };
    let target = Rect { x: 0, y: 0, width, height };
    resample_mask(mask, &Placement { width, height, view: source, source, target })
}

fn within(source: &Area, part: Rect) -> ResizeOptions {
    let (x, y) = (source.x - f64::from(part.x), source.y - f64::from(part.y));
    // The sums of the placement may be off by the last bit.
    let (width, height) = (
        source.width.min(f64::from(part.width) - x),
        source.height.min(f64::from(part.height) - y),
    );
    ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom))
        .crop(x, y, width, height)
        .use_alpha(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placement(source: [f64; 4], target: (u32, u32)) -> Placement {
        let [x, y, width, height] = source;
        let source = Area { x, y, width, height };
        let (width, height) = target;
        let target = Rect { x: 0, y: 0, width, height };
        Placement { width, height, view: source, source, target }
    }

    #[test]
    fn at_the_photo_s_scale_pixels_are_copied() {
        let image = Image::new(3, 2, (0..24).collect());
        let placement = placement([1.0, 0.0, 2.0, 2.0], (2, 2));
        let part = part(&placement, 3, 2);
        let drawn = resample(crop(&image, part), part, &placement);
        assert_eq!(drawn.pixels()[..8], [4, 5, 6, 7, 8, 9, 10, 11]);
        assert_eq!(drawn.pixels()[8..], [16, 17, 18, 19, 20, 21, 22, 23]);
    }

    #[test]
    fn clear_pixels_do_not_bleed_into_the_subject() {
        let row = [[200, 0, 0, 255]; 8].into_iter().chain([[0, 255, 0, 0]; 8]);
        let pixels: Vec<u8> = std::iter::repeat_n(row, 16).flatten().flatten().collect();
        for (width, height) in [(5, 5), (40, 40)] {
            let placement = placement([0.0, 0.0, 16.0, 16.0], (width, height));
            let part = part(&placement, 16, 16);
            let drawn = resample(crop(&Image::new(16, 16, pixels.clone()), part), part, &placement);
            for pixel in drawn.pixels().chunks_exact(4).filter(|pixel| pixel[3] > 8) {
                assert!(pixel[0].abs_diff(200) < 20 && pixel[1] == 0, "{pixel:?}");
            }
        }
    }

    #[test]
    fn the_part_is_enough() {
        let pixels = (0..60 * 50 * 4).map(|at| (at * 7 % 251) as u8 | 3).collect();
        let image = Image::new(60, 50, pixels);
        let whole = Rect { x: 0, y: 0, width: 60, height: 50 };
        for placement in [
            placement([10.25, 5.5, 30.0, 40.0], (11, 13)),
            placement([10.25, 5.5, 12.5, 8.0], (50, 32)),
            placement([0.0, 0.0, 60.0, 50.0], (7, 5)),
        ] {
            let part = part(&placement, 60, 50);
            let drawn = resample(crop(&image, part), part, &placement);
            assert_eq!(drawn, resample(image.clone(), whole, &placement), "{placement:?}");
        }
    }
}
