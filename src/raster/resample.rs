//! In: an [`Image`] or a [`Mask`], an [`Area`] of it and a size. Out: that area at that size.
//!
//! Colours are resampled in proportion to their alpha (Porter and Duff 1984), so that what hides
//! under clear pixels does not bleed in. Where no filter is named it is Catmull-Rom's: sharp, with
//! little ringing at the edge of a subject.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8, U8x4};
use fast_image_resize::{
    FilterType, ImageView, MulDiv, PixelTrait, ResizeAlg, ResizeOptions, Resizer,
};

use super::{Area, Image, Mask, Rect};

/// What the filter may reach beyond a sample, in samples of the coarser picture.
const REACH: f64 = 2.0;
/// How much of the ground around a part stays with it, so that its colours can be told from the
/// subject's: a share of each side.
const CONTEXT: f64 = 1.0 / 16.0;

/// The part of a photo of `width` x `height` px that [`resample`] needs to draw `source` at the size
/// `to`, and some of what surrounds it.
pub(crate) fn part(source: Area, to: (u32, u32), (width, height): (u32, u32)) -> Rect {
    let along = |start: f64, length: f64, to: u32, photo: u32| {
        let reach = (REACH * (length / f64::from(to)).max(1.0)).max(CONTEXT * length);
        let first = (start - reach).floor().max(0.0) as u32;
        let last = (start + length + reach).ceil().min(photo.into()) as u32;
        (first, last - first)
    };
    let (x, part_width) = along(source.x, source.width, to.0, width);
    let (y, part_height) = along(source.y, source.height, to.1, height);
    Rect { x, y, width: part_width, height: part_height }
}

/// Copies a part out of an image.
///
/// # Panics
/// When `part` is not inside it.
pub(crate) fn crop(image: &Image, part: Rect) -> Image {
    Image::new(part.width, part.height, rows(image.pixels(), image.width(), part, 4))
}

/// Copies a part out of a mask.
///
/// # Panics
/// When `part` is not inside it.
pub(crate) fn crop_mask(mask: &Mask, part: Rect) -> Mask {
    Mask::new(part.width, part.height, rows(mask.values(), mask.width(), part, 1))
}

/// A mask of `width` x `height` px that is `mask` in `part` and 0 elsewhere.
///
/// # Panics
/// When `part` is not inside it, or not of the mask's size.
pub(crate) fn paste_mask(mask: &Mask, (width, height): (u32, u32), part: Rect) -> Mask {
    assert_eq!((mask.width(), mask.height()), (part.width, part.height));
    let mut values = vec![0; width as usize * height as usize];
    let lines = values.chunks_exact_mut(width as usize).skip(part.y as usize);
    for (line, row) in lines.zip(mask.values().chunks_exact(part.width as usize)) {
        line[part.x as usize..][..row.len()].copy_from_slice(row);
    }
    Mask::new(width, height, values)
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

/// Draws `source` of a photo at the size `to`; `image` is the [`part`] of the photo that it needs.
/// Beside its result, this holds no copy.
pub(crate) fn resample(mut image: Image, part: Rect, source: Area, to: (u32, u32)) -> Image {
    let source =
        Area { x: source.x - f64::from(part.x), y: source.y - f64::from(part.y), ..source };
    if is_straight(source.x, source.width, to.0) && is_straight(source.y, source.height, to.1) {
        if (part.width, part.height) == to {
            return image;
        }
        let drawn = Rect { x: source.x as u32, y: source.y as u32, width: to.0, height: to.1 };
        return crop(&image, drawn);
    }
    let by = FilterType::CatmullRom;
    let drawn = match image.is_opaque() {
        true => filter(&of_image(&image), source, to, by),
        false => filter_by_alpha(&mut image, source, to, by),
    };
    Image::new(to.0, to.1, drawn)
}

/// Whether pixels fall on pixels.
fn is_straight(start: f64, length: f64, to: u32) -> bool {
    length == f64::from(to) && start.fract() == 0.0
}

/// `source` of a whole `mask` at the size `to`.
pub(crate) fn resample_mask(mask: &Mask, source: Area, to: (u32, u32)) -> Mask {
    let drawn = filter(&of_mask(mask), source, to, FilterType::CatmullRom);
    Mask::new(to.0, to.1, drawn)
}

/// A mask of another size.
pub(crate) fn resize_mask(mask: &Mask, width: u32, height: u32) -> Mask {
    resample_mask(mask, Area::whole(mask.width(), mask.height()), (width, height))
}

/// `source` of a whole `image` at the size `to`.
pub(crate) fn resize(image: &Image, source: Area, to: (u32, u32), by: FilterType) -> Image {
    let drawn = match image.is_opaque() {
        true => filter(&of_image(image), source, to, by),
        false => filter_by_alpha(&mut image.clone(), source, to, by),
    };
    Image::new(to.0, to.1, drawn)
}

/// The means of the pixels that fall into each of `to`, `[height, width, 4]` u8; hidden colours
/// count, too.
pub(crate) fn average(image: &Image, to: (u32, u32)) -> Vec<u8> {
    let whole = Area::whole(image.width(), image.height());
    filter(&of_image(image), whole, to, FilterType::Box)
}

/// [`average`] of a mask, `[height, width]` u8.
pub(crate) fn average_mask(mask: &Mask, to: (u32, u32)) -> Vec<u8> {
    let whole = Area::whole(mask.width(), mask.height());
    filter(&of_mask(mask), whole, to, FilterType::Box)
}

fn of_image(image: &Image) -> TypedImageRef<'_, U8x4> {
    TypedImageRef::from_buffer(image.width(), image.height(), image.pixels())
        .expect("an Image holds width * height * 4 bytes")
}

fn of_mask(mask: &Mask) -> TypedImageRef<'_, U8> {
    TypedImageRef::from_buffer(mask.width(), mask.height(), mask.values())
        .expect("a Mask holds width * height bytes")
}

fn view_mut<P: PixelTrait>(bytes: &mut [u8], (width, height): (u32, u32)) -> TypedImage<'_, P> {
    TypedImage::from_buffer(width, height, bytes).expect("a pixel's bytes for each pixel")
}

/// Colours in proportion to their alpha; `image` is multiplied by it in place.
fn filter_by_alpha(image: &mut Image, source: Area, to: (u32, u32), by: FilterType) -> Vec<u8> {
    let size = (image.width(), image.height());
    let mut pixels = view_mut::<U8x4>(image.pixels_mut(), size);
    MulDiv::new().multiply_alpha_inplace_typed(&mut pixels).expect("RGBA has an alpha");
    let mut drawn = filter(&pixels, source, to, by);
    let mut pixels = view_mut::<U8x4>(&mut drawn, to);
    MulDiv::new().divide_alpha_inplace_typed(&mut pixels).expect("RGBA has an alpha");
    drawn
}

/// `source` at the size `to`, rows before columns. Both at once panic in fast_image_resize 6.1 where
/// the weights of a column begin before those of the first one.
fn filter<P: PixelTrait>(
    pixels: &impl ImageView<Pixel = P>,
    source: Area,
    to: (u32, u32),
    by: FilterType,
) -> Vec<u8> {
    // The sums of a placement may be off by the last bit.
    let width = source.width.min(f64::from(pixels.width()) - source.x);
    let height = source.height.min(f64::from(pixels.height()) - source.y);
    let source = Area { width, height, ..source };
    if is_straight(source.x, width, to.0) || is_straight(source.y, height, to.1) {
        return filter_once(pixels, source, to, by);
    }
    let whole = pixels.width();
    let rows = Area { x: 0.0, width: whole.into(), ..source };
    let mut between = filter_once(pixels, rows, (whole, to.1), by);
    let columns = Area { y: 0.0, height: to.1.into(), ..source };
    filter_once(&view_mut::<P>(&mut between, (whole, to.1)), columns, to, by)
}

/// Typed, since [`Resizer::resize`] compiles the filters of every kind of pixel there is.
fn filter_once<P: PixelTrait>(
    pixels: &impl ImageView<Pixel = P>,
    source: Area,
    to: (u32, u32),
    by: FilterType,
) -> Vec<u8> {
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(by))
        .crop(source.x, source.y, source.width, source.height)
        .use_alpha(false);
    let mut drawn = vec![0; to.0 as usize * to.1 as usize * P::size()];
    Resizer::new()
        .resize_typed(pixels, &mut view_mut::<P>(&mut drawn, to), &options)
        .expect("the source lies inside the picture");
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area([x, y, width, height]: [f64; 4]) -> Area {
        Area { x, y, width, height }
    }

    #[test]
    fn at_the_photo_s_scale_pixels_are_copied() {
        let image = Image::new(3, 2, (0..24).collect());
        let (source, to) = (area([1.0, 0.0, 2.0, 2.0]), (2, 2));
        let part = part(source, to, (3, 2));
        let drawn = resample(crop(&image, part), part, source, to);
        assert_eq!(drawn.pixels()[..8], [4, 5, 6, 7, 8, 9, 10, 11]);
        assert_eq!(drawn.pixels()[8..], [16, 17, 18, 19, 20, 21, 22, 23]);
    }

    #[test]
    fn clear_pixels_do_not_bleed_into_the_subject() {
        let row = [[200, 0, 0, 255]; 8].into_iter().chain([[0, 255, 0, 0]; 8]);
        let pixels: Vec<u8> = std::iter::repeat_n(row, 16).flatten().flatten().collect();
        let image = Image::new(16, 16, pixels);
        for to in [(5, 5), (40, 40)] {
            let source = Area::whole(16, 16);
            let part = part(source, to, (16, 16));
            for drawn in [
                resample(crop(&image, part), part, source, to),
                resize(&image, source, to, FilterType::CatmullRom),
            ] {
                for pixel in drawn.pixels().chunks_exact(4).filter(|pixel| pixel[3] > 8) {
                    assert!(pixel[0].abs_diff(200) < 20 && pixel[1] == 0, "{pixel:?}");
                }
            }
        }
    }

    #[test]
    fn the_part_is_enough() {
        let pixels = (0..60 * 50 * 4).map(|at| (at * 7 % 251) as u8 | 3).collect();
        let image = Image::new(60, 50, pixels);
        let whole = Rect { x: 0, y: 0, width: 60, height: 50 };
        for (source, to) in [
            (area([10.25, 5.5, 30.0, 40.0]), (11, 13)),
            (area([10.25, 5.5, 12.5, 8.0]), (50, 32)),
            (Area::whole(60, 50), (7, 5)),
        ] {
            let part = part(source, to, (60, 50));
            let drawn = resample(crop(&image, part), part, source, to);
            assert_eq!(drawn, resample(image.clone(), whole, source, to), "{source:?}");
        }
    }
}
