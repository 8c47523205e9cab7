//! A photo and what was found in it: the [`Cutout`], which makes pictures of it as often as asked.

use crate::compose::compose;
use crate::encode::encode;
use crate::error::Result;
use crate::image::{Image, Mask};
use crate::options::Options;
use crate::subject::Subject;

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
