//! The wasm that runs any ONNX file.

use cleancut as _;
