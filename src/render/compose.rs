//! In: an [`Image`] and its [`Mask`], of one size. Out: the cut-out, an [`Image`] with straight
//! alpha.
//!
//! The photo's own transparency stays: alphas multiply. Of a photo that came cut out, the mask is its
//! alpha, and the lesser of both counts; its colours stay. Where the result is fully transparent it
//! carries no colour of the background it was freed of: none at all, or, decontaminated, the
//! subject's own near its edge.

use super::foreground::decontaminate;
use crate::raster::{Image, Mask};

/// Pixels that are passed over at once where all of them are opaque.
const RUN: usize = 64;

/// How a mask meets a photo's pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Alphas multiply.
    Plain,
    /// And the ground's colour is taken out of soft edges.
    Clean,
    /// The mask is the photo's own alpha.
    Own,
}

/// Cuts `image` out; [`Cut::Clean`] takes the ground's colour out of soft edges, see [`decontaminate`].
///
/// # Panics
/// When the sizes differ.
pub fn compose(mut image: Image, mask: &Mask, cut: Cut) -> Image {
    assert_eq!((image.width(), image.height()), (mask.width(), mask.height()));
    let clean = cut == Cut::Clean;
    if clean {
        decontaminate(&mut image, mask);
    }
    let runs = image.pixels_mut().chunks_mut(RUN * 4).zip(mask.values().chunks(RUN));
    for (pixels, coverages) in runs {
        let is_seen = |pixel: &[u8]| pixel[3] > 0;
        if coverages.iter().all(|&coverage| coverage == 255) && pixels.chunks_exact(4).all(is_seen)
        {
            continue;
        }
        for (pixel, &coverage) in pixels.chunks_exact_mut(4).zip(coverages) {
            let alpha = match cut {
                Cut::Own => pixel[3].min(coverage),
                _ => ((u32::from(pixel[3]) * u32::from(coverage) + 127) / 255) as u8,
            };
            pixel[3] = alpha;
            if alpha == 0 && !(clean && coverage == 0) {
                pixel.fill(0);
            }
        }
    }
    image
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
