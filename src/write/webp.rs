//! In: an [`Image`]. Out: a WebP file: lossless, or of a quality, VP8 (RFC 6386) beside a lossless alpha.

use webp::{ColorType, EncoderParams, WebPEncoder};

use super::{Layout, check_size, failed};
use crate::error::{Error, Result};
use crate::raster::Image;

/// Of WebP's container; VP8L alone would hold one more.
const LONGEST_PX: u32 = 16383;
/// Of a quality. What says how blocks are predicted must fit 2^19 bytes (RFC 6386, 9.1), which the encoder panics
/// over: 82 bits for each block of 16 x 16, of which noise takes 70.
const LOSSY_PIXELS: u64 = 13_000_000;

pub(super) fn encode(image: &Image, layout: Layout, quality: Option<u8>) -> Result<Vec<u8>> {
    check_size(image, "WebP", LONGEST_PX)?;
    let mut params = EncoderParams::default();
    if let Some(quality) = quality.filter(|_| layout != Layout::Grey) {
        check_area(image)?;
        params.use_lossy = true;
        params.lossy_quality = as_libwebp(quality);
    }
    let mut file = Vec::new();
    let mut encoder = WebPEncoder::new(&mut file);
    encoder.set_params(params);
    let write =
        |pixels: &[u8], colour| encoder.encode(pixels, image.width(), image.height(), colour);
    match layout {
        Layout::Grey => write(&layout.pack(image.pixels()), ColorType::L8),
        Layout::Rgb => write(&layout.pack(image.pixels()), ColorType::Rgb8),
        Layout::Rgba => write(image.pixels(), ColorType::Rgba8),
    }
    .map_err(failed)?;
    Ok(file)
}

/// # Errors
/// When `image` is too large for a quality.
fn check_area(image: &Image) -> Result<()> {
    let (width, height) = (image.width(), image.height());
    if u64::from(width) * u64::from(height) <= LOSSY_PIXELS {
        return Ok(());
    }
    let reason = format!(
        "{width}x{height} px; a WebP file of a quality holds at most 13 megapixels: give a size, or no quality"
    );
    Err(Error::Encode { reason })
}

/// The encoder's quality at which cut-outs look as those of libwebp's `quality`, by their mean squared error; past 90
/// libwebp's are better.
fn as_libwebp(quality: u8) -> u8 {
    match quality {
        50.. => 100 - (100 - quality) * 3 / 10,
        _ => (u16::from(quality) * 17 / 10) as u8,
    }
}
