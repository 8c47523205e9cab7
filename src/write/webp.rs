//! In: an [`Image`]. Out: a lossless WebP file.

use image::ExtendedColorType;
use image::codecs::webp::WebPEncoder;

use super::{Layout, check_size, failed};
use crate::error::Result;
use crate::raster::Image;

/// Of WebP's container; VP8L alone would hold one more.
const LONGEST_PX: u32 = 16383;

pub(super) fn encode(image: &Image, layout: Layout) -> Result<Vec<u8>> {
    check_size(image, "WebP", LONGEST_PX)?;
    let mut file = Vec::new();
    let mut write = |pixels: &[u8], colour| {
        WebPEncoder::new_lossless(&mut file).encode(pixels, image.width(), image.height(), colour)
    };
    match layout {
        Layout::Grey => write(&layout.pack(image.pixels()), ExtendedColorType::L8),
        Layout::Rgb => write(&layout.pack(image.pixels()), ExtendedColorType::Rgb8),
        Layout::Rgba => write(image.pixels(), ExtendedColorType::Rgba8),
    }
    .map_err(failed)?;
    Ok(file)
}
