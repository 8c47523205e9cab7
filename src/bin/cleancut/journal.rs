//! What a run into a folder has finished, so that another run can go on: `.cleancut-journal` in it.
//!
//! A line of JSON for each run, which says what was asked for, and one for each cut-out, written
//! when the cut-out lies whole under its name; both are on the disk before the next photo's are.
//! A line that was cut off counts for nothing.

use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde_json::{Value, json};

use super::jobs::Job;
use super::report::Facts;

const NAME: &str = ".cleancut-journal";

/// By which a photo that changed is told: bytes, and nanoseconds since 1970.
pub(super) type Stamp = (u64, u64);

/// A finished cut-out.
pub(super) struct Entry {
    pub(super) photo: Stamp,
    pub(super) bytes: u64,
    pub(super) doubtful: bool,
    pub(super) facts: Facts,
}

/// Where in the journal a finished cut-out is told.
struct Line {
    at: u64,
    photo: Stamp,
    bytes: u64,
    doubtful: bool,
}

pub(super) struct Journal {
    path: PathBuf,
    file: File,
    folder: PathBuf,
    lines: HashMap<String, Line>,
    is_kept: bool,
}

impl Journal {
    /// The journal of `folder` for a run of `jobs` that was asked for with `asked`. Without `resume` it
    /// begins anew and is gone at the end of the run.
    ///
    /// # Errors
    /// It cannot be read or written, or another run holds it.
    pub(super) fn open(
        folder: &Path,
        jobs: &[Job],
        asked: &Value,
        resume: bool,
    ) -> Result<Self, String> {
        let path = folder.join(NAME);
        let failed = |error: io::Error| format!("cannot write {}: {error}", path.display());
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false).open(&path);
        let file = file.map_err(failed)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                return Err(format!("another run is writing into {}", folder.display()));
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
            Ok(()) => {}
        }
        let folder = folder.to_owned();
        let mut journal =
            Self { path: path.clone(), file, folder, lines: HashMap::new(), is_kept: resume };
        let runs = journal.begin(asked, resume).map_err(failed)?;
        sweep(jobs, &runs);
        Ok(journal)
    }

    /// Reads what is there and begins a run. Gives the process of every earlier one.
    fn begin(&mut self, asked: &Value, resume: bool) -> io::Result<Vec<u64>> {
        let (mut end, mut counts, mut runs) = (0, false, vec![]);
        let mut reader = BufReader::new(&self.file);
        let mut line = String::new();
        while reader.read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
            let Some(value) = whole(&line) else { break };
            if let Some(run) = value["run"].as_u64() {
                runs.push(run);
                counts = value["asked"] == *asked;
            } else if let Some((name, told)) = told(&value, end) {
                self.lines.remove(&name);
                if counts {
                    self.lines.insert(name, told);
                }
            }
            end += line.len() as u64;
            line.clear();
        }
        if !resume {
            self.lines.clear();
            end = 0;
        }
        self.file.set_len(end)?;
        self.file.seek(SeekFrom::End(0))?;
        self.write(&json!({ "run": std::process::id(), "asked": asked }))?;
        self.file.sync_data()?;
        Ok(runs)
    }

    /// What an earlier run tells of `job`, where its photo has not changed since and its output is
    /// whole.
    pub(super) fn finished(&self, job: &Job) -> Option<(Facts, bool)> {
        let line = self.lines.get(&self.name(job)?)?;
        let output = fs::metadata(job.output(line.doubtful).file()?).ok()?;
        if stamp(job.photo.file()?) != Some(line.photo) || output.len() != line.bytes {
            return None;
        }
        let mut reader = BufReader::new(&self.file);
        reader.seek(SeekFrom::Start(line.at)).ok()?;
        let mut text = String::new();
        reader.read_line(&mut text).ok()?;
        let Value::Object(facts) = whole(&text)?["facts"].take() else { return None };
        Some((facts, line.doubtful))
    }

    /// Tells of cut-outs that are whole, and waits until that is on the disk.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn add<'a>(
        &mut self,
        finished: impl Iterator<Item = (&'a Job, &'a Entry)>,
    ) -> io::Result<()> {
        self.file.seek(SeekFrom::End(0))?;
        for (job, Entry { photo, bytes, doubtful, facts }) in finished {
            let Some(name) = self.name(job) else { continue };
            let photo = json!([photo.0, photo.1]);
            self.write(&json!({
                "name": name, "photo": photo, "bytes": bytes, "doubtful": doubtful, "facts": facts,
            }))?;
        }
        self.file.sync_data()
    }

    fn write(&mut self, line: &Value) -> io::Result<()> {
        self.file.write_all(format!("{line}\n").as_bytes())
    }

    /// The cut-out's name below the folder.
    fn name(&self, job: &Job) -> Option<String> {
        let name = job.output(false).file()?.strip_prefix(&self.folder).ok()?;
        Some(name.to_string_lossy().into_owned())
    }

    /// After every photo had its turn.
    pub(super) fn end(self) {
        if !self.is_kept {
            let _ = fs::remove_file(self.path);
        }
    }
}

/// Removes what `runs` had begun to write beside the outputs of `jobs` when they were killed.
fn sweep(jobs: &[Job], runs: &[u64]) {
    let ends: Vec<String> = runs.iter().map(|run| format!(".{run}.part")).collect();
    let outputs = jobs.iter().flat_map(|job| [false, true].map(|doubtful| job.output(doubtful)));
    let folders: BTreeSet<&Path> =
        outputs.filter_map(|output| output.file()?.parent()).filter(|_| !ends.is_empty()).collect();
    for folder in folders {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') && ends.iter().any(|end| name.ends_with(end)) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// A line that was not cut off.
fn whole(line: &str) -> Option<Value> {
    serde_json::from_str(line.strip_suffix('\n')?).ok()
}

fn told(value: &Value, at: u64) -> Option<(String, Line)> {
    let photo = (value["photo"][0].as_u64()?, value["photo"][1].as_u64()?);
    let (bytes, doubtful) = (value["bytes"].as_u64()?, value["doubtful"].as_bool()?);
    Some((value["name"].as_str()?.to_owned(), Line { at, photo, bytes, doubtful }))
}

/// The stamp of a file that is there.
pub(super) fn stamp(file: &Path) -> Option<Stamp> {
    let about = fs::metadata(file).ok()?;
    let since = about.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some((about.len(), u64::try_from(since.as_nanos()).ok()?))
}
