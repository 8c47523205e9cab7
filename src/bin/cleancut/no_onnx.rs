//! `--model FILE.onnx` where the feature `onnx` is off, as in the Python wheel.

use std::path::PathBuf;

use cleancut::Remover;

pub(super) fn load((file, _): &(PathBuf, Vec<String>)) -> Result<Remover, String> {
    let file = file.display();
    Err(format!("{file}: this build runs base and small alone; one with the feature onnx runs any"))
}
