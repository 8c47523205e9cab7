//! In: a photo of any size. Out: one small enough that reading it again costs little, averaged by a
//! whole factor. Everything that looks at the photo as a whole looks at this one.

use std::borrow::Cow;

use crate::image::Image;

/// Photos less than twice as long as this stay as they are, px.
const LONGEST: u32 = 1024;

/// Averages blocks of k x k pixels, the largest k that leaves `LONGEST` px on the longer side.
/// Pictures with transparency stay as they are: their hidden colours must not be mixed in.
pub(crate) fn shrink(photo: &Image) -> Cow<'_, Image> {
    let factor = (photo.width().max(photo.height()) / LONGEST) as usize;
    if factor < 2 || !photo.is_opaque() {
        return Cow::Borrowed(photo);
    }
    let width = photo.width() as usize;
    let (columns, rows) = (width.div_ceil(factor), (photo.height() as usize).div_ceil(factor));
    let mut pixels = Vec::with_capacity(columns * rows * 4);
    let mut sums = vec![0u16; width * 4];
    for band in photo.pixels().chunks(factor * width * 4) {
        sums.fill(0);
        for row in band.chunks_exact(width * 4) {
            sums.iter_mut().zip(row).for_each(|(sum, &value)| *sum += u16::from(value));
        }
        let height = band.len() / (width * 4);
        let whole = Mean::of(height * factor);
        let blocks = sums.chunks_exact(factor * 4);
        let ragged = blocks.remainder();
        blocks.for_each(|block| pixels.extend(whole.mean(block)));
        if !ragged.is_empty() {
            pixels.extend(Mean::of(height * ragged.len() / 4).mean(ragged));
        }
    }
    Cow::Owned(Image::new(columns as u32, rows as u32, pixels))
}

/// Divides by a count, as a product: a division per value took longer than the sums.
struct Mean {
    count: u32,
    share: u64,
}

impl Mean {
    fn of(count: usize) -> Self {
        Self { count: count as u32, share: (1 << 32) / count as u64 + 1 }
    }

    fn mean(&self, block: &[u16]) -> [u8; 4] {
        let mut sum = [self.count / 2; 4];
        for pixel in block.chunks_exact(4) {
            sum.iter_mut().zip(pixel).for_each(|(sum, &value)| *sum += u32::from(value));
        }
        sum.map(|sum| ((u64::from(sum) * self.share) >> 32) as u8)
    }
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
    fn small_and_transparent_pictures_stay() {
        let small = Image::new(2047, 2, vec![9; 2047 * 8]);
        assert!(matches!(shrink(&small), Cow::Borrowed(_)));
        let clear = Image::new(4096, 2, vec![9; 4096 * 8]);
        assert!(matches!(shrink(&clear), Cow::Borrowed(_)));
    }
}
