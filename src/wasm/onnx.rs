//! The JavaScript face of [`Onnx`], a wasm of its own; `js/onnx/driver.ts` is its only caller.
//!
//! Everything throws an `Error` with a `code`; `crashed` where tract panics or memory runs out, which ends the wasm.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::{thrown, with_code};
use crate::engine::onnx::{Onnx, Spec};
use crate::raster::Input;

/// Any network that tells a subject.
#[wasm_bindgen(js_name = Onnx)]
#[derive(Debug)]
pub struct JsOnnx(Onnx);

#[wasm_bindgen(js_class = Onnx)]
impl JsOnnx {
    /// `file`: the bytes of an ONNX file. `spec`: names and values in turn, as [`Spec::parse`] takes
    /// them, with a NUL between.
    #[wasm_bindgen(constructor)]
    pub fn new(file: Vec<u8>, spec: &str) -> Result<Self, JsValue> {
        let words: Vec<&str> = spec.split('\0').collect();
        let spec = Spec::parse(words.chunks_exact(2).map(|pair| (pair[0], pair[1])));
        let network = spec.and_then(|spec| Onnx::load(&file, spec));
        network.map(Self).map_err(thrown)
    }

    /// Throws when a file of so many `bytes` is too large.
    pub fn fits(bytes: f64) -> Result<(), JsValue> {
        Onnx::fits(bytes as usize).map_err(thrown)
    }

    /// Width of the pictures that it takes, px.
    #[wasm_bindgen(getter)]
    pub fn width(&self) -> u32 {
        self.0.size().0
    }

    /// Height of the pictures that it takes, px.
    #[wasm_bindgen(getter)]
    pub fn height(&self) -> u32 {
        self.0.size().1
    }

    /// Whether each picture is divided by its own brightest value.
    #[wasm_bindgen(getter, js_name = byBrightest)]
    pub fn by_brightest(&self) -> bool {
        self.0.spec().by_brightest
    }

    /// What it makes of `input`, `[height, width, 3]` u8: a square of f32.
    pub fn look(&self, input: Vec<u8>) -> Result<Vec<f32>, JsValue> {
        let (width, height) = self.0.size();
        let saliency = self.0.run(&Input::new(width, height, input)).map_err(thrown)?;
        Ok(saliency.values().to_vec())
    }
}
