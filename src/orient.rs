//! In: an [`Image`] as stored and its EXIF [`Orientation`]. Out: the [`Image`] as it is meant to be
//! seen. Metadata is not carried on, so a result is never turned twice.

use image::{DynamicImage, RgbaImage};

use crate::image::Image;

pub use image::metadata::Orientation;

/// Applies one of the eight EXIF orientations (EXIF 2.32, tag 0x0112).
pub fn orient(image: Image, orientation: Orientation) -> Image {
    if orientation == Orientation::NoTransforms {
        return image;
    }
    let (width, height) = (image.width(), image.height());
    let pixels = RgbaImage::from_raw(width, height, image.into_pixels())
        .expect("an Image holds width * height * 4 bytes");
    let mut turned = DynamicImage::ImageRgba8(pixels);
    turned.apply_orientation(orientation);
    Image::new(turned.width(), turned.height(), turned.into_rgba8().into_raw())
}
