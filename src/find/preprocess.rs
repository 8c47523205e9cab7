//! In: an [`Image`], RGBA8, any size. Out: an [`Input`], `[height, width, 3]` u8, NHWC, RGB.
//!
//! As U2-Net's reference does (Qin et al. 2020, arXiv 2005.09007): the whole picture is squeezed
//! into the view and, where that says so, divided by its own brightest value. Transparent pixels are seen on white.

use fast_image_resize::FilterType;

use crate::raster::resample::resize;
use crate::raster::{Area, Image, Input, View};

/// Squeezes `image` into `view` with an antialiased Lanczos3 filter.
///
/// # Panics
/// When a side of `view` is 0.
pub fn preprocess(image: &Image, view: View) -> Input {
    let whole = Area::whole(image.width(), image.height());
    let squeezed = resize(image, whole, (view.width, view.height), FilterType::Lanczos3);
    let mut values: Vec<u8> = squeezed.pixels().chunks_exact(4).flat_map(on_white).collect();
    if view.by_brightest {
        stretch_to_white(&mut values);
    }
    Input::new(view.width, view.height, values)
}

/// Straight RGBA over white.
fn on_white(pixel: &[u8]) -> [u8; 3] {
    let alpha = u32::from(pixel[3]);
    let blend = |value: u8| ((u32::from(value) * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
    [blend(pixel[0]), blend(pixel[1]), blend(pixel[2])]
}

fn stretch_to_white(values: &mut [u8]) {
    let brightest = u32::from(values.iter().copied().max().unwrap_or(0));
    if brightest == 0 || brightest == 255 {
        return;
    }
    for value in values {
        *value = ((u32::from(*value) * 255 + brightest / 2) / brightest) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raster::INPUT_SIDE;

    fn flat(width: u32, height: u32, pixel: [u8; 4]) -> Image {
        Image::new(width, height, pixel.repeat((width * height) as usize))
    }

    #[test]
    fn the_brightest_value_becomes_255_and_the_ratios_stay() {
        let input = preprocess(&flat(7, 3, [100, 50, 0, 255]), View::square(4));
        assert_eq!(input.values(), [255, 128, 0].repeat(16));
    }

    #[test]
    fn a_view_may_be_no_square_and_leave_the_brightness() {
        let view = View { width: 4, height: 2, by_brightest: false };
        let input = preprocess(&flat(7, 3, [100, 50, 0, 255]), view);
        assert_eq!((input.width(), input.height()), (4, 2));
        assert_eq!(input.values(), [100, 50, 0].repeat(8));
    }

    #[test]
    fn black_stays_black() {
        assert_eq!(preprocess(&flat(3, 3, [0, 0, 0, 255]), View::square(2)).values(), [0; 12]);
    }

    #[test]
    fn transparent_pixels_are_seen_on_white() {
        assert_eq!(preprocess(&flat(5, 5, [9, 99, 0, 0]), View::square(2)).values(), [255; 12]);
        assert_eq!(
            preprocess(&flat(5, 5, [255, 0, 0, 128]), View::square(1)).values(),
            [255, 127, 127]
        );
    }

    #[test]
    fn extreme_shapes_fill_the_square() {
        for (width, height) in [(1, 1), (1, 5000), (5000, 1), (320, 320)] {
            let input =
                preprocess(&flat(width, height, [255, 20, 30, 255]), View::square(INPUT_SIDE));
            assert!(
                input.values().chunks_exact(3).all(|rgb| rgb == [255, 20, 30]),
                "{width}x{height}"
            );
        }
    }
}
