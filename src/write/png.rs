//! In: an [`Image`]. Out: a PNG file of 8 bits a channel, written row by row.

use std::io::Write;

use png::{BitDepth, ColorType, Compression, Encoder, Filter, PixelDimensions};

use super::{Layout, failed};
use crate::error::Result;
use crate::options::{Effort, Options};
use crate::raster::Image;

const CHUNK_BYTES: usize = 1 << 16;
const INCHES_A_METRE: f64 = 1.0 / 0.0254;

pub(super) fn encode(image: &Image, layout: Layout, options: &Options) -> Result<Vec<u8>> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, image.width(), image.height());
    encoder.set_color(match layout {
        Layout::Grey => ColorType::Grayscale,
        Layout::Rgb => ColorType::Rgb,
        Layout::Rgba => ColorType::Rgba,
    });
    encoder.set_depth(BitDepth::Eight);
    let (compression, filter) = match options.effort {
        // As small as with the best filter of each row, and sooner.
        Effort::Fast => (Compression::Fast, Filter::Paeth),
        Effort::Best => (Compression::Balanced, Filter::Adaptive),
    };
    encoder.set_compression(compression);
    encoder.set_filter(filter);
    encoder.set_pixel_dims(options.dpi.map(|dpi| {
        let a_metre = (f64::from(dpi) * INCHES_A_METRE).round() as u32;
        PixelDimensions { xppu: a_metre, yppu: a_metre, unit: png::Unit::Meter }
    }));
    let mut header = encoder.write_header().map_err(failed)?;
    let mut writer = header.stream_writer_with_size(CHUNK_BYTES).map_err(failed)?;
    let mut packed = Vec::new();
    for row in image.pixels().chunks_exact(image.width() as usize * 4) {
        let row = if layout == Layout::Rgba {
            row
        } else {
            packed.clear();
            layout.pack_into(row, &mut packed);
            &packed
        };
        writer.write_all(row).map_err(failed)?;
    }
    writer.finish().map_err(failed)?;
    header.finish().map_err(failed)?;
    Ok(file)
}
