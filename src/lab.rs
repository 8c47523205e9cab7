//! The JavaScript face of measurements and of tests that only a browser can run: kernels as wasm,
//! their ceilings, one inference. No part of what is shipped.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::Image;
use crate::engine::{Engine, kernels, outline};
use crate::find::preprocess::preprocess;
use crate::raster::{Input, View};

/// Where this build's kernels differ from the scalar ones, one line per case.
#[wasm_bindgen(js_name = kernelDifferences)]
pub fn kernel_differences() -> Vec<String> {
    kernels::tests::differences()
}

/// The names of this build's kernels, the chosen one first.
#[wasm_bindgen(js_name = kernelNames)]
pub fn kernel_names() -> Vec<String> {
    let chosen = kernels::select().narrow.name;
    let others = kernels::all().into_iter().map(|kernel| kernel.name).filter(|&n| n != chosen);
    std::iter::once(chosen).chain(others).map(String::from).collect()
}

/// Multiply-adds of `repeat` rows, 64 pixels of 3x3x128 to 64 channels, that stay in the cache.
#[wasm_bindgen(js_name = kernelRows)]
pub fn kernel_rows(kernel: &str, repeat: u32) -> f64 {
    let kernel = kernels::all().into_iter().find(|k| k.name == kernel).expect("a known kernel");
    kernels::tests::rows(kernel, repeat)
}

/// Multiply-adds of `repeat` rounds of the chosen kernel's products in registers.
#[wasm_bindgen(js_name = products)]
pub fn products(repeat: u32) -> f64 {
    kernels::products(repeat)
}

/// Bytes copied in `repeat` rounds, too many for a cache.
#[wasm_bindgen(js_name = copies)]
pub fn copies(repeat: u32) -> f64 {
    const BYTES: usize = 16 << 20;
    let from = vec![1u8; BYTES];
    let mut to = vec![0u8; BYTES];
    for _ in 0..repeat {
        to.copy_from_slice(std::hint::black_box(&from));
        std::hint::black_box(&mut to);
    }
    f64::from(repeat) * BYTES as f64
}

/// A network of a few layers as a GPU takes it, and what the scalar kernels make of it.
#[wasm_bindgen(getter_with_clone)]
#[derive(Debug)]
pub struct Case {
    /// What it tries.
    pub name: String,
    /// As of [`Outline`](crate::engine::Outline); its one output is the last layer's.
    pub words: Vec<u32>,
    /// Height and width of the input, px.
    pub size: Vec<u32>,
    /// `[h, w, c]` u8.
    pub input: Vec<u8>,
    /// The output, u8, or i32 of a side.
    pub expected: Vec<u8>,
}

/// Every layer, at sizes below, at and above each tile.
#[wasm_bindgen]
pub fn cases() -> Vec<Case> {
    let cases = outline::cases::cases().into_iter();
    cases
        .map(|outline::cases::Case { name, words, size, input, expected }| Case {
            name,
            words,
            size: size.map(|px| px as u32).to_vec(),
            input,
            expected,
        })
        .collect()
}

/// The engine and a picture for it.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Lab {
    engine: Engine,
    input: Input,
}

#[wasm_bindgen]
impl Lab {
    /// `plan`: the bytes of the plan. `rgba`: `[height, width, 4]`, straight alpha.
    #[wasm_bindgen(constructor)]
    pub fn new(
        plan: &[u8],
        rgba: &[u8],
        width: u32,
        height: u32,
        side: u32,
    ) -> Result<Lab, JsValue> {
        let engine = Engine::load(plan).map_err(|error| JsValue::from(error.to_string()))?;
        let input = preprocess(&Image::new(width, height, rgba.to_vec()), View::square(side));
        Ok(Self { engine, input })
    }

    /// The saliency, `[side, side]` in [0, 1].
    pub fn run(&self) -> Result<Vec<f32>, JsValue> {
        let saliency = self.engine.run(&self.input);
        let saliency = saliency.map_err(|error| JsValue::from(error.to_string()))?;
        Ok(saliency.values().to_vec())
    }

    /// What the network sees, `[side, side, 3]`.
    pub fn input(&self) -> Vec<u8> {
        self.input.values().to_vec()
    }
}
