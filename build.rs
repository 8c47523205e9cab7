//! Hands the names and hashes of the shipped models from `models/manifest.json` to the crate.

use serde_json::Value;

const MANIFEST: &str = "models/manifest.json";

fn main() {
    println!("cargo:rerun-if-changed={MANIFEST}");
    let text = std::fs::read_to_string(MANIFEST).expect("models/manifest.json is readable");
    let manifest: Value = serde_json::from_str(&text).expect("models/manifest.json is JSON");
    let text = |value: &Value| value.as_str().expect("names and hashes are strings").to_owned();
    let set = |variable: String, value: String| println!("cargo:rustc-env={variable}={value}");
    set("CLEANCUT_DEFAULT_MODEL".into(), text(&manifest["default"]));
    let files = manifest["files"].as_array().expect("`files` is a list");
    for (model, shipped) in manifest["shipped"].as_object().expect("`shipped` has names") {
        let file = files.iter().find(|file| &file["name"] == shipped);
        let file = file.expect("`shipped` names `files` in models/manifest.json");
        let variable = |of: &str| format!("CLEANCUT_{}_{of}", model.to_uppercase());
        set(variable("ONNX"), text(shipped));
        set(variable("PLAN"), text(shipped).replace(".onnx", ".plan"));
        set(variable("SHA256"), text(&file["sha256"]));
    }
}
