//! cleancut removes the background of photos: U2-Netp in Rust, in the browser and natively.
//!
//! One call does it all, [`Remover::remove`]; each step is also a function of its own, drawn in
//! [`pipeline`].
//!
//! ```no_run
//! let model = std::fs::read("models/u2netp-int8.onnx")?;
//! let remover = cleancut::Remover::new(&model)?;
//! let photo = std::fs::read("photo.jpg")?;
//! let png = remover.remove(&photo, &cleancut::Options::default(), |_| {})?;
//! std::fs::write("cutout.png", png)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![cfg_attr(not(test), warn(clippy::unwrap_used))]

pub mod border;
pub mod compose;
mod cutout;
pub mod decode;
pub mod edit;
pub mod encode;
pub mod engine;
mod error;
mod field;
pub mod foreground;
pub mod frame;
mod grid;
pub mod ground;
mod image;
#[cfg(all(feature = "lab", target_arch = "wasm32"))]
pub mod lab;
pub mod matte;
pub mod options;
pub mod orient;
pub mod paint;
mod parts;
pub mod pipeline;
pub mod preprocess;
pub mod presets;
pub mod resample;
pub mod shadow;
mod shrink;
pub mod studio;
pub mod subject;
#[cfg(feature = "wasm")]
pub mod wasm;

pub use cutout::Cutout;
pub use error::{Error, Result};
pub use image::{Image, Mask};
pub use options::Options;
pub use pipeline::{Remover, Step};
pub use subject::Subject;
