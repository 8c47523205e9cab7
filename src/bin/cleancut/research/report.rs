//! What is not in order, by kind: counted and named on standard error, and every one in a csv if a
//! file was named for it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::say;
use super::table::quoted;

/// So many of a kind are named.
const NAMED: usize = 8;

#[derive(Default)]
pub(super) struct Report {
    kinds: BTreeMap<&'static str, Kind>,
    file: Option<BufWriter<File>>,
    failed: Option<io::Error>,
}

#[derive(Default)]
struct Kind {
    count: usize,
    /// The first ones, by line, then by name.
    first: BTreeSet<(u64, String)>,
}

impl Report {
    pub(super) fn new(file: Option<&Path>) -> Result<Self, String> {
        let create = |path: &Path| -> io::Result<_> {
            let mut file = BufWriter::new(File::create(path)?);
            writeln!(file, "line,name,trouble")?;
            Ok(file)
        };
        let open = |path: &Path| create(path).map_err(|e| format!("{}: {e}", path.display()));
        Ok(Self { file: file.map(open).transpose()?, ..Self::default() })
    }

    /// `line` is 0 where the trouble is of no line; `kind` reads well behind a number.
    pub(super) fn note(&mut self, kind: &'static str, line: u64, name: &str) {
        if let Some(file) = &mut self.file {
            let line = if line > 0 { line.to_string() } else { String::new() };
            if let Err(error) = writeln!(file, "{line},{},{}", quoted(name), quoted(kind)) {
                self.failed.get_or_insert(error);
            }
        }
        let kind = self.kinds.entry(kind).or_default();
        kind.count += 1;
        kind.first.insert((line, name.to_owned()));
        if kind.first.len() > NAMED {
            kind.first.pop_last();
        }
    }

    /// Says all of it. Whether there was nothing to say.
    pub(super) fn end(mut self) -> Result<bool, String> {
        let flushed = self.file.as_mut().map_or(Ok(()), Write::flush);
        if let Some(error) = self.failed.or(flushed.err()) {
            return Err(format!("cannot write the report: {error}"));
        }
        for (kind, Kind { count, first }) in &self.kinds {
            let names = first.iter().map(|(line, name)| match line {
                0 => name.clone(),
                _ => format!("line {line} ({name})"),
            });
            let names = names.collect::<Vec<_>>().join(", ");
            let more = count.saturating_sub(first.len());
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            say(format_args!("{count} {kind}: {names}{more}"));
        }
        Ok(self.kinds.is_empty())
    }
}
