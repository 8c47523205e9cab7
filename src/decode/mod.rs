//! In: the bytes of a JPEG, PNG or WebP file. Out: an [`Image`], RGBA8, as stored, and the EXIF
//! [`Orientation`] it asks for. Of an animation, the first frame. Colour profiles are not applied.
//!
//! Greyscale, palette, 16-bit and CMYK pictures become RGBA8. The size is read from the header and
//! held against the limit before any pixel is allocated.

mod jpeg;
mod sniff;

use std::io::Cursor;

use image::codecs::{jpeg::JpegDecoder, png::PngDecoder, webp::WebPDecoder};
use image::{DynamicImage, ImageDecoder, ImageError, Limits};

use crate::error::{Error, Result};
use crate::image::Image;
use crate::orient::Orientation;
use sniff::Format;

/// The default limit on width x height, px: what a 48 or 50 Mpx phone camera makes, and some air.
pub const MAX_PIXELS: u64 = 64_000_000;

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
    let pixels = DynamicImage::from_decoder(decoder).map_err(broken)?.into_rgba8();
    Ok((Image::new(width, height, pixels.into_raw()), orientation))
}
