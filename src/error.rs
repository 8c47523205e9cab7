//! What can go wrong, one variant per stage of the pipeline.

/// Why a photo was not cut out. Bad input always ends here, never in a panic.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are not of a format that cleancut reads.
    #[error("{found} is not supported; give a JPEG, PNG or WebP file")]
    UnsupportedFormat {
        /// What the bytes look like: `"a GIF image"`, `"an empty file"`.
        found: String,
    },
    /// The header announces more pixels than the limit; nothing was allocated.
    #[error("image is {width}x{height} px; the limit is {} Mpx", *limit_px as f64 / 1e6)]
    TooLarge {
        /// Width in the header, px.
        width: u32,
        /// Height in the header, px.
        height: u32,
        /// The limit on width x height, px.
        limit_px: u64,
    },
    /// The file is of a known format but damaged or truncated.
    #[error("cannot decode this {format} file: {reason}")]
    Decode {
        /// `"JPEG"`, `"PNG"` or `"WebP"`.
        format: &'static str,
        /// The decoder's own words.
        reason: String,
    },
    /// The model is not the one this build was made for, or cannot be read.
    #[error("cannot load the model: {reason}")]
    Model {
        /// What differs.
        reason: String,
    },
    /// The engine refused to run.
    #[error("inference failed: {reason}")]
    Inference {
        /// The engine's own words.
        reason: String,
    },
    /// An option is not known, or its value is not one that it takes.
    #[error("{reason}")]
    Option {
        /// Name, value, and what would have been right.
        reason: String,
    },
    /// Nothing in the photo stands out. [`Cutout`](crate::Cutout) tells it without an error.
    #[error("no subject found (confidence {confidence:.2}; at least {least:.2} is wanted)")]
    NoSubject {
        /// What [`Subject::confidence`](crate::Subject) was, 0 to 1.
        confidence: f32,
        /// What is wanted, 0 to 1.
        least: f32,
    },
    /// The method `studio` was asked for and the ground is not plain.
    #[error("the ground is not plain enough for the method studio: {reason}")]
    BusyGround {
        /// What was measured.
        reason: String,
    },
    /// A mask was applied to a picture of another shape.
    #[error(
        "a mask of {}x{} px does not fit a picture of {}x{} px; the shapes differ",
        mask.0, mask.1, picture.0, picture.1
    )]
    OtherShape {
        /// Width and height of the mask, px.
        mask: (u32, u32),
        /// Width and height of the picture, px.
        picture: (u32, u32),
    },
    /// The result could not be encoded.
    #[error("cannot encode the result: {reason}")]
    Encode {
        /// The encoder's own words.
        reason: String,
    },
}

impl Error {
    /// A stable word for programs: `"unsupported-format"`, `"too-large"`, `"decode"`, `"model"`,
    /// `"inference"`, `"option"`, `"no-subject"`, `"busy-ground"`, `"other-shape"` or `"encode"`.
    /// The JavaScript `CleancutError` carries the same.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnsupportedFormat { .. } => "unsupported-format",
            Self::TooLarge { .. } => "too-large",
            Self::Decode { .. } => "decode",
            Self::Model { .. } => "model",
            Self::Inference { .. } => "inference",
            Self::Option { .. } => "option",
            Self::NoSubject { .. } => "no-subject",
            Self::BusyGround { .. } => "busy-ground",
            Self::OtherShape { .. } => "other-shape",
            Self::Encode { .. } => "encode",
        }
    }
}

/// `std::result::Result` with cleancut's [`Error`].
pub type Result<T> = std::result::Result<T, Error>;
