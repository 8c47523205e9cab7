//! The `inventory` crate with nothing in it: what is submitted is dropped. With the feature `registry`,
//! the real crate.
//!
//! tract registers its runtimes, transforms and matrix kernels through `inventory`, in constructors
//! that a linker must keep, and so keeps all of tract-core and tract-linalg alive. cleancut's engine
//! brings its own operators and asks for none of these; without them the linker drops the rest. The
//! workspace's `[patch.crates-io]` puts this crate in place of the real one. Whoever runs any ONNX graph
//! needs tract's own kernels, and asks for `registry`.

#![no_std]

#[cfg(not(feature = "registry"))]
mod nothing;

#[cfg(not(feature = "registry"))]
pub use nothing::*;
#[cfg(feature = "registry")]
pub use real::*;
