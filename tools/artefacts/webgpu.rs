//! The wasm that lays networks out for a GPU.

use cleancut as _;
