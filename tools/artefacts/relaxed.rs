//! The wasm with kernels in relaxed SIMD.

use cleancut as _;
