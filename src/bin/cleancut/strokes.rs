//! In: the file of `--strokes`. Out: [`Strokes`], or what is wrong with them.
//!
//! The file is JSON: `[{ "mode": "keep", "points": [{ "x": 9, "y": 9 }], "radius": 5, "hardness": 0.8 }]`,
//! px of the upright photo, which learn; or a project of the page, which says whether they do.

use std::path::Path;

use cleancut::matte::edit::Stroke;
use serde_json::Value;

/// What was painted on one photo.
pub(super) struct Strokes {
    pub(super) strokes: Vec<Stroke>,
    /// Whether what they mean follows.
    pub(super) learn: bool,
}

/// Of a wrong value in a message, characters.
const LONGEST: usize = 80;
/// The share of a brush that is painted in full, unless the stroke says.
const HARDNESS: f64 = 0.8;

pub(super) fn read(file: &Path) -> Result<Strokes, String> {
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let text = std::fs::read(file).map_err(|error| failed(&error))?;
    let json: Value = serde_json::from_slice(&text).map_err(|error| failed(&error))?;
    let (strokes, learn) = match &json {
        Value::Array(strokes) => (strokes, true),
        project => match &project["strokes"] {
            Value::Array(strokes) => (strokes, project["learn"] == true),
            _ => return Err(failed(&"it holds no strokes")),
        },
    };
    let strokes = strokes.iter().map(stroke).collect::<Result<_, _>>();
    Ok(Strokes { strokes: strokes.map_err(|error| failed(&error))?, learn })
}

fn stroke(value: &Value) -> Result<Stroke, String> {
    let keep = match value["mode"].as_str() {
        Some("keep") => true,
        Some("erase") => false,
        _ => return Err(wrong("a stroke's mode", &value["mode"], "it takes keep or erase")),
    };
    let radius = value["radius"].as_f64().filter(|&radius| radius > 0.0);
    let radius =
        radius.ok_or_else(|| wrong("a stroke's radius", &value["radius"], "it must be above 0"))?;
    let hardness = match &value["hardness"] {
        Value::Null => HARDNESS,
        given => given.as_f64().ok_or_else(|| wrong("a stroke's hardness", given, "0 to 1"))?,
    };
    let points = value["points"].as_array();
    let points =
        points.ok_or_else(|| wrong("a stroke's points", &value["points"], "an array is wanted"))?;
    let place = |point: &Value, axis: &str| {
        let place = point[axis].as_f64();
        place.ok_or_else(|| wrong("a point's x or y", &point[axis], "it takes px"))
    };
    let point = |at: &Value| Ok([place(at, "x")? as f32, place(at, "y")? as f32]);
    Ok(Stroke {
        keep,
        points: points.iter().map(point).collect::<Result<_, String>>()?,
        radius_px: radius as f32,
        hardness: hardness as f32,
    })
}

fn wrong(name: &str, value: &Value, takes: &str) -> String {
    let words = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let short: String = words.chars().take(LONGEST).collect();
    format!("{name} is {short}; {takes}")
}
