//! The JavaScript faces, one for each kind of wasm: the only files that know JavaScript.

#[cfg(all(any(feature = "bind-onnx", feature = "wasm"), target_arch = "wasm32"))]
mod breakdown;
#[cfg(feature = "bind-onnx")]
mod onnx;
#[cfg(feature = "gpu")]
mod outline;
#[cfg(feature = "wasm")]
mod remover;

#[cfg(feature = "bind-onnx")]
pub use onnx::JsOnnx;
#[cfg(feature = "gpu")]
pub use outline::JsOutline;
#[cfg(feature = "wasm")]
pub use remover::*;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// JavaScript's `Error`.
    #[wasm_bindgen(js_name = Error)]
    type JsError;

    #[wasm_bindgen(constructor, js_class = "Error")]
    fn new(message: &str) -> JsError;

    #[wasm_bindgen(method, setter)]
    fn set_code(this: &JsError, code: &str);
}

#[cfg(any(feature = "bind-onnx", feature = "wasm"))]
fn thrown(error: crate::Error) -> JsValue {
    with_code(&error.to_string(), error.code())
}

fn with_code(message: &str, code: &str) -> JsValue {
    let thrown = JsError::new(message);
    thrown.set_code(code);
    thrown.into()
}
