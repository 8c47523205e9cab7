//! In: a [`Saliency`], `[side, side]` f32 in [0, 1], and the photo. Out: a [`Mask`], `[height, width]`
//! u8, of the photo's size.
//!
//! ```text
//! saliency ─ stretch ─> map ─┐
//!                            ├─ evidence ─ regions ─ guided ─> Field of linear models ─ apply ─> Mask
//! photo ─────────── guide ───┘                                                            │
//!   └─────────────────────────────────────────────────────────────────────────────────────┘
//! ```
//! Everything but the last step happens on a [`Field`](crate::raster::field::Field) of at most [`FAST`] or
//! [`BEST`] px, so that its cost does not grow with the photo. The last step reads each pixel of the
//! photo once.

pub mod edit;
mod evidence;
mod gaussian;
mod guided;
pub mod learn;
mod palette;
mod regions;
pub mod studio;

use crate::options::{Options, Refine};
use crate::raster::field::guide;
use crate::raster::resample::resize_mask;
use crate::raster::{Image, Mask, Saliency, larger, smaller};
use evidence::weigh_evidence;
use guided::Guided;
use regions::clean;

/// The stretch never takes a saliency above this for ground.
const GROUND_AT_MOST: f32 = 0.1;
/// The stretch never takes a saliency below this for a sure subject.
const SUBJECT_AT_LEAST: f32 = 0.5;
/// The longer side, px, of the field that [`Refine::Fast`] works on.
const FAST: u32 = 384;
/// The longer side, px, of the field that [`Refine::Best`] works on.
const BEST: u32 = 768;

/// The mask of `photo`, of which the network thinks `map`, from [`map`](map()). `small` is the photo,
/// or the same averaged down to at least [`BEST`] px.
pub fn matte(map: &Mask, photo: &Image, small: &Image, options: &Options) -> Mask {
    let longest = if options.refine == Refine::Best { BEST } else { FAST };
    let mut field = guide(small, longest);
    let map = resize_mask(map, field.width as u32, field.height as u32);
    for (cell, &value) in field.cells.iter_mut().zip(map.values()) {
        cell[3] = f32::from(value) / 255.0;
    }
    if options.refine != Refine::Off {
        weigh_evidence(&mut field);
    }
    clean(&mut field, options.holes, options.subjects);
    if options.refine == Refine::Off {
        let map = field.cells.iter().map(|cell| (cell[3] * 255.0).round() as u8).collect();
        let map = Mask::new(field.width as u32, field.height as u32, map);
        return resize_mask(&map, photo.width(), photo.height());
    }
    let guided = Guided::new(&field);
    let mut values = vec![0; photo.width() as usize * photo.height() as usize];
    guided.apply(photo, 0, &mut values);
    Mask::new(photo.width(), photo.height(), values)
}

/// What the network thought, `[side, side]` u8.
pub fn map(saliency: &Saliency) -> Mask {
    Mask::new(saliency.side(), saliency.side(), stretch(saliency.values()))
}

/// Min-max normalisation as in U2-Net's reference, with both ends held: the divisor is at least
/// `SUBJECT_AT_LEAST - GROUND_AT_MOST`, so noise on a flat map stays noise.
fn stretch(values: &[f32]) -> Vec<u8> {
    let (min, max) = values.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(min, max), &v| {
        (smaller(min, v), larger(max, v))
    });
    let low = smaller(min, GROUND_AT_MOST);
    let high = larger(max, SUBJECT_AT_LEAST);
    values.iter().map(|&v| (255.0 * (v - low) / (high - low)).round() as u8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_found_subject_spans_the_whole_range() {
        assert_eq!(stretch(&[0.02, 0.42, 0.8]), [0, 131, 255]);
    }

    #[test]
    fn a_flat_map_stays_flat() {
        for level in [0.0, 0.05, 0.3, 0.5, 0.9, 1.0] {
            let noisy: Vec<f32> =
                (0..64).map(|i| (level + 0.004 * (i % 5) as f32).min(1.0)).collect();
            let mask = stretch(&noisy);
            let (min, max) = (mask.iter().min().unwrap(), mask.iter().max().unwrap());
            assert!(max - min <= 12, "level {level}: {min}..{max}");
        }
        assert_eq!(stretch(&[0.0; 4]), [0; 4]);
        assert_eq!(stretch(&[1.0; 4]), [255; 4]);
    }

    fn halves(side: u32) -> Saliency {
        Saliency::new(side, (0..side * side).map(|i| f32::from(i % side >= side / 2)).collect())
    }

    #[test]
    fn without_refinement_flat_regions_and_the_place_of_an_edge_stay() {
        let photo = Image::new(80, 50, vec![255; 80 * 50 * 4]);
        let options = Options { refine: Refine::Off, ..Options::default() };
        let mask = matte(&map(&halves(8)), &photo, &photo, &options);
        for row in mask.values().chunks_exact(80) {
            assert!(row[..30].iter().all(|&v| v == 0) && row[50..].iter().all(|&v| v == 255));
            assert!(row[39] < 128 && row[40] >= 128, "the edge is at x = 40: {:?}", &row[30..50]);
        }
    }

    #[test]
    fn refinement_moves_an_edge_to_where_the_photo_has_it() {
        let (width, height, edge) = (800, 500, 412);
        let pixel =
            |i: usize| if i % width < edge { [40, 90, 60, 255] } else { [200, 60, 50, 255] };
        let pixels = (0..width * height).flat_map(pixel).collect();
        let photo = Image::new(width as u32, height as u32, pixels);
        for refine in [Refine::Fast, Refine::Best] {
            let options = Options { refine, ..Options::default() };
            let mask = matte(&map(&halves(32)), &photo, &photo, &options);
            for row in mask.values().chunks_exact(width) {
                assert!(row[..edge - 25].iter().all(|&v| v == 0), "{refine:?}");
                assert!(row[edge - 2] < 128 && row[edge + 1] > 240, "{refine:?}");
                assert!(row[edge + 25..].iter().all(|&v| v == 255), "{refine:?}");
            }
        }
    }

    #[test]
    fn a_flat_photo_gets_no_noise() {
        let photo = Image::new(300, 200, [120, 130, 140, 255].repeat(300 * 200));
        let sure = |value: f32| Saliency::new(16, vec![value; 256]);
        let options = Options::default();
        assert!(
            matte(&map(&sure(1.0)), &photo, &photo, &options).values().iter().all(|&v| v == 255)
        );
        assert!(matte(&map(&sure(0.0)), &photo, &photo, &options).values().iter().all(|&v| v == 0));
    }

    #[test]
    fn any_shape_of_photo_has_a_mask() {
        for (width, height) in [(1, 1), (1, 5000), (5000, 1), (2, 3), (385, 383)] {
            let photo = Image::new(width, height, vec![77; (width * height * 4) as usize]);
            for refine in [Refine::Off, Refine::Fast, Refine::Best] {
                let options = Options { refine, ..Options::default() };
                let mask = matte(&map(&halves(32)), &photo, &photo, &options);
                assert_eq!((mask.width(), mask.height()), (width, height));
            }
        }
    }
}
