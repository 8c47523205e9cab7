//! In: the bytes of a model file. Out: whether it is the file that `models/manifest.json` ships.

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// The file in `models/` that this build is made for.
pub const MODEL_NAME: &str = env!("CLEANCUT_MODEL_NAME");

/// Its SHA-256, lower-case hexadecimal.
pub const MODEL_SHA256: &str = env!("CLEANCUT_MODEL_SHA256");

pub(super) fn check(bytes: &[u8]) -> Result<()> {
    let digest: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    if digest == MODEL_SHA256 {
        return Ok(());
    }
    Err(Error::Model {
        reason: format!(
            "these {} bytes are not {MODEL_NAME}: SHA-256 is {digest}, expected {MODEL_SHA256}",
            bytes.len(),
        ),
    })
}
