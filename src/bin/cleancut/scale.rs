//! In: the options for many photos, as words. Out: [`Scale`].

use std::ffi::OsString;
use std::num::NonZero;
use std::path::PathBuf;
use std::thread::available_parallelism;

/// More threads than this are a mistake.
const MOST_JOBS: usize = 256;

/// How many photos at once, which ones, and what is told of them.
#[derive(Default)]
pub(super) struct Scale {
    /// Folders in folders too, their tree kept below the output.
    pub(super) recursive: bool,
    /// A file of names, or `-`.
    pub(super) list: Option<PathBuf>,
    /// Whether NUL ends the names, not a line break.
    pub(super) nul: bool,
    jobs: Option<usize>,
    /// What all photos under way may take together, bytes.
    pub(super) memory_bytes: Option<u64>,
    pub(super) resume: bool,
    /// A file, or `-`.
    pub(super) report: Option<PathBuf>,
    least_confidence: Option<f32>,
    review: Option<PathBuf>,
    pub(super) quiet: bool,
}

impl Scale {
    /// Whether an option called `name` takes no value.
    pub(super) fn is_flag(name: &str) -> bool {
        ["recursive", "null", "resume", "quiet"].contains(&name)
    }

    /// Whether an option called `name` takes a value.
    pub(super) fn takes(name: &str) -> bool {
        ["list", "jobs", "memory", "report", "min-confidence", "review"].contains(&name)
    }

    pub(super) fn switch(&mut self, name: &str) {
        match name {
            "recursive" => self.recursive = true,
            "null" => self.nul = true,
            "resume" => self.resume = true,
            _ => self.quiet = true,
        }
    }

    /// # Errors
    /// What `name` takes.
    pub(super) fn set(&mut self, name: &str, value: OsString) -> Result<(), String> {
        let word = value.to_str().unwrap_or_default();
        let wrong = |takes| format!("{name} is {word:?}; it takes {takes}");
        match name {
            "list" => self.list = Some(value.into()),
            "report" => self.report = Some(value.into()),
            "review" => self.review = Some(value.into()),
            "jobs" => {
                let jobs = word.parse().ok().filter(|jobs| (1..=MOST_JOBS).contains(jobs));
                self.jobs = Some(jobs.ok_or_else(|| wrong("a whole number from 1 to 256"))?);
            }
            "memory" => {
                let bytes = size_bytes(word).ok_or_else(|| wrong("a size such as 2G or 500M"))?;
                self.memory_bytes = Some(bytes);
            }
            _ => {
                let least = word.parse().ok().filter(|least| (0.0..=1.0).contains(least));
                self.least_confidence = Some(least.ok_or_else(|| wrong("a number from 0 to 1"))?);
            }
        }
        Ok(())
    }

    /// # Errors
    /// An option without the other that it needs.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.least_confidence.is_some() != self.review.is_some() {
            return Err("--min-confidence X and --review DIR go together".into());
        }
        if self.nul && self.list.is_none() {
            return Err("-0 tells how the names of a --list end, and there is none".into());
        }
        Ok(())
    }

    /// How many photos may be under way at the same time.
    pub(super) fn jobs(&self) -> usize {
        self.jobs.unwrap_or_else(|| available_parallelism().map_or(1, NonZero::get))
    }

    /// Below which confidence a cut-out goes to which folder instead.
    pub(super) fn review(&self) -> Option<(f32, &PathBuf)> {
        self.least_confidence.zip(self.review.as_ref())
    }
}

/// `2G`, `1.5GB`, `500M` or bytes.
fn size_bytes(word: &str) -> Option<u64> {
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &*word[digits.len()..].to_ascii_uppercase() {
        "" | "B" => 1.0,
        "K" | "KB" => 1e3,
        "M" | "MB" => 1e6,
        "G" | "GB" => 1e9,
        "T" | "TB" => 1e12,
        _ => return None,
    };
    let size: f64 = digits.parse().ok()?;
    (size > 0.0 && size.is_finite()).then_some((size * unit) as u64)
}
