//! In: a photo of any size. Out: one small enough that reading it again costs little, averaged by a
//! whole factor. Everything that looks at the photo as a whole looks at this one.

use std::borrow::Cow;

use super::Image;

/// Photos less than twice as long as this stay as they are, px.
const LONGEST: u32 = 1024;
/// Blocks of more rows would overflow the 16-bit sums.
const MAX_FACTOR: u32 = 257;

/// Averages blocks of k x k pixels, the largest k that leaves `LONGEST` px on the longer side.
/// Pictures with transparency stay as they are: their hidden colours must not be mixed in.
pub(crate) fn shrink(photo: &Image) -> Cow<'_, Image> {
    let factor = (photo.width().max(photo.height()) / LONGEST).min(MAX_FACTOR) as usize;
    if factor < 2 {
        return Cow::Borrowed(photo);
    }
    let width = photo.width() as usize;
    let (columns, rows) = (width.div_ceil(factor), (photo.height() as usize).div_ceil(factor));
    let mut pixels = vec![0; columns * rows * 4];
    let mut sums = vec![0u16; width * 4];
    let bands = photo.pixels().chunks(factor * width * 4);
    for (band, shrunk) in bands.zip(pixels.chunks_exact_mut(columns * 4)) {
        sums.fill(0);
        for row in band.chunks_exact(width * 4) {
            sums.iter_mut().zip(row).for_each(|(sum, &value)| *sum += u16::from(value));
        }
        let height = band.len() / (width * 4);
        let mut is_opaque = true;
        for (block, shrunk) in sums.chunks(factor * 4).zip(shrunk.chunks_exact_mut(4)) {
            let count = (height * block.len() / 4) as u32;
            let mut sum = [count / 2; 4];
            for pixel in block.chunks_exact(4) {
                sum = std::array::from_fn(|n| sum[n] + u32::from(pixel[n]));
            }
            is_opaque &= sum[3] == 255 * count + count / 2;
            // Sums are below 2^24 and counts below 2^17: this is the quotient of the integers.
            let mean = sum.map(|sum| (sum as i32 as f32 / count as f32) as i32 as u8);
            shrunk.copy_from_slice(&mean);
        }
        if !is_opaque {
            return Cow::Borrowed(photo);
        }
    }
    Cow::Owned(Image::new(columns as u32, rows as u32, pixels))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_averaged_and_ragged_ends_too() {
        let (width, height) = (3073, 5);
        let pixel = |i: usize| [(i % width / 3 % 200) as u8, (i / width / 3 * 9) as u8, 7, 255];
        let pixels = (0..width * height).flat_map(pixel).collect();
        let photo = Image::new(width as u32, height as u32, pixels);
        let small = shrink(&photo);
        assert_eq!((small.width(), small.height()), (1025, 2));
        for (index, seen) in small.pixels().chunks_exact(4).enumerate() {
            let (x, y) = (index % 1025, index / 1025);
            assert_eq!(seen, [(x % 200) as u8, (y * 9) as u8, 7, 255]);
        }
    }

    #[test]
    fn the_longest_photos_do_not_overflow() {
        let height = 300 * 1024;
        let small = shrink(&Image::new(1, height, vec![255; height as usize * 4])).into_owned();
        assert_eq!((small.width(), small.height()), (1, height.div_ceil(257)));
        assert!(small.pixels().iter().all(|&value| value == 255));
    }

    #[test]
    fn small_and_transparent_pictures_stay() {
        let small = Image::new(2047, 2, vec![9; 2047 * 8]);
        assert!(matches!(shrink(&small), Cow::Borrowed(_)));
        let clear = Image::new(4096, 2, vec![9; 4096 * 8]);
        assert!(matches!(shrink(&clear), Cow::Borrowed(_)));
    }
}
