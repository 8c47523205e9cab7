//! The ground floor: plain grids of numbers, and what may be done to any of them. Knows no step of the
//! pipeline and no option.

mod area;
mod extremes;
pub(crate) mod field;
mod image;
pub(crate) mod resample;
mod saliency;
mod shrink;
mod sigmoid;

pub use area::{Area, Rect};
pub(crate) use extremes::{larger, smaller};
pub use image::{Image, Mask};
pub use saliency::{INPUT_SIDE, Input, Saliency, View};
pub(crate) use shrink::shrink;
pub(crate) use sigmoid::sigmoid;
