//! What tests and benchmarks open of the wasm for every browser.

use cleancut as _;
