//! In: the bytes of a JPEG, PNG or WebP file. Out: an [`Image`], RGBA8, as stored, and the EXIF
//! [`Orientation`] it asks for, as browsers hear it: none in a WebP. Of an animation, the first frame.
//!
//! Greyscale, palette, 16-bit and CMYK pictures become RGBA8, in the buffer that they are decoded
//! into. Pictures with a colour profile of curves and a matrix (Display P3, Adobe RGB, grey), and
//! PNGs that tell their colours by `cICP`, `gAMA` or `cHRM`, are converted to sRGB, relative
//! colorimetric, PQ and HLG as Chromium does; a profile of tables, of CMYK or a broken one is ignored. The
//! size is read from the header and held against the limit before any pixel is allocated.

mod first_frame;
mod hdr;
mod icc;
mod jpeg;
mod png;
mod rgba;
mod sniff;
mod srgb;
mod webp;

use std::io::Cursor;

use image::codecs::{png::PngDecoder, webp::WebPDecoder};
use image::{ColorType, ImageDecoder, ImageError, Limits};

use super::orient::Orientation;
use crate::error::{Error, Result};
use crate::raster::Image;
use first_frame::FirstFrame;
use icc::Conversion;
use png::Said;
use sniff::Format;

/// Decodes a file of at most `max_pixels` (width x height, px).
///
/// # Errors
/// [`Error::UnsupportedFormat`], [`Error::TooLarge`] or [`Error::Decode`].
pub fn decode(bytes: &[u8], max_pixels: u64) -> Result<(Image, Orientation)> {
    let format = Format::of(bytes)?;
    match format {
        Format::Jpeg => {
            let checked = jpeg::check(bytes, max_pixels);
            let (file, size) = checked.map_err(|reason| format.broken(reason))?;
            jpeg::read(&file, size, max_pixels)
        }
        Format::Png => {
            let said = Said::read(bytes).map_err(|reason| format.broken(reason))?;
            let decoder = PngDecoder::new(Cursor::new(bytes));
            let convert = |profile: Option<&[u8]>, is_grey| said.conversion(profile, is_grey);
            if said.begins_later {
                return read(decoder.map(FirstFrame), format, max_pixels, convert);
            }
            read(decoder, format, max_pixels, convert)
        }
        Format::WebP => {
            let file = webp::mend(bytes);
            let decoder = WebPDecoder::new(Cursor::new(&file));
            let (image, _) = read(decoder, format, max_pixels, by_profile)?;
            Ok((image, Orientation::NoTransforms))
        }
    }
}

impl Format {
    fn broken(self, reason: impl ToString) -> Error {
        Error::Decode { format: self.name(), reason: reason.to_string() }
    }
}

/// By its colour profile alone.
fn by_profile(profile: Option<&[u8]>, is_grey: bool) -> Option<Conversion> {
    Conversion::of(profile?, is_grey)
}

/// `convert`: of the colour profile, and whether the picture is grey, what makes it sRGB.
fn read<D: ImageDecoder>(
    decoder: std::result::Result<D, ImageError>,
    format: Format,
    max_pixels: u64,
    convert: impl Fn(Option<&[u8]>, bool) -> Option<Conversion>,
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
    let conversion = convert(profile.as_deref(), !colour.has_color());
    let bytes = decoder.total_bytes();
    let size = (width, height);
    let image =
        unpacked(size, bytes, colour, conversion.as_ref(), |pixels| decoder.read_image(pixels));
    Ok((image.map_err(|reason| format.broken(reason))?, orientation))
}

/// The picture that `decode` writes into a buffer of `bytes`, in pixels of type `colour`.
///
/// # Errors
/// Those of `decode`, and where memory is not to be had.
fn unpacked<E: ToString>(
    (width, height): (u32, u32),
    bytes: u64,
    colour: ColorType,
    conversion: Option<&Conversion>,
    decode: impl FnOnce(&mut [u8]) -> std::result::Result<(), E>,
) -> std::result::Result<Image, String> {
    let pixels = u64::from(width) * u64::from(height) * 4;
    let mut buffer = reserve(pixels.max(bytes))?;
    decode(&mut buffer[..bytes as usize]).map_err(|error| error.to_string())?;
    if colour != ColorType::Rgba8 {
        rgba::unpack(&mut buffer, width as usize, colour);
    }
    buffer.truncate(pixels as usize);
    buffer.shrink_to_fit();
    if let Some(conversion) = conversion {
        buffer.chunks_exact_mut(4 * width as usize).for_each(|row| conversion.apply(row));
    }
    Ok(Image::new(width, height, buffer))
}

/// Zeros, or an error where `bytes` of memory are not to be had.
fn reserve(bytes: u64) -> std::result::Result<Vec<u8>, String> {
    let short = || format!("it needs {} MB of memory", bytes / 1_000_000);
    let bytes = usize::try_from(bytes).map_err(|_| short())?;
    bytemuck::try_zeroed_vec(bytes).map_err(|()| short())
}
