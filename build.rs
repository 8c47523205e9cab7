//! Hands the shipped model's names and hash from `models/manifest.json` to the crate.

use serde_json::Value;

const MANIFEST: &str = "models/manifest.json";

fn main() {
    println!("cargo:rerun-if-changed={MANIFEST}");
    let text = std::fs::read_to_string(MANIFEST).expect("models/manifest.json is readable");
    let manifest: Value = serde_json::from_str(&text).expect("models/manifest.json is JSON");
    let shipped = &manifest["shipped"];
    let file = manifest["files"]
        .as_array()
        .and_then(|files| files.iter().find(|file| &file["name"] == shipped))
        .expect("`shipped` names one of `files` in models/manifest.json");
    let name = file["name"].as_str().expect("name is a string");
    let plan = name.replace(".onnx", ".plan");
    println!("cargo:rustc-env=CLEANCUT_PLAN_NAME={plan}");
    for (variable, field) in [("NAME", "name"), ("SHA256", "sha256")] {
        let value = file[field].as_str().expect("name and sha256 are strings");
        println!("cargo:rustc-env=CLEANCUT_MODEL_{variable}={value}");
    }
}
