//! In: an [`Image`]. Out: a PNG file of 8 bits a channel, written row by row.

use std::io::Write;

use png::{BitDepth, ColorType, Compression, Encoder, Filter};

use super::{Layout, failed};
use crate::error::Result;
use crate::raster::Image;

const CHUNK_BYTES: usize = 1 << 16;

pub(super) fn encode(image: &Image, layout: Layout) -> Result<Vec<u8>> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, image.width(), image.height());
    encoder.set_color(match layout {
        Layout::Grey => ColorType::Grayscale,
        Layout::Rgb => ColorType::Rgb,
        Layout::Rgba => ColorType::Rgba,
    });
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Fast);
    // As small as with the best filter of each row, and sooner.
    encoder.set_filter(Filter::Paeth);
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
