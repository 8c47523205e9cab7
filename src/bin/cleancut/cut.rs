//! One photo, from its file to the file of its cut-out, and what is told of it.

use std::fmt::Write;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;
use std::time::Instant;

use cleancut::pipeline::{needs_network, segment_studio};
use cleancut::read::read;
use cleancut::{Error, Remover, Step};

use super::args::Args;
use super::endings::format_of;
use super::files::{load, store};
use super::jobs::{End, Job};
use super::journal::{Entry, Stamp, stamp};
use super::memory::Memory;
use super::report::{Facts, Found, facts};
use super::strokes::Strokes;

/// Cuts out photos, from several threads at a time.
pub(super) struct Cutter<'a, F> {
    pub(super) args: &'a Args,
    pub(super) remover: LazyLock<Remover, F>,
    pub(super) memory: Option<Memory>,
    /// Whether an output is to be on the disk before it counts.
    pub(super) durable: bool,
}

/// What became of a photo.
pub(super) struct Outcome {
    /// Milliseconds of each step, in words.
    pub(super) timings: String,
    pub(super) result: Result<Entry, Failure>,
}

/// Why there is no cut-out.
pub(super) struct Failure {
    code: &'static str,
    pub(super) words: String,
    /// Whether nobody reads the output any more.
    pub(super) is_closed_pipe: bool,
    pub(super) facts: Facts,
}

impl Failure {
    fn of(code: &'static str, words: impl ToString) -> Self {
        Self { code, words: words.to_string(), is_closed_pipe: false, facts: Facts::new() }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::of(error.code(), error)
    }
}

/// A photo's way as far as it went.
#[derive(Default)]
struct Way {
    steps: Vec<(&'static str, Instant)>,
    ended: Option<Instant>,
    found: Option<Found>,
}

/// A file that was written.
struct Written {
    photo: Stamp,
    bytes: u64,
    doubtful: bool,
}

impl<F: FnOnce() -> Remover> Cutter<'_, F> {
    /// A panic is a failure like others: many more photos may wait.
    pub(super) fn cut(&self, job: &Job) -> Outcome {
        let began = Instant::now();
        let mut way = Way::default();
        let end = catch_unwind(AssertUnwindSafe(|| self.walk(job, &mut way)));
        let end = end.unwrap_or_else(|_| Err(Failure::of("crashed", "the engine broke down")));
        let told = |error| facts(way.found, began.elapsed(), error);
        let result = match end {
            Ok(Written { photo, bytes, doubtful }) => {
                Ok(Entry { photo, bytes, doubtful, facts: told(None) })
            }
            Err(failure) => {
                let facts = told(Some((failure.code, &failure.words)));
                Err(Failure { facts, ..failure })
            }
        };
        Outcome { timings: way.timings(), result }
    }

    fn walk(&self, job: &Job, way: &mut Way) -> Result<Written, Failure> {
        let photo = job.photo.file().and_then(stamp).unwrap_or_default();
        let bytes = load(&job.photo).map_err(|error| Failure::of("read", error))?;
        let mut options = self.args.options.clone();
        if let End::File(file) = job.output(false)
            && !self.args.format_is_given
        {
            let format = format_of(file).map_err(|words| Failure::of("option", words))?;
            options.format = format.unwrap_or(options.format);
        }
        let size = options.frame.size;
        let share = self.memory.as_ref().map(|memory| memory.share(&bytes, size)).transpose();
        let _share = share.map_err(|words| Failure::of("too-large", words))?;
        way.steps.push((Step::Decode.name(), Instant::now()));
        let pixels = read(&bytes, options.max_pixels)?;
        drop(bytes);
        let uses_network = needs_network(&pixels, &options);
        if uses_network {
            way.steps.push(("load", Instant::now()));
            LazyLock::force(&self.remover);
        }
        let mut on_step = |step: Step| way.steps.push((step.name(), Instant::now()));
        let cutout = if uses_network {
            self.remover.segment(pixels, &options, &mut on_step)?
        } else {
            segment_studio(pixels, &options, &mut on_step)?
        };
        let cutout = match &self.args.strokes {
            Some((_, Strokes { strokes, learn })) => cutout.edit(strokes, *learn),
            None => cutout,
        };
        way.found = Some(Found::of(&cutout));
        let confidence = cutout.subject().confidence;
        let doubtful = self.args.scale.review().is_some_and(|(least, _)| confidence < least);
        let file = cutout.into_file(&options, on_step)?;
        way.ended = Some(Instant::now());
        let output = job.output(doubtful);
        store(output, &file, self.durable).map_err(|error| Failure {
            is_closed_pipe: error.kind() == io::ErrorKind::BrokenPipe,
            ..Failure::of("write", format!("cannot write {}: {error}", output.name()))
        })?;
        Ok(Written { photo, bytes: file.len() as u64, doubtful })
    }
}

impl Way {
    /// The milliseconds of each step; nothing where the way ended early.
    fn timings(&self) -> String {
        let Some(ended) = self.ended else { return String::new() };
        let ends = self.steps.iter().skip(1).map(|&(_, at)| at).chain([ended]);
        let mut words = String::new();
        for (&(step, began), end) in self.steps.iter().zip(ends) {
            let took_ms = (end - began).as_secs_f64() * 1e3;
            let _ = write!(words, "{step} {took_ms:.1} ms  ");
        }
        words
    }
}
