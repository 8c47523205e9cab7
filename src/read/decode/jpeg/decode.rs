//! In: the bytes of a JPEG file that [`check`](super::check) let pass, and the size that it found. Out:
//! an [`Image`], and the orientation that its EXIF asks for. What is YCbCr or grey becomes RGBA in the decoder's last step.

use image::ColorType;
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use super::super::{Format, by_profile, unpacked};
use crate::error::{Error, Result};
use crate::raster::Image;
use crate::read::orient::Orientation;

/// # Errors
/// [`Error::TooLarge`] or [`Error::Decode`].
pub(in crate::read::decode) fn read(
    file: &[u8],
    size: [usize; 2],
    max_pixels: u64,
) -> Result<(Image, Orientation)> {
    let [width, height] = size.map(|side| side as u32);
    if u64::from(width) * u64::from(height) > max_pixels {
        return Err(Error::TooLarge { width, height, limit_px: max_pixels });
    }
    let broken = |reason: String| Format::Jpeg.broken(reason);
    let options = DecoderOptions::default()
        .set_strict_mode(false)
        .set_max_width(usize::MAX)
        .set_max_height(usize::MAX);
    let decoder = |wanted: ColorSpace| {
        let options = options.jpeg_set_out_colorspace(wanted);
        JpegDecoder::new_with_options(ZCursor::new(file), options)
    };
    let mut headers = decoder(ColorSpace::RGB);
    headers.decode_headers().map_err(|error| broken(error.to_string()))?;
    // Another frame header than the one that was looked at could say anything.
    let is_same = headers.dimensions() == Some(size.into());
    let space = headers.input_colorspace().filter(|_| is_same);
    let space = space.ok_or_else(|| broken("its frame header is damaged".into()))?;
    let (wanted, colour) = match space {
        ColorSpace::YCbCr | ColorSpace::Luma => (ColorSpace::RGBA, ColorType::Rgba8),
        _ => (ColorSpace::RGB, ColorType::Rgb8),
    };
    let orientation = headers.exif().and_then(|exif| Orientation::from_exif_chunk(exif));
    let profile = headers.icc_profile();
    let conversion = by_profile(profile.as_deref(), space == ColorSpace::Luma);
    let bytes = u64::from(width) * u64::from(height) * u64::from(colour.bytes_per_pixel());
    let image = unpacked((width, height), bytes, colour, conversion.as_ref(), |pixels| {
        decoder(wanted).decode_into(pixels)
    });
    Ok((image.map_err(broken)?, orientation.unwrap_or(Orientation::NoTransforms)))
}
