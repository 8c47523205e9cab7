//! In: an [`Image`] and its [`Mask`], of one size. Out: the cut-out, an [`Image`] with straight
//! alpha.
//!
//! The photo's own transparency stays: alphas multiply. Where the result is fully transparent it
//! carries no colour of the background it was freed of: none at all, or, decontaminated, the
//! subject's own near its edge.

use super::foreground::decontaminate;
use crate::raster::{Image, Mask};

/// Pixels that are passed over at once where all of them are opaque.
const RUN: usize = 64;

/// Cuts `image` out; `clean` takes the ground's colour out of soft edges, see [`decontaminate`].
///
/// # Panics
/// When the sizes differ.
pub fn compose(mut image: Image, mask: &Mask, clean: bool) -> Image {
    assert_eq!((image.width(), image.height()), (mask.width(), mask.height()));
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
            let alpha = (u32::from(pixel[3]) * u32::from(coverage) + 127) / 255;
            pixel[3] = alpha as u8;
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
        let cut = compose(Image::new(5, 1, pixels), &mask, false);
        let expected = [1, 2, 3, 255, 0, 0, 0, 0, 7, 8, 9, 64, 0, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(cut.pixels(), expected);
    }
}
