//! In: the bytes of a JPEG, PNG or WebP file. Out: an [`Image`], the right way up, in sRGB.

pub mod decode;
pub mod orient;

use self::decode::decode;
use self::orient::orient;
use crate::error::Result;
use crate::raster::Image;

/// The pixels of a file of at most `max_pixels` (width x height, px).
///
/// # Errors
/// [`Error::UnsupportedFormat`](crate::Error::UnsupportedFormat),
/// [`Error::TooLarge`](crate::Error::TooLarge) or [`Error::Decode`](crate::Error::Decode).
pub fn read(file: &[u8], max_pixels: u64) -> Result<Image> {
    let (stored, orientation) = decode(file, max_pixels)?;
    Ok(orient(stored, orientation))
}
