//! In: `--model FILE.onnx`, `--spec` words and the file's own spec beside it. Out: a [`Remover`].

use std::path::{Path, PathBuf};

use cleancut::Remover;
use cleancut::engine::onnx::{Onnx, Spec};
use serde_json::Value;

/// `words`: `name=value`, or the name of a preset.
pub(super) fn load((file, words): &(PathBuf, Vec<String>)) -> Result<Remover, String> {
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let mut pairs = beside(&file.with_extension("json"))?;
    pairs.extend(words.iter().map(|word| {
        let (name, value) = word.split_once('=').unwrap_or(("preset", word));
        (name.to_owned(), value.to_owned())
    }));
    let pairs = pairs.iter().map(|(name, value)| (&**name, &**value));
    let spec = Spec::parse(pairs).map_err(|error| error.to_string())?;
    let bytes = std::fs::read(file).map_err(|error| failed(&error))?;
    Onnx::load(&bytes, spec).map(Remover::of).map_err(|error| failed(&error))
}

/// What `net.json` says of `net.onnx`: an object of names and values.
fn beside(file: &Path) -> Result<Vec<(String, String)>, String> {
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(vec![]),
        Err(error) => return Err(failed(&error)),
    };
    let json: Value = serde_json::from_str(&text).map_err(|error| failed(&error))?;
    let Value::Object(fields) = json else { return Err(failed(&"it is no object")) };
    Ok(fields.into_iter().map(|(name, value)| (name, words(&value))).collect())
}

/// As on the command line; lists have commas between.
fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(words).collect::<Vec<_>>().join(","),
        _ => value.to_string(),
    }
}
