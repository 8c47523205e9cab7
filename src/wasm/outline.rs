//! The JavaScript face of [`Outline`], a wasm of its own; `js/gpu/webgpu.ts` is its only caller.
//!
//! Everything throws an `Error` with a `code`.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::with_code;
use crate::engine::Outline;
use crate::error::Error;

/// A network as a GPU takes it.
#[wasm_bindgen(js_name = Outline)]
#[derive(Debug)]
pub struct JsOutline(Outline);

#[wasm_bindgen(js_class = Outline)]
impl JsOutline {
    /// `plan`: the bytes of the model file.
    #[wasm_bindgen(constructor)]
    pub fn new(plan: &[u8]) -> Result<Self, JsValue> {
        Outline::new(plan).map(Self).map_err(thrown)
    }

    /// The words that the GPU takes; a second time there are none.
    #[wasm_bindgen(js_name = takeWords)]
    pub fn take_words(&mut self) -> Vec<u32> {
        self.0.take_words()
    }

    /// What the GPU's sums make, `[side, side]` f32; `sides`: the side of each output, px.
    pub fn saliency(&self, sums: &[i32], sides: &[u32]) -> Result<Vec<f32>, JsValue> {
        let saliency = self.0.saliency(sums, sides).map_err(thrown)?;
        Ok(saliency.values().to_vec())
    }
}

/// Without the words of every other error, which would double the wasm.
fn thrown(error: Error) -> JsValue {
    match error {
        Error::Inference { reason } => with_code(&reason, "inference"),
        Error::Model { reason } => with_code(&reason, "model"),
        _ => with_code("", "model"),
    }
}
