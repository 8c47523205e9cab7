//! What `models/manifest.json` says is what `models/` holds and what the engine takes.

use cleancut::engine::{Engine, MODEL_NAME, MODEL_SHA256, PLAN_NAME, lower};
use sha2::{Digest, Sha256};

use crate::{read, root};

fn model(name: &str) -> Vec<u8> {
    read(&root().join("models").join(name))
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn every_file_has_the_size_and_hash_of_its_manifest() {
    let manifest: serde_json::Value = serde_json::from_slice(&model("manifest.json")).unwrap();
    let files = manifest["files"].as_array().unwrap();
    for file in files {
        let name = file["name"].as_str().unwrap();
        let bytes = model(name);
        assert_eq!(Some(bytes.len() as u64), file["bytes"].as_u64(), "{name}");
        assert_eq!(Some(sha256(&bytes).as_str()), file["sha256"].as_str(), "{name}");
    }
    assert!(files.iter().any(|file| file["name"] == MODEL_NAME), "{MODEL_NAME} is listed");
    assert_eq!(sha256(&model(MODEL_NAME)), MODEL_SHA256);
}

#[test]
fn the_plan_is_the_onnx_file_lowered() {
    let lowered = lower(&model(MODEL_NAME)).unwrap().plan;
    let remedy = format!("cargo run --bin lower -- models/{MODEL_NAME} models/{PLAN_NAME}");
    assert!(model(PLAN_NAME) == lowered, "it differs; type: {remedy}");
}

#[test]
fn any_other_model_is_refused_by_its_hash() {
    let mut other = model(MODEL_NAME);
    *other.last_mut().unwrap() ^= 1;
    let error = Engine::load(&other).unwrap_err();
    assert_eq!(error.code(), "model");
    assert!(error.to_string().contains(MODEL_SHA256), "{error}");
    assert_eq!(Engine::load(b"").unwrap_err().code(), "model");
}
