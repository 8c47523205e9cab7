//! In: the bytes of a JPEG, PNG or WebP file. Out: an [`Image`], RGBA8, as stored, and the EXIF
//! [`Orientation`] it asks for. Of an animation, the first frame.
//!
//! Greyscale, palette, 16-bit and CMYK pictures become RGBA8, in the buffer that they are decoded
//! into. Pictures with a colour profile of curves and a matrix (Display P3, Adobe RGB, grey) are
//! converted to sRGB, relative colorimetric; a profile of tables, of CMYK or a broken one is
//! ignored. The size is read from the header and held against the limit before any pixel is
//! allocated.

mod icc;
mod jpeg;
mod rgba;
mod sniff;

use std::io::Cursor;

use image::codecs::{jpeg::JpegDecoder, png::PngDecoder, webp::WebPDecoder};
use image::{ImageDecoder, ImageError, Limits};

use super::orient::Orientation;
use crate::error::{Error, Result};
use crate::raster::Image;
use icc::Conversion;
use sniff::Format;

/// Decodes a file of at most `max_pixels` (width x height, px).
///
/// # Errors
/// [`Error::UnsupportedFormat`], [`Error::TooLarge`] or [`Error::Decode`].
pub fn decode(bytes: &[u8], max_pixels: u64) -> Result<(Image, Orientation)> {
    let format = Format::of(bytes)?;
    if format == Format::Jpeg {
        jpeg::check_complete(bytes).map_err(|reason| format.broken(reason))?;
    }
    let file = Cursor::new(bytes);
    match format {
        Format::Jpeg => read(JpegDecoder::new(file), format, max_pixels),
        Format::Png => read(PngDecoder::new(file), format, max_pixels),
        Format::WebP => read(WebPDecoder::new(file), format, max_pixels),
    }
}

impl Format {
    fn broken(self, reason: impl ToString) -> Error {
        Error::Decode { format: self.name(), reason: reason.to_string() }
    }
}

fn read<D: ImageDecoder>(
    decoder: std::result::Result<D, ImageError>,
    format: Format,
    max_pixels: u64,
) -> Result<(Image, Orientation)> {
    let broken = |error| format.broken(error);
    let mut decoder = decoder.map_err(broken)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > max_pixels {
        return Err(Error::TooLarge { width, height, limit_px: max_pixels });
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(max_pixels.saturating_mul(16));
    decoder.set_limits(limits).map_err(broken)?;
    let orientation = decoder.orientation().map_err(broken)?;
    let colour = decoder.color_type();
    let profile = decoder.icc_profile().ok().flatten();
    let conversion = profile.and_then(|profile| Conversion::of(&profile, !colour.has_color()));
    let pixels = u64::from(width) * u64::from(height) * 4;
    let mut buffer = reserve(pixels.max(decoder.total_bytes())).map_err(|e| format.broken(e))?;
    let decoded = decoder.total_bytes() as usize;
    decoder.read_image(&mut buffer[..decoded]).map_err(broken)?;
    rgba::unpack(&mut buffer, width as usize, colour, |row| {
        if let Some(conversion) = &conversion {
            conversion.apply(row);
        }
    });
    buffer.truncate(pixels as usize);
    buffer.shrink_to_fit();
    Ok((Image::new(width, height, buffer), orientation))
}

/// Zeros, or an error where `bytes` of memory are not to be had.
fn reserve(bytes: u64) -> std::result::Result<Vec<u8>, String> {
    let short = || format!("it needs {} MB of memory", bytes / 1_000_000);
    let bytes = usize::try_from(bytes).map_err(|_| short())?;
    let mut buffer = Vec::new();
    buffer.try_reserve_exact(bytes).map_err(|_| short())?;
    buffer.resize(bytes, 0);
    Ok(buffer)
}
