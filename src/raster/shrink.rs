//! In: a photo of any size. Out: one small enough that reading it again costs little, averaged by a
//! whole factor. Everything that looks at the photo as a whole looks at this one.

use super::Image;

/// Photos less than twice as long as this stay as they are, px.
const LONGEST: u32 = 1024;
/// Blocks of more pixels than this squared would be divided inexactly, and overflow sums of 16 bits.
const MAX_FACTOR: u32 = 16;
/// Columns that are added at a time, so that their sums stay in the cache.
const STRIP: usize = 512;

/// Averages blocks of k x k pixels, the largest k that leaves `LONGEST` px on the longer side; the
/// photo keeps what comes out. Pictures with transparency stay as they are: their hidden colours must
/// not be mixed in.
pub(crate) fn shrink(photo: &Image) -> &Image {
    photo.small(averaged)
}

fn averaged(photo: &Image) -> Option<Image> {
    let factor = (photo.width().max(photo.height()) / LONGEST).min(MAX_FACTOR) as usize;
    if factor < 2 {
        return None;
    }
    let width = photo.width() as usize;
    let (columns, rows) = (width.div_ceil(factor), (photo.height() as usize).div_ceil(factor));
    let mut pixels = vec![0; columns * rows * 4];
    let strip = (STRIP / factor).max(1) * factor;
    let mut sums = vec![0; strip];
    let bands = photo.pixels().as_chunks().0.chunks(factor * width);
    for (band, shrunk) in bands.zip(pixels.as_chunks_mut().0.chunks_exact_mut(columns)) {
        for (start, shrunk) in (0..width).step_by(strip).zip(shrunk.chunks_mut(strip / factor)) {
            let end = (start + strip).min(width);
            let sums = &mut sums[..end - start];
            sums.fill(0);
            for row in band.chunks_exact(width) {
                sums.iter_mut()
                    .zip(&row[start..end])
                    .for_each(|(sum, &pixel)| *sum += lanes(pixel));
            }
            if !average(sums, factor, band.len() / width, shrunk) {
                return None;
            }
        }
    }
    Some(Image::new(columns as u32, rows as u32, pixels))
}

/// The four bytes with room for sums of 16 bits. So written, they are added as fast in wasm, where
/// bytes are not widened several at a time.
fn lanes(pixel: [u8; 4]) -> u64 {
    let bytes = u64::from(u32::from_le_bytes(pixel));
    let halves = (bytes | bytes << 16) & 0x0000_ffff_0000_ffff;
    (halves | halves << 8) & 0x00ff_00ff_00ff_00ff
}

/// The means of `columns`, each the sum of `height` pixels, `factor` of them at a time. Whether all is
/// opaque.
fn average(columns: &[u64], factor: usize, height: usize, means: &mut [[u8; 4]]) -> bool {
    let mut is_opaque = true;
    let whole = Divisor::new((factor * height) as u32);
    for (block, mean) in columns.chunks(factor).zip(means) {
        let is_whole = block.len() == factor;
        let divisor = if is_whole { whole } else { Divisor::new((block.len() * height) as u32) };
        let sum: u64 = block.iter().sum();
        let sums = [0, 16, 32, 48].map(|lane| (sum >> lane) as u32 & 0xffff);
        is_opaque &= sums[3] == 255 * divisor.count;
        *mean = sums.map(|sum| divisor.mean(sum));
    }
    is_opaque
}

/// Divides sums of `count` bytes: Granlund and Montgomery 1994, Division by Invariant Integers, exact
/// while `255.5 * count^2` is below `2^SHIFT`.
#[derive(Clone, Copy)]
struct Divisor {
    count: u32,
    factor: u32,
}

impl Divisor {
    const SHIFT: u32 = 24;

    fn new(count: u32) -> Self {
        Self { count, factor: (1u32 << Self::SHIFT).div_ceil(count) }
    }

    /// The mean, rounded.
    fn mean(self, sum: u32) -> u8 {
        ((sum + self.count / 2).wrapping_mul(self.factor) >> Self::SHIFT) as u8
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
    fn the_longest_photos_do_not_overflow() {
        let height = 65_535;
        let photo = Image::new(1, height, vec![255; height as usize * 4]);
        let small = shrink(&photo);
        assert_eq!((small.width(), small.height()), (1, height.div_ceil(16)));
        assert!(small.pixels().iter().all(|&value| value == 255));
    }

    #[test]
    fn small_and_transparent_pictures_stay() {
        let small = Image::new(2047, 2, vec![9; 2047 * 8]);
        assert!(std::ptr::eq(shrink(&small), &raw const small));
        let clear = Image::new(4096, 2, vec![9; 4096 * 8]);
        assert!(std::ptr::eq(shrink(&clear), &raw const clear));
    }

    #[test]
    fn means_are_the_integers_quotients() {
        for count in [1, 2, 3, 4, 6, 9, 16, 25, 49, 121, 225, 240, 255, 256] {
            let divisor = Divisor::new(count);
            for sum in 0..=255 * count {
                assert_eq!(
                    u32::from(divisor.mean(sum)),
                    (sum + count / 2) / count,
                    "{sum} of {count}"
                );
            }
        }
    }

    #[test]
    fn changed_pixels_are_averaged_anew() {
        let mut photo = Image::new(4096, 4, [9, 9, 9, 255].repeat(4096 * 4));
        assert_eq!(shrink(&photo).pixels()[0], 9);
        photo.pixels_mut().as_chunks_mut().0.fill([7, 7, 7, 255]);
        assert_eq!(shrink(&photo).pixels()[0], 7);
    }
}
