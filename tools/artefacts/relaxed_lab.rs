//! What tests and benchmarks open of the wasm with kernels in relaxed SIMD.

use cleancut as _;
