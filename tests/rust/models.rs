//! What `models/manifest.json` says is what `models/` holds and what the engine takes.

use cleancut::Remover;
use cleancut::engine::lower;
use cleancut::options::Model;
use sha2::{Digest, Sha256};

use crate::{read, root};

fn model_file(name: &str) -> Vec<u8> {
    read(&root().join("models").join(name))
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn every_file_has_the_size_and_hash_of_its_manifest() {
    let manifest: serde_json::Value = serde_json::from_slice(&model_file("manifest.json")).unwrap();
    let files = manifest["files"].as_array().unwrap();
    for file in files {
        let name = file["name"].as_str().unwrap();
        let bytes = model_file(name);
        assert_eq!(Some(bytes.len() as u64), file["bytes"].as_u64(), "{name}");
        assert_eq!(Some(sha256(&bytes).as_str()), file["sha256"].as_str(), "{name}");
    }
    for model in Model::ALL {
        let name = model.onnx();
        assert!(files.iter().any(|file| file["name"] == name), "{name} is listed");
        assert_eq!(sha256(&model_file(name)), model.sha256());
    }
}

#[test]
fn a_plan_is_its_onnx_file_lowered() {
    for model in Model::ALL {
        let (onnx, plan) = (model.onnx(), model.plan());
        let lowered = lower(&model_file(onnx)).unwrap().plan;
        let remedy = format!("cargo run --bin lower -- models/{onnx} models/{plan}");
        assert!(model_file(plan) == lowered, "it differs; type: {remedy}");
    }
}

#[test]
fn any_other_model_is_refused_by_its_hash() {
    for model in Model::ALL {
        assert_eq!(Remover::new(&model_file(model.plan())).unwrap().model(), Some(model));
        let mut other = model_file(model.onnx());
        *other.last_mut().unwrap() ^= 1;
        assert_eq!(Remover::new(&other).unwrap_err().code(), "model");
    }
    assert_eq!(Remover::new(b"").unwrap_err().code(), "model");
}
