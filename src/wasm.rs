//! The JavaScript face of [`Remover`]: the only file that knows JavaScript. `js/local.ts` is its
//! only caller.

use js_sys::{Error as JsError, Function, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error::Error;
use crate::pipeline::{Options, Remover};

#[wasm_bindgen(start)]
fn start() {
    console_error_panic_hook::set_once();
}

/// A loaded network.
#[wasm_bindgen(js_name = Remover)]
#[derive(Debug)]
pub struct JsRemover(Remover);

#[wasm_bindgen(js_class = Remover)]
impl JsRemover {
    /// `model`: the bytes of the model file. Throws an `Error` with a `code`.
    #[wasm_bindgen(constructor)]
    pub fn new(model: &[u8]) -> Result<Self, JsValue> {
        Remover::new(model).map(Self).map_err(thrown)
    }

    /// `photo`: the bytes of a JPEG, PNG or WebP file. `max_pixels`: the limit on width x height,
    /// px, or undefined for the default. `on_step` receives each step's name as it begins. Returns
    /// the bytes of a PNG file; throws an `Error` with a `code`.
    pub fn remove(
        &self,
        photo: &[u8],
        max_pixels: Option<f64>,
        on_step: &Function,
    ) -> Result<Vec<u8>, JsValue> {
        let mut options = Options::default();
        if let Some(limit) = max_pixels {
            options.max_pixels = limit as u64;
        }
        let report = |step: crate::Step| {
            // What a listener throws must not leave the pipeline half done.
            let _ = on_step.call1(&JsValue::UNDEFINED, &JsValue::from_str(step.name()));
        };
        self.0.remove(photo, &options, report).map_err(thrown)
    }
}

fn thrown(error: Error) -> JsValue {
    let thrown = JsError::new(&error.to_string());
    let is_set = Reflect::set(&thrown, &"code".into(), &error.code().into());
    debug_assert!(is_set.is_ok(), "an Error takes a property");
    thrown.into()
}
