//! In: an [`Image`] and its [`Mask`], of one size. Out: the cut-out, an [`Image`] with straight
//! alpha.
//!
//! The photo's own transparency stays: alphas multiply. Of a photo that came cut out, the mask is its
//! alpha, and the lesser of both counts; its colours stay. Where the result is fully transparent it
//! carries no colour of the background it was freed of: none at all, or, decontaminated, the
//! subject's own near its edge.

use super::foreground::{Cleaner, extent};
use crate::raster::{Image, Mask};

/// Pixels that are passed over at once where all of them are opaque, or clear.
const RUN: usize = 64;

/// How a mask meets a photo's pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Alphas multiply.
    Plain,
    /// And the ground's colour is taken out of soft edges, see [`foreground`](super::foreground).
    Clean,
    /// The mask is the photo's own alpha.
    Own,
}

/// Cuts `image` out.
///
/// # Panics
/// When the sizes differ.
pub fn compose(mut image: Image, mask: &Mask, cut: Cut) -> Image {
    assert_eq!((image.width(), image.height()), (mask.width(), mask.height()));
    let is_soft = || mask.values().iter().any(|&coverage| coverage < 255);
    let cleaner = (cut == Cut::Clean && is_soft()).then(|| Cleaner::new(&image, mask));
    let width = image.width() as usize;
    let rows = image.pixels_mut().chunks_exact_mut(4 * width).zip(mask.values().chunks(width));
    for (y, (pixels, coverages)) in rows.enumerate() {
        if let Some(cleaner) = &cleaner {
            cleaner.clean(y, pixels, coverages);
        }
        let runs = pixels.as_chunks_mut().0.chunks_mut(RUN).zip(coverages.chunks(RUN));
        runs.for_each(|(pixels, coverages)| cover(pixels, coverages, cut));
    }
    image
}

/// Gives a run of pixels its alpha.
fn cover(pixels: &mut [[u8; 4]], coverages: &[u8], cut: Cut) {
    let clean = cut == Cut::Clean;
    let (least, most) = extent(coverages);
    if least == 255 && pixels.iter().fold(255, |least, pixel| pixel[3].min(least)) > 0 {
        return;
    }
    if most == 0 && clean {
        pixels.iter_mut().for_each(|pixel| pixel[3] = 0);
        return;
    }
    for (pixel, &coverage) in pixels.iter_mut().zip(coverages) {
        let alpha = match cut {
            Cut::Own => pixel[3].min(coverage),
            _ => ((u32::from(pixel[3]) * u32::from(coverage) + 127) / 255) as u8,
        };
        pixel[3] = alpha;
        if alpha == 0 && !(clean && coverage == 0) {
            *pixel = [0; 4];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alphas_multiply_and_hidden_colours_are_cleared() {
        let pixels = vec![1, 2, 3, 255, 4, 5, 6, 255, 7, 8, 9, 128, 7, 8, 9, 0, 7, 8, 9, 1];
        let mask = Mask::new(5, 1, vec![255, 0, 128, 255, 100]);
        let cut = compose(Image::new(5, 1, pixels), &mask, Cut::Plain);
        let expected = [1, 2, 3, 255, 0, 0, 0, 0, 7, 8, 9, 64, 0, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(cut.pixels(), expected);
    }
}
