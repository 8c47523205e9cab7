//! The wasm that runs any ONNX network.

use cleancut as _;
