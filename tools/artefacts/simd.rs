//! The wasm that runs in every browser with SIMD.

use cleancut as _;
