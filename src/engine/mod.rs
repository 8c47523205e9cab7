//! In: an [`Input`], `[side, side, 3]` u8. Out: a [`Saliency`], `[side, side]` f32.
//!
//! tract runs U2-Netp (Qin et al. 2020, arXiv 2005.09007) in fp32. Everything that is particular
//! to the network, its normalisation and layout included, stays behind [`Engine::run`].

mod model;

use std::sync::Arc;

use tract_onnx::prelude::*;

use crate::error::{Error, Result};
use crate::preprocess::{INPUT_SIDE, Input};

pub use model::{MODEL_NAME, MODEL_SHA256};

/// The mean of ImageNet's RGB channels, values in [0, 1].
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
/// The standard deviation of ImageNet's RGB channels, values in [0, 1].
const STD: [f32; 3] = [0.229, 0.224, 0.225];

/// How likely each pixel of the input belongs to the subject: `[side, side]` f32 in [0, 1].
#[derive(Debug, Clone, PartialEq)]
pub struct Saliency {
    side: u32,
    values: Vec<f32>,
}

impl Saliency {
    /// Wraps `values`, `[side, side]` f32 in [0, 1].
    ///
    /// # Panics
    /// When `side` is 0 or `values` is not `side * side` long.
    pub fn new(side: u32, values: Vec<f32>) -> Self {
        assert!(side > 0, "a saliency map has at least one value");
        assert_eq!(values.len(), side as usize * side as usize);
        Self { side, values }
    }

    /// The side, px.
    pub fn side(&self) -> u32 {
        self.side
    }

    /// `[side, side]` f32 in [0, 1].
    pub fn values(&self) -> &[f32] {
        &self.values
    }
}

/// A network that is loaded and ready.
#[derive(Debug)]
pub struct Engine {
    plan: Arc<TypedRunnableModel>,
}

impl Engine {
    /// Loads the model file this build was made for: its hash must be [`MODEL_SHA256`].
    ///
    /// # Errors
    /// [`Error::Model`].
    pub fn load(onnx: &[u8]) -> Result<Self> {
        model::check(onnx)?;
        let side = i64::from(INPUT_SIDE);
        let plan = tract_onnx::onnx()
            .model_for_read(&mut std::io::Cursor::new(onnx))
            .and_then(|model| model.with_input_fact(0, f32::fact([1, 3, side, side]).into()))
            .and_then(|model| model.into_optimized())
            .and_then(|model| model.into_runnable())
            .map_err(|error| Error::Model { reason: format!("{error:#}") })?;
        Ok(Self { plan })
    }

    /// Runs the network once.
    ///
    /// # Errors
    /// [`Error::Inference`] when `input` is not of [`INPUT_SIDE`] or the engine fails.
    pub fn run(&self, input: &Input) -> Result<Saliency> {
        let failed = |error: TractError| Error::Inference { reason: format!("{error:#}") };
        let side = input.side() as usize;
        let tensor = Tensor::from_shape(&[1, 3, side, side], &normalise(input)).map_err(failed)?;
        let outputs = self.plan.run(tvec!(tensor.into())).map_err(failed)?;
        let values = outputs[0].to_plain_array_view::<f32>().map_err(failed)?;
        Ok(Saliency::new(input.side(), values.iter().copied().collect()))
    }
}

/// `[side, side, 3]` u8 to `[3, side, side]` f32, ImageNet statistics.
fn normalise(input: &Input) -> Vec<f32> {
    let mut planes = Vec::with_capacity(input.values().len());
    for channel in 0..3 {
        let values = input.values().iter().skip(channel).step_by(3);
        planes.extend(values.map(|&v| (f32::from(v) / 255.0 - MEAN[channel]) / STD[channel]));
    }
    planes
}
