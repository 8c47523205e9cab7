//! In: the bytes of a photo. Out: the bytes of its cut-out. The only file that sees every step.
//!
//! ```text
//! bytes ─ decode ─ orient ─> Image ─ preprocess ─> Input ─ engine ─> Saliency
//!                              │                                        │
//!                              │                                      matte ─> Mask
//!                              └──────────────── compose ───────────────────────┘
//!                                                   └─> Image ─ encode ─> bytes
//! ```

use crate::compose::compose;
use crate::decode::{MAX_PIXELS, decode};
use crate::encode::encode;
use crate::engine::Engine;
use crate::error::Result;
use crate::matte::matte;
use crate::orient::orient;
use crate::preprocess::{INPUT_SIDE, preprocess};

/// A step of the pipeline, as progress and timings name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// File to pixels, the right way up.
    Decode,
    /// Pixels to the network's input.
    Preprocess,
    /// The network.
    Inference,
    /// Saliency to a mask of the photo's size.
    Matte,
    /// Photo and mask to the cut-out.
    Compose,
    /// Cut-out to a file.
    Encode,
}

impl Step {
    /// Every step, in order.
    pub const ALL: [Self; 6] =
        [Self::Decode, Self::Preprocess, Self::Inference, Self::Matte, Self::Compose, Self::Encode];

    /// The step's name in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Decode => "decode",
            Self::Preprocess => "preprocess",
            Self::Inference => "inference",
            Self::Matte => "matte",
            Self::Compose => "compose",
            Self::Encode => "encode",
        }
    }
}

/// What a caller may choose.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// The limit on a photo's width x height, px, held against its header.
    pub max_pixels: u64,
}

impl Default for Options {
    /// [`MAX_PIXELS`].
    fn default() -> Self {
        Self { max_pixels: MAX_PIXELS }
    }
}

/// Removes backgrounds. Holds the loaded network and nothing of the photos.
#[derive(Debug)]
pub struct Remover {
    engine: Engine,
}

impl Remover {
    /// Loads `model`, the bytes of the file that [`MODEL_NAME`](crate::engine::MODEL_NAME) names.
    ///
    /// # Errors
    /// [`Error::Model`](crate::Error::Model).
    pub fn new(model: &[u8]) -> Result<Self> {
        Ok(Self { engine: Engine::load(model)? })
    }

    /// Cuts out the subject of `photo`, a JPEG, PNG or WebP file: a PNG of the same size, upright,
    /// with straight alpha. `on_step` is called as each step begins.
    ///
    /// # Errors
    /// Any [`Error`](crate::Error) but `Model`.
    pub fn remove(
        &self,
        photo: &[u8],
        options: &Options,
        mut on_step: impl FnMut(Step),
    ) -> Result<Vec<u8>> {
        on_step(Step::Decode);
        let (stored, orientation) = decode(photo, options.max_pixels)?;
        let image = orient(stored, orientation);
        on_step(Step::Preprocess);
        let input = preprocess(&image, INPUT_SIDE);
        on_step(Step::Inference);
        let saliency = self.engine.run(&input)?;
        on_step(Step::Matte);
        let mask = matte(&saliency, image.width(), image.height());
        on_step(Step::Compose);
        let cutout = compose(image, &mask);
        on_step(Step::Encode);
        encode(&cutout)
    }
}
