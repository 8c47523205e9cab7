//! cleancut removes the background of photos: U2-Netp in Rust, in the browser and natively.
//!
//! One call does it all, [`Remover::remove`]; each step is also a function of its own, drawn in
//! [`pipeline`].
//!
//! ```no_run
//! let model = std::fs::read("models/small-int8.onnx")?;
//! let remover = cleancut::Remover::new(&model)?;
//! let photo = std::fs::read("photo.jpg")?;
//! let png = remover.remove(&photo, &cleancut::Options::default(), |_| {})?;
//! std::fs::write("cutout.png", png)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![cfg_attr(not(test), warn(clippy::unwrap_used))]

mod cutout;
pub mod engine;
mod error;
pub mod find;
#[cfg(all(feature = "lab", target_arch = "wasm32"))]
pub mod lab;
pub mod matte;
pub mod measure;
pub mod options;
pub mod pipeline;
pub mod raster;
pub mod read;
pub mod render;
mod step;
#[cfg(feature = "bind")]
pub mod wasm;
pub mod write;

pub use cutout::Cutout;
pub use error::{Error, Result};
pub use find::subject::Subject;
pub use options::Options;
pub use pipeline::Remover;
pub use raster::{Image, Mask};
pub use step::Step;
