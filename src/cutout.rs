//! A photo and what was found in it: the [`Cutout`], which makes pictures of it as often as asked.

use fast_image_resize::images::{Image as Pixels, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use crate::compose::compose;
use crate::edit::{Stroke, edit};
use crate::encode::encode;
use crate::error::{Error, Result};
use crate::image::{Image, Mask};
use crate::options::Options;
use crate::subject::{Subject, measure};

/// Two sizes of one picture differ in their aspect by less than this share.
const SAME_ASPECT: f64 = 0.02;

/// A photo, its mask and its subject. Rendering never runs the network.
#[derive(Debug, Clone)]
pub struct Cutout {
    photo: Image,
    mask: Mask,
    subject: Subject,
}

impl Cutout {
    /// Puts together what belongs together.
    ///
    /// # Panics
    /// When the sizes of `photo` and `mask` differ.
    pub fn new(photo: Image, mask: Mask, subject: Subject) -> Self {
        assert_eq!((photo.width(), photo.height()), (mask.width(), mask.height()));
        Self { photo, mask, subject }
    }

    /// The photo, upright.
    pub fn photo(&self) -> &Image {
        &self.photo
    }

    /// How much of each of the photo's pixels belongs to the subject.
    pub fn mask(&self) -> &Mask {
        &self.mask
    }

    /// Where the subject is, and whether there is one.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// The same with `strokes` painted into the mask.
    pub fn edit(&self, strokes: &[Stroke]) -> Self {
        let mask = edit(&self.mask, strokes);
        let subject = measure(&mask, self.subject.confidence);
        Self { photo: self.photo.clone(), mask, subject }
    }

    /// The mask put on `photo`, another size of the same picture.
    ///
    /// # Errors
    /// [`Error::Option`] when the two have another aspect.
    pub fn apply(&self, photo: Image) -> Result<Self> {
        let (from, to) = (self.mask.width(), self.mask.height());
        let (width, height) = (photo.width(), photo.height());
        let aspect = f64::from(from) / f64::from(to);
        let wanted = f64::from(width) / f64::from(height);
        if (aspect / wanted - 1.0).abs() > SAME_ASPECT {
            let reason = format!("the mask is {from}x{to} px, the photo {width}x{height} px");
            return Err(Error::Option { reason: format!("{reason}: not the same picture") });
        }
        let source = ImageRef::new(from, to, self.mask.values(), PixelType::U8)
            .expect("a Mask holds width * height bytes");
        let mut mask = Pixels::new(width, height, PixelType::U8);
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
        Resizer::new().resize(&source, &mut mask, &options).expect("both masks are u8");
        let mask = Mask::new(width, height, mask.into_vec());
        let subject = measure(&mask, self.subject.confidence);
        Ok(Self { photo, mask, subject })
    }

    /// The picture that `options` ask for: frame, background, shadow, channels.
    pub fn render(&self, options: &Options) -> Image {
        self.clone().into_render(options)
    }

    /// [`render`](Self::render) without a copy of the photo.
    pub fn into_render(self, options: &Options) -> Image {
        compose(self.photo, &self.mask, options.decontaminate)
    }

    /// The rendered picture as a file of `options.format`.
    ///
    /// # Errors
    /// [`Error::Encode`](crate::Error::Encode).
    pub fn encode(&self, options: &Options) -> Result<Vec<u8>> {
        encode(&self.render(options))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cutout() -> Cutout {
        let values: Vec<u8> = (0..40 * 20).map(|i| if i % 40 < 20 { 255 } else { 0 }).collect();
        let mask = Mask::new(40, 20, values);
        let subject = measure(&mask, 0.7);
        Cutout::new(Image::new(40, 20, vec![9; 40 * 20 * 4]), mask, subject)
    }

    #[test]
    fn a_mask_goes_to_another_size_of_the_same_picture() {
        let large = cutout().apply(Image::new(400, 201, vec![7; 400 * 201 * 4])).unwrap();
        assert_eq!((large.mask().width(), large.mask().height()), (400, 201));
        let bounds = large.subject().bounds.unwrap();
        assert_eq!((bounds.x, bounds.width, bounds.height), (0, 200, 201));
        let other = cutout().apply(Image::new(20, 40, vec![7; 20 * 40 * 4])).unwrap_err();
        assert_eq!(
            other.to_string(),
            "the mask is 40x20 px, the photo 20x40 px: not the same picture"
        );
    }

    #[test]
    fn an_edit_leaves_the_cutout_it_came_from() {
        let cutout = cutout();
        let everything =
            Stroke { keep: true, points: vec![[20.0, 10.0]], radius_px: 100.0, hardness: 1.0 };
        let edited = cutout.edit(&[everything]);
        assert_eq!(edited.subject().coverage, 1.0);
        assert_eq!(cutout.subject().coverage, 0.5);
    }
}
