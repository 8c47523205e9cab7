//! In: what became of each photo. Out: a line of JSON for each, always with the same names.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::Duration;

use cleancut::{Cutout, Subject};
use serde_json::{Map, Value, json};

use super::jobs::{Job, PIPE};

/// What is told of a photo besides its names.
pub(super) type Facts = Map<String, Value>;

/// What was found in a photo of so many px.
#[derive(Clone, Copy)]
pub(super) struct Found {
    width: u32,
    height: u32,
    subject: Subject,
}

impl Found {
    pub(super) fn of(cutout: &Cutout) -> Self {
        let photo = cutout.photo();
        Self { width: photo.width(), height: photo.height(), subject: *cutout.subject() }
    }
}

/// `found` is `None` where the photo could not even be read; `error`: its code and its words.
pub(super) fn facts(found: Option<Found>, took: Duration, error: Option<(&str, &str)>) -> Facts {
    let subject = found.map(|found| found.subject);
    let of = |share: fn(&Subject) -> f32| subject.map(|subject| rounded(share(&subject), 1e4));
    let touches = subject.map(|Subject { touches, .. }| {
        let sides = [
            ("top", touches.top),
            ("right", touches.right),
            ("bottom", touches.bottom),
            ("left", touches.left),
        ];
        sides.into_iter().filter(|(_, cut)| *cut).map(|(side, _)| side).collect::<Vec<_>>()
    });
    let bounds = subject.and_then(|subject| subject.bounds);
    let facts = [
        ("width", json!(found.map(|found| found.width))),
        ("height", json!(found.map(|found| found.height))),
        ("box", json!(bounds.map(|bounds| [bounds.x, bounds.y, bounds.width, bounds.height]))),
        ("coverage", json!(of(|subject| subject.coverage))),
        ("confidence", json!(of(|subject| subject.confidence))),
        ("touches", json!(touches)),
        ("milliseconds", json!(rounded(took.as_secs_f32() * 1e3, 10.0))),
        ("error", json!(error.map(|(code, _)| code))),
        ("message", json!(error.map(|(_, words)| words))),
    ];
    facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn rounded(value: f32, steps: f64) -> f64 {
    (f64::from(value) * steps).round() / steps
}

/// Where the lines go.
pub(super) struct Report(Box<dyn Write>);

impl Report {
    /// # Errors
    /// The file cannot be made.
    pub(super) fn to(path: &Path) -> io::Result<Self> {
        if path == Path::new(PIPE) {
            return Ok(Self(Box::new(io::stdout())));
        }
        File::create(path).map(|file| Self(Box::new(BufWriter::new(file))))
    }

    /// # Errors
    /// The line cannot be written.
    pub(super) fn tell(&mut self, job: &Job, facts: &Facts, doubtful: bool) -> io::Result<()> {
        let output = facts["error"].is_null().then(|| job.output(doubtful).name().to_string());
        let mut line = Map::new();
        line.insert("photo".into(), json!(job.photo.name().to_string()));
        line.insert("output".into(), json!(output));
        line.insert("doubtful".into(), json!(doubtful));
        line.extend(facts.clone());
        writeln!(self.0, "{}", Value::Object(line))?;
        self.0.flush()
    }
}
