//! One test binary, since each one links the whole engine.

mod alpha;
mod catalogue;
mod command_line;
mod command_table;
mod decode;
mod fuzz;
mod golden;
mod house;
mod jpeg;
mod models;
mod onnx;
mod pipeline;
mod render;
mod research;
mod rims;

use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A picture that `tests/fixtures/draw.py` or `render.py` made.
fn fixture_path(name: &str) -> PathBuf {
    root().join("tests/fixtures").join(name)
}

fn fixture(name: &str) -> Vec<u8> {
    read(&fixture_path(name))
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
