//! In: an [`Image`], RGBA8. Out: the bytes of a PNG file, lossless, without metadata.

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};

use crate::error::{Error, Result};
use crate::image::Image;

/// Encodes a PNG, RGBA 8 bit.
///
/// # Errors
/// [`Error::Encode`].
pub fn encode(image: &Image) -> Result<Vec<u8>> {
    let mut png = Vec::new();
    PngEncoder::new_with_quality(&mut png, CompressionType::Fast, FilterType::Adaptive)
        .write_image(image.pixels(), image.width(), image.height(), ExtendedColorType::Rgba8)
        .map_err(|error| Error::Encode { reason: error.to_string() })?;
    Ok(png)
}
