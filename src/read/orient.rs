//! In: an [`Image`] as stored and its EXIF [`Orientation`]. Out: the [`Image`] as it is meant to be
//! seen. Metadata is not carried on, so a result is never turned twice.
//!
//! In place: a photo that was taken upright needs no second buffer of its size.

use crate::raster::Image;

pub use image::metadata::Orientation;

/// Bands of so many rows are turned at once; a height without a divisor in this range (a prime, a
/// tiny picture) is turned through a copy instead.
const BANDS: std::ops::RangeInclusive<usize> = 16..=160;

type Pixel = [u8; 4];

/// Applies one of the eight EXIF orientations (EXIF 2.32, tag 0x0112).
pub fn orient(image: Image, orientation: Orientation) -> Image {
    let (is_turned, is_mirrored, is_upended) = match orientation {
        Orientation::NoTransforms => return image,
        Orientation::FlipHorizontal => (false, true, false),
        Orientation::Rotate180 => (false, true, true),
        Orientation::FlipVertical => (false, false, true),
        Orientation::Rotate90FlipH => (true, false, false),
        Orientation::Rotate90 => (true, true, false),
        Orientation::Rotate270FlipH => (true, true, true),
        Orientation::Rotate270 => (true, false, true),
    };
    let (mut width, mut height) = (image.width(), image.height());
    let mut bytes = image.into_pixels();
    let pixels = bytes.as_chunks_mut().0;
    if is_turned {
        transpose(pixels, width as usize, height as usize);
        (width, height) = (height, width);
    }
    let width_px = width as usize;
    match (is_mirrored, is_upended) {
        (true, true) => pixels.reverse(),
        (true, false) => pixels.chunks_exact_mut(width_px).for_each(<[Pixel]>::reverse),
        (false, true) => {
            let (upper, lower) = pixels.split_at_mut(height as usize / 2 * width_px);
            let lower = lower.rchunks_exact_mut(width_px);
            upper.chunks_exact_mut(width_px).zip(lower).for_each(|(a, b)| a.swap_with_slice(b));
        }
        (false, false) => {}
    }
    Image::new(width, height, bytes)
}

/// Turns `[height, width]` into `[width, height]`.
fn transpose(pixels: &mut [Pixel], width: usize, height: usize) {
    let Some(band) = BANDS.rev().find(|&band| height.is_multiple_of(band)) else {
        let copy = pixels.to_vec();
        transpose_into(&copy, width, height, pixels);
        return;
    };
    let mut copy = vec![[0; 4]; band * width];
    for rows in pixels.chunks_exact_mut(band * width) {
        copy.copy_from_slice(rows);
        transpose_into(&copy, width, band, rows);
    }
    permute(pixels, height / band, width, band);
}

fn transpose_into(from: &[Pixel], width: usize, height: usize, to: &mut [Pixel]) {
    for (x, column) in to.chunks_exact_mut(height).enumerate() {
        for (pixel, row) in column.iter_mut().zip(from.chunks_exact(width)) {
            *pixel = row[x];
        }
    }
}

/// Transposes `[rows, columns]` blocks of `block` pixels, along the cycles of the permutation.
fn permute(pixels: &mut [Pixel], rows: usize, columns: usize, block: usize) {
    let mut is_moved = vec![false; rows * columns];
    let mut carried = vec![[0; 4]; block];
    for start in 0..is_moved.len() {
        let mut at = start;
        if !is_moved[start] {
            carried.copy_from_slice(&pixels[start * block..][..block]);
        }
        while !is_moved[at] {
            is_moved[at] = true;
            at = at % columns * rows + at / columns;
            carried.swap_with_slice(&mut pixels[at * block..][..block]);
        }
    }
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, RgbaImage};

    use super::*;

    #[test]
    fn turns_as_the_image_crate_does() {
        for (width, height) in [(1, 1), (5, 3), (7, 16), (33, 48), (96, 64), (40, 320), (50, 37)] {
            let pixels: Vec<u8> = (0..width * height * 4).map(|at| (at * 31 / 7) as u8).collect();
            for exif in 1..=8 {
                let orientation = Orientation::from_exif(exif).unwrap();
                let stored = RgbaImage::from_raw(width, height, pixels.clone()).unwrap();
                let mut expected = DynamicImage::ImageRgba8(stored);
                expected.apply_orientation(orientation);
                let seen = orient(Image::new(width, height, pixels.clone()), orientation);
                assert_eq!((seen.width(), seen.height()), (expected.width(), expected.height()));
                assert_eq!(seen.pixels(), expected.as_bytes(), "{width}x{height}, {exif}");
            }
        }
    }
}
