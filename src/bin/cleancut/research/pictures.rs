//! In: a folder, a file. Out: its pictures by name; a [`Mask`] or [`Labels`] of a file, and back.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use cleancut::Mask;
use cleancut::measure::Labels;
use cleancut::options::MAX_PIXELS;
use cleancut::read::read;
use image::{ImageReader, Limits};
use png::{BitDepth, ColorType, Compression, Decoder, Encoder, Filter, Transformations};
use zune_core::bytestream::ZCursor;
use zune_jpeg::JpegDecoder;

use crate::endings::{PHOTOS, ending};

/// What a JPEG begins with.
const JPEG: &[u8] = b"\xff\xd8\xff";

/// The name of a picture without what pictures' names end in.
pub(super) fn stem(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, end)) if PHOTOS.contains(&&*end.to_ascii_lowercase()) => stem,
        _ => name,
    }
}

/// The pictures directly in `folder` by the stem of their names, and those whose stem another has.
pub(super) fn by_stem(folder: &Path) -> Result<(BTreeMap<String, PathBuf>, Vec<String>), String> {
    let unreadable = |error| format!("cannot read the folder {}: {error}", folder.display());
    let mut paths = vec![];
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if ending(&path).is_some_and(|ending| PHOTOS.contains(&&*ending)) {
            paths.push(path);
        }
    }
    paths.sort();
    let (mut pictures, mut doubles) = (BTreeMap::new(), vec![]);
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        if pictures.contains_key(stem(&name)) {
            doubles.push(name);
        } else {
            pictures.insert(stem(&name).to_owned(), path);
        }
    }
    Ok((pictures, doubles))
}

/// Width and height of a picture, px, as stored, from its header.
pub(super) fn size(file: &Path) -> Result<(u32, u32), String> {
    let bytes = std::fs::read(file).map_err(|error| error.to_string())?;
    if bytes.starts_with(JPEG) {
        let mut decoder = JpegDecoder::new(ZCursor::new(&bytes));
        decoder.decode_headers().map_err(|error| error.to_string())?;
        let (width, height) = decoder.dimensions().ok_or("it has no size")?;
        return Ok((width as u32, height as u32));
    }
    let reader = ImageReader::new(Cursor::new(&bytes)).with_guessed_format();
    reader.map_err(|e| e.to_string())?.into_dimensions().map_err(|e| e.to_string())
}

/// A picture's alpha where it is not opaque, else its grey, from a JPEG, PNG or WebP file.
pub(super) fn mask(file: &[u8]) -> Result<Mask, String> {
    if file.starts_with(JPEG) {
        let picture = read(file, MAX_PIXELS).map_err(|error| error.to_string())?;
        let luma = |rgb: &[u8]| {
            let [red, green, blue] = [rgb[0], rgb[1], rgb[2]].map(u32::from);
            ((2126 * red + 7152 * green + 722 * blue + 5000) / 10000) as u8
        };
        let values = picture.pixels().chunks_exact(4).map(luma).collect();
        return Ok(Mask::new(picture.width(), picture.height(), values));
    }
    let mut reader = ImageReader::new(Cursor::new(file));
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_PIXELS * 16);
    reader.limits(limits);
    let reader = reader.with_guessed_format().map_err(|error| error.to_string())?;
    let picture = reader.decode().map_err(|error| error.to_string())?;
    let (width, height) = (picture.width(), picture.height());
    if picture.color().has_alpha() {
        let alphas: Vec<u8> = picture.to_rgba8().pixels().map(|pixel| pixel[3]).collect();
        if alphas.iter().any(|&alpha| alpha < 255) {
            return Ok(Mask::new(width, height, alphas));
        }
    }
    Ok(Mask::new(width, height, picture.into_luma8().into_raw()))
}

/// The numbers of a PNG's pixels, as they are stored: of its palette, or its greys.
pub(super) fn labels(file: &[u8]) -> Result<Labels, String> {
    let mut decoder = Decoder::new(Cursor::new(file));
    decoder.set_transformations(Transformations::IDENTITY);
    decoder.set_limits(png::Limits { bytes: MAX_PIXELS as usize * 4 });
    let mut reader = decoder.read_info().map_err(|error| error.to_string())?;
    let (colour, depth) = reader.output_color_type();
    if !matches!(colour, ColorType::Indexed | ColorType::Grayscale) || depth == BitDepth::Sixteen {
        return Err(format!("it is {colour:?} of {depth:?} bits; classes take a palette or grey"));
    }
    let (width, height) = reader.info().size();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(format!("it is {width}x{height} px; the limit is 64 Mpx"));
    }
    let bytes = reader.output_buffer_size().ok_or("it is too large")?;
    let mut values = vec![0; bytes];
    let info = reader.next_frame(&mut values).map_err(|error| error.to_string())?;
    Ok(Labels::of(width, height, unpacked(&values, info.line_size, width as usize, depth)))
}

/// Pixels of 1, 2, 4 or 8 bits as bytes; rows begin at bytes.
fn unpacked(packed: &[u8], line_bytes: usize, width: usize, depth: BitDepth) -> Vec<u8> {
    let bits = depth as usize;
    let of_row = |row: &[u8]| -> Vec<u8> {
        let at = |x: usize| {
            let bit = x * bits;
            row[bit / 8] >> (8 - bits - bit % 8) & ((1_u16 << bits) - 1) as u8
        };
        (0..width).map(at).collect()
    };
    packed.chunks_exact(line_bytes).flat_map(of_row).collect()
}

/// A PNG of 8 bits a pixel, grey or with the palette of PASCAL VOC, whose index 0 is black.
pub(super) fn encode(labels: &Labels, has_classes: bool) -> Result<Vec<u8>, png::EncodingError> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, labels.width(), labels.height());
    encoder.set_depth(BitDepth::Eight);
    encoder.set_color(if has_classes { ColorType::Indexed } else { ColorType::Grayscale });
    if has_classes {
        encoder.set_palette((0..=u8::MAX).flat_map(colour).collect::<Vec<u8>>());
    }
    encoder.set_compression(Compression::Fast);
    encoder.set_filter(Filter::Up);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(labels.values())?;
    writer.finish()?;
    Ok(file)
}

/// The colour of an index: its bits, three at a time, from the highest of each channel down.
fn colour(index: u8) -> [u8; 3] {
    let mut colour = [0; 3];
    for bit in 0..8_u8 {
        colour[usize::from(bit % 3)] |= (index >> bit & 1) << (7 - bit / 3);
    }
    colour
}
