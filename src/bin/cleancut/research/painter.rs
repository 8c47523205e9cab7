//! In: the rows of pictures, in the order of the csv. Out: a mask file for each picture.
//!
//! One picture is held at a time; a picture whose rows do not stand together is read back.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use cleancut::measure::{Fault, Labels, paint};
use cleancut::options::MAX_PIXELS;

use super::files;
use super::pictures::{self, encode, labels};
use super::report::Report;
use crate::jobs::End;

/// What is asked for, and where.
pub(super) struct Wish {
    pub(super) output: PathBuf,
    /// Whether the index of a row's class is painted, and what is added to it.
    pub(super) classes: Option<u8>,
    pub(super) only: Option<HashSet<u64>>,
    pub(super) not: HashSet<u64>,
    /// The pictures by stem, where they are to be looked at.
    pub(super) pictures: Option<HashMap<String, PathBuf>>,
}

/// A row of the csv.
pub(super) struct Runs {
    pub(super) line: u64,
    pub(super) id: String,
    pub(super) stem: String,
    pub(super) pixels: Vec<u8>,
    pub(super) size: Option<(u32, u32)>,
    pub(super) class: Option<u64>,
}

pub(super) struct Painter<'a> {
    wish: &'a Wish,
    report: &'a Mutex<Report>,
    current: Option<Current>,
    pub(super) tally: Tally,
}

/// What became of the pictures.
#[derive(Default)]
pub(super) struct Tally {
    /// The ImageId behind each stem.
    pub(super) ids: HashMap<String, String>,
    /// Masks without a pixel.
    pub(super) empty: usize,
}

struct Current {
    stem: String,
    labels: Labels,
    rows: HashSet<u64>,
}

impl<'a> Painter<'a> {
    pub(super) fn new(wish: &'a Wish, report: &'a Mutex<Report>) -> Self {
        Self { wish, report, current: None, tally: Tally::default() }
    }

    fn note(&self, kind: &'static str, row: &Runs) {
        if let Ok(mut report) = self.report.lock() {
            report.note(kind, row.line, &row.id);
        }
    }

    /// Paints a row.
    ///
    /// # Errors
    /// A mask could not be written.
    pub(super) fn row(&mut self, row: &Runs) -> Result<(), String> {
        let size = row.size.filter(|&(width, height)| {
            let pixels = u64::from(width) * u64::from(height);
            (1..=MAX_PIXELS).contains(&pixels)
        });
        let Some(size) = size else {
            self.note("rows whose Height or Width is no side of 1 to 64 megapixels", row);
            return Ok(());
        };
        if self.tally.ids.get(&row.stem).is_some_and(|id| *id != row.id) {
            self.note("rows of a picture whose mask has the name of another's", row);
            return Ok(());
        }
        if self.current.as_ref().is_none_or(|current| current.stem != row.stem) {
            self.flush()?;
            self.current = Some(self.open(row, size)?);
        }
        let Some(label) = self.label(row) else { return Ok(()) };
        let mut hasher = DefaultHasher::new();
        (row.class, &row.pixels).hash(&mut hasher);
        let Some(current) = &mut self.current else { return Ok(()) };
        if (current.labels.width(), current.labels.height()) != size {
            self.note("rows of another size than the rows before them of the same picture", row);
            return Ok(());
        }
        if !current.rows.insert(hasher.finish()) {
            self.note("rows that repeat one of the same picture", row);
            return Ok(());
        }
        if let Err(fault) = paint(&mut current.labels, &row.pixels, label) {
            let kind = match fault {
                Fault::Odd => "rows whose last run has no length",
                Fault::NoNumber => "rows with a run that is no whole number from 1",
                Fault::PastEnd => "rows with a run past the end of the picture",
            };
            self.note(kind, row);
        }
        Ok(())
    }

    /// Writes the mask of the picture whose rows are at an end.
    ///
    /// # Errors
    /// It could not be written.
    pub(super) fn flush(&mut self) -> Result<(), String> {
        let Some(Current { stem, labels, .. }) = self.current.take() else { return Ok(()) };
        self.tally.empty += usize::from(labels.values().iter().all(|&label| label == 0));
        let file = self.file(&stem);
        let failed = |error: String| format!("cannot write {}: {error}", file.display());
        let bytes =
            encode(&labels, self.wish.classes.is_some()).map_err(|e| failed(e.to_string()))?;
        files::store(&End::File(file.clone()), &bytes, false)
            .map_err(|error| failed(error.to_string()))
    }

    fn file(&self, stem: &str) -> PathBuf {
        self.wish.output.join(format!("{stem}.png"))
    }

    /// The mask of a picture that is new, or was met before.
    fn open(&mut self, row: &Runs, size: (u32, u32)) -> Result<Current, String> {
        let stem = row.stem.clone();
        if self.tally.ids.insert(stem.clone(), row.id.clone()).is_some() {
            let labels = self.back(&self.file(&stem))?;
            self.tally.empty -= usize::from(labels.values().iter().all(|&label| label == 0));
            return Ok(Current { stem, labels, rows: HashSet::new() });
        }
        if let Some(pictures) = &self.wish.pictures {
            match pictures.get(&stem).map(|picture| pictures::size(picture)) {
                None => self.note("rows of a picture that is not there", row),
                Some(Err(_)) => self.note("rows of a picture that cannot be read", row),
                Some(Ok(own)) if own != size => {
                    self.note("rows of another size than their picture", row);
                }
                Some(Ok(_)) => {}
            }
        }
        Ok(Current { stem, labels: Labels::new(size.0, size.1), rows: HashSet::new() })
    }

    fn back(&self, file: &Path) -> Result<Labels, String> {
        let bytes = std::fs::read(file).map_err(|error| error.to_string());
        bytes
            .and_then(|bytes| labels(&bytes))
            .map_err(|error| format!("cannot read back {}: {error}", file.display()))
    }

    /// What a row paints; `None` where its class is not asked for or is no index.
    fn label(&self, row: &Runs) -> Option<u8> {
        let Wish { classes, only, not, .. } = self.wish;
        let Some(class) = row.class else {
            if classes.is_none() && only.is_none() && not.is_empty() {
                return Some(u8::MAX);
            }
            self.note("rows whose ClassId is no whole number", row);
            return None;
        };
        if only.as_ref().is_some_and(|only| !only.contains(&class)) || not.contains(&class) {
            return None;
        }
        let Some(shift) = classes else { return Some(u8::MAX) };
        let index = class.checked_add(u64::from(*shift)).and_then(|index| u8::try_from(index).ok());
        if index == Some(0) {
            self.note("rows of class 0, which is the ground's index (give --shift 1)", row);
        } else if index.is_none() {
            self.note("rows whose class is beyond the 255 of an indexed PNG", row);
        }
        index.filter(|&index| index > 0)
    }
}
