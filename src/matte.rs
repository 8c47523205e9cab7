//! In: a [`Saliency`], `[side, side]` f32 in [0, 1], and the photo. Out: a [`Mask`], `[height, width]`
//! u8, of the photo's size.
//!
//! The map is stretched so that a found subject becomes fully opaque and its ground fully clear,
//! then resized with a Catmull-Rom filter. A map without contrast is never blown up.

use fast_image_resize::images::{Image as Pixels, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use crate::engine::Saliency;
use crate::image::{Image, Mask};
use crate::options::Options;

/// The stretch never takes a saliency above this for ground.
const GROUND_AT_MOST: f32 = 0.1;
/// The stretch never takes a saliency below this for a sure subject.
const SUBJECT_AT_LEAST: f32 = 0.5;

/// The mask of `photo`, whose saliency is `saliency`.
pub fn matte(saliency: &Saliency, photo: &Image, _options: &Options) -> Mask {
    let (width, height) = (photo.width(), photo.height());
    let small = normalise(saliency.values());
    let side = saliency.side();
    let source = ImageRef::new(side, side, &small, PixelType::U8)
        .expect("a saliency map holds side * side values");
    let mut mask = Pixels::new(width, height, PixelType::U8);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    Resizer::new().resize(&source, &mut mask, &options).expect("both masks are u8 and not empty");
    Mask::new(width, height, mask.into_vec())
}

/// Min-max normalisation as in U2-Net's reference, with both ends held: the divisor is at least
/// `SUBJECT_AT_LEAST - GROUND_AT_MOST`, so noise on a flat map stays noise.
fn normalise(values: &[f32]) -> Vec<u8> {
    let (min, max) = values
        .iter()
        .fold((f32::INFINITY, f32::NEG_INFINITY), |(min, max), &v| (min.min(v), max.max(v)));
    let low = min.min(GROUND_AT_MOST);
    let high = max.max(SUBJECT_AT_LEAST);
    values.iter().map(|&v| (255.0 * (v - low) / (high - low)).round() as u8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_found_subject_spans_the_whole_range() {
        assert_eq!(normalise(&[0.02, 0.42, 0.8]), [0, 131, 255]);
    }

    #[test]
    fn a_flat_map_stays_flat() {
        for level in [0.0, 0.05, 0.3, 0.5, 0.9, 1.0] {
            let noisy: Vec<f32> =
                (0..64).map(|i| (level + 0.004 * (i % 5) as f32).min(1.0)).collect();
            let mask = normalise(&noisy);
            let (min, max) = (mask.iter().min().unwrap(), mask.iter().max().unwrap());
            assert!(max - min <= 12, "level {level}: {min}..{max}");
        }
        assert_eq!(normalise(&[0.0; 4]), [0; 4]);
        assert_eq!(normalise(&[1.0; 4]), [255; 4]);
    }

    #[test]
    fn upsampling_keeps_flat_regions_and_the_place_of_an_edge() {
        let side = 8;
        let values = (0..side * side).map(|i| if i % side < 4 { 0.0 } else { 1.0 }).collect();
        let photo = Image::new(80, 5, vec![255; 80 * 5 * 4]);
        let mask = matte(&Saliency::new(side, values), &photo, &Options::default());
        for row in mask.values().chunks_exact(80) {
            assert!(row[..30].iter().all(|&v| v == 0) && row[50..].iter().all(|&v| v == 255));
            assert!(row[39] < 128 && row[40] >= 128, "the edge is at x = 40: {:?}", &row[30..50]);
        }
    }
}
