//! A photo and what was found in it: the [`Cutout`], which makes pictures of it as often as asked.

use std::borrow::Cow;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::find::subject::{CONFIDENT, Subject};
use crate::matte::edit::{Stroke, edit};
use crate::matte::learn::edit_learning;
use crate::options::Options;
use crate::raster::resample::resize_mask;
use crate::raster::{Image, Mask, Rect};
use crate::render::render;
use crate::step::Step;
use crate::write::encode;

/// A photo, its mask and its subject. Rendering never runs the network.
#[derive(Debug, Clone)]
pub struct Cutout {
    /// Shared with the cut-outs that are edited from it.
    photo: Arc<Image>,
    mask: Mask,
    subject: Subject,
    /// What the network thought, of any size; of the whole photo or not at all.
    map: Option<Mask>,
}

impl Cutout {
    /// Puts together what belongs together.
    ///
    /// # Panics
    /// When the sizes of `photo` and `mask` differ.
    pub fn new(photo: Image, mask: Mask, subject: Subject) -> Self {
        assert_eq!((photo.width(), photo.height()), (mask.width(), mask.height()));
        Self { photo: Arc::new(photo), mask, subject, map: None }
    }

    /// With what the network thought of the whole photo, a map of any size, for strokes that learn.
    #[must_use]
    pub fn with_map(self, map: Option<Mask>) -> Self {
        Self { map, ..self }
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

    /// The same with `strokes` painted into the mask; with `learn`, what they mean follows: what looks
    /// like it, is connected to it and is no sure part of the other side. Whoever paints is sure: the
    /// confidence is 1.
    pub fn edit(&self, strokes: &[Stroke], learn: bool) -> Self {
        let mask = if learn {
            edit_learning(&self.photo, &self.mask, self.map.as_ref(), strokes)
        } else {
            edit(&self.mask, strokes)
        };
        let subject = Subject { is_own: self.subject.is_own, ..Subject::find(&mask, 1.0) };
        Self { photo: self.photo.clone(), mask, subject, map: self.map.clone() }
    }

    /// The same mask for `other`, the same picture in another size.
    ///
    /// # Errors
    /// [`Error::OtherShape`] when the ratios of the sides differ by more than rounding to whole
    /// pixels explains.
    pub fn apply(&self, other: Image) -> Result<Self> {
        let [from, to] = [self.photo(), &other].map(|image| (image.width(), image.height()));
        let [(from_width, from_height), (to_width, to_height)] =
            [from, to].map(|(width, height)| (u64::from(width), u64::from(height)));
        let slack = (from_width + from_height).max(to_width + to_height);
        if (to_height * from_width).abs_diff(to_width * from_height) > slack {
            return Err(Error::OtherShape { mask: from, picture: to });
        }
        let mask = resize_mask(&self.mask, to.0, to.1);
        let subject = Subject { bounds: self.subject.bounds.map(scaled(from, to)), ..self.subject };
        Ok(Self { photo: Arc::new(other), mask, subject, map: self.map.clone() })
    }

    /// The picture that `options` ask for: frame, background, shadow, channels.
    ///
    /// # Errors
    /// [`Error::TooLarge`] when the frame asks for more than `options.max_pixels`.
    pub fn render(&self, options: &Options) -> Result<Image> {
        render(Cow::Borrowed(self.photo()), &self.mask, &self.subject, options)
    }

    /// [`render`](Self::render) without a copy of the photo.
    ///
    /// # Errors
    /// As [`render`](Self::render).
    pub fn into_render(self, options: &Options) -> Result<Image> {
        let photo = Arc::unwrap_or_clone(self.photo);
        render(Cow::Owned(photo), &self.mask, &self.subject, options)
    }

    /// Itself, for those who want a subject.
    ///
    /// # Errors
    /// [`Error::NoSubject`].
    pub fn with_subject(self) -> Result<Self> {
        match self.subject {
            Subject { bounds: Some(_), .. } => Ok(self),
            Subject { confidence, .. } => Err(Error::NoSubject { confidence, least: CONFIDENT }),
        }
    }

    /// The rendered picture as a file of `options.format`.
    ///
    /// # Errors
    /// [`Error::TooLarge`] or [`Error::Encode`].
    pub fn encode(&self, options: &Options) -> Result<Vec<u8>> {
        encode(&self.render(options)?, options)
    }

    /// [`encode`](Self::encode) without a copy of the photo, for those who want a subject.
    /// `on_step` is called as each step begins.
    ///
    /// # Errors
    /// [`Error::NoSubject`], and as [`encode`](Self::encode).
    pub fn into_file(self, options: &Options, mut on_step: impl FnMut(Step)) -> Result<Vec<u8>> {
        let found = self.with_subject()?;
        on_step(Step::Compose);
        let picture = found.into_render(options)?;
        on_step(Step::Encode);
        encode(&picture, options)
    }
}

/// Boxes of a picture of one size in another; none gets lost.
fn scaled(from: (u32, u32), to: (u32, u32)) -> impl Fn(Rect) -> Rect {
    let along = |start: u32, length: u32, from: u32, to: u32| {
        let scale = |at: u32| (f64::from(at) * f64::from(to) / f64::from(from)).round() as u32;
        let first = scale(start).min(to - 1);
        (first, scale(start + length).clamp(first + 1, to) - first)
    };
    move |bounds| {
        let (x, width) = along(bounds.x, bounds.width, from.0, to.0);
        let (y, height) = along(bounds.y, bounds.height, from.1, to.1);
        Rect { x, y, width, height }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cutout() -> Cutout {
        let values: Vec<u8> = (0..40 * 20).map(|i| if i % 40 < 20 { 255 } else { 0 }).collect();
        let mask = Mask::new(40, 20, values);
        let subject = Subject::find(&mask, CONFIDENT);
        Cutout::new(Image::new(40, 20, vec![9; 40 * 20 * 4]), mask, subject)
    }

    #[test]
    fn a_mask_goes_to_another_size_of_the_same_picture() {
        let large = cutout().apply(Image::new(400, 201, vec![7; 400 * 201 * 4])).unwrap();
        assert_eq!((large.mask().width(), large.mask().height()), (400, 201));
        let bounds = large.subject().bounds.unwrap();
        assert_eq!((bounds.x, bounds.width, bounds.height), (0, 200, 201));
        let other = cutout().apply(Image::new(20, 40, vec![7; 20 * 40 * 4])).unwrap_err();
        assert_eq!(other, Error::OtherShape { mask: (40, 20), picture: (20, 40) });
    }

    #[test]
    fn an_edit_leaves_the_cutout_it_came_from() {
        let cutout = cutout();
        let everything =
            Stroke { keep: true, points: vec![[20.0, 10.0]], radius_px: 100.0, hardness: 1.0 };
        let edited = cutout.edit(&[everything], false);
        assert_eq!(edited.subject().coverage, 1.0);
        assert_eq!(cutout.subject().coverage, 0.5);
    }
}
