//! The steps of a photo's way, as progress and timings name them.

/// A step of the pipeline, as progress and timings name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// File to pixels, the right way up.
    Decode,
    /// Pixels to the network's input.
    Preprocess,
    /// The network, twice where a side of the photo cuts the subject.
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
