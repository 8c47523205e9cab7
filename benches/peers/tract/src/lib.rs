//! Stock tract in a page: a model in, the first of its outputs out.

#[cfg(feature = "core")]
use tract_core as tract;
#[cfg(all(feature = "nnef", not(feature = "core")))]
use tract_nnef as tract;
#[cfg(all(feature = "onnx", not(feature = "core"), not(feature = "nnef")))]
use tract_onnx as tract;

use tract::prelude::*;
use wasm_bindgen::prelude::wasm_bindgen;

/// A model at one size of picture.
#[wasm_bindgen]
pub struct Tract(Box<dyn Fn(Tensor) -> TractResult<TVec<TValue>>>, usize);

#[wasm_bindgen]
impl Tract {
    /// `model`: the bytes of the file. It takes `[1, 3, side, side]` f32.
    #[wasm_bindgen(constructor)]
    pub fn new(model: &[u8], side: usize) -> Result<Tract, String> {
        let run = load(model, side).map_err(|error| format!("{error:#}"))?;
        Ok(Self(run, side))
    }

    /// `image`: `[1, 3, side, side]`.
    pub fn run(&self, image: &[f32]) -> Result<Vec<f32>, String> {
        let image = Tensor::from_shape(&[1, 3, self.1, self.1], image);
        let outputs = image.and_then(|image| (self.0)(image));
        let values = outputs.and_then(|outputs| {
            Ok(outputs[0].try_as_plain_ram()?.as_slice::<f32>()?.to_vec())
        });
        values.map_err(|error| format!("{error:#}"))
    }
}

type Run = Box<dyn Fn(Tensor) -> TractResult<TVec<TValue>>>;

/// No file: one addition, so that the graph, its optimiser and its executor are there.
#[cfg(feature = "core")]
fn load(_model: &[u8], side: usize) -> TractResult<Run> {
    let mut model = TypedModel::default();
    let image = model.add_source("image", f32::fact([1, 3, side, side]))?;
    let sum = model.wire_node("sum", tract_core::ops::math::add(), &[image, image])?;
    model.select_output_outlets(&sum)?;
    let model = model.into_optimized()?.into_runnable()?;
    Ok(Box::new(move |image| model.run(tvec!(image.into()))))
}

/// A NNEF archive.
#[cfg(all(feature = "nnef", not(feature = "core")))]
fn load(model: &[u8], _side: usize) -> TractResult<Run> {
    let nnef = tract_nnef::nnef();
    let model = nnef.model_for_read(&mut &*model)?.into_optimized()?.into_runnable()?;
    Ok(Box::new(move |image| model.run(tvec!(image.into()))))
}

/// An ONNX file.
#[cfg(all(feature = "onnx", not(feature = "core"), not(feature = "nnef")))]
fn load(model: &[u8], side: usize) -> TractResult<Run> {
    let model = tract_onnx::onnx().model_for_read(&mut &*model)?;
    let model = model.with_input_fact(0, f32::fact([1, 3, side, side]).into())?;
    let model = model.into_optimized()?.into_runnable()?;
    Ok(Box::new(move |image| model.run(tvec!(image.into()))))
}
