//! In: the hash of an ONNX file. Out: whether it is the file that `models/manifest.json` ships.

use crate::error::{Error, Result};

/// The ONNX file in `models/` that this build is made for.
pub const MODEL_NAME: &str = env!("CLEANCUT_MODEL_NAME");

/// The same file as a plan, beside it: what the browser and the command line load.
pub const PLAN_NAME: &str = env!("CLEANCUT_PLAN_NAME");

/// The SHA-256 of the ONNX file, lower-case hexadecimal.
pub const MODEL_SHA256: &str = env!("CLEANCUT_MODEL_SHA256");

pub(super) fn check(source: &[u8; 32]) -> Result<()> {
    let digest: String = source.iter().map(|byte| format!("{byte:02x}")).collect();
    if digest == MODEL_SHA256 {
        return Ok(());
    }
    Err(Error::Model {
        reason: format!("it is not {MODEL_NAME}: SHA-256 is {digest}, expected {MODEL_SHA256}"),
    })
}
