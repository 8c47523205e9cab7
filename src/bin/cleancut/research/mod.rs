//! `cleancut masks`, `cleancut score`, `cleancut split`: what a researcher does around the cut-outs.

mod masks;
mod painter;
mod pictures;
mod pool;
mod report;
mod score;
mod split;
mod table;

use std::ffi::OsString;

use super::{files, say};

/// What a command ends with: whether all was in order, or why it did not begin or go on.
type Outcome = Result<bool, lexopt::Error>;

/// Runs the command that the first word names, if it names one, and gives the exit status.
pub(super) fn run(words: &[OsString]) -> Option<u8> {
    let mut parser = lexopt::Parser::from_args(words.to_vec());
    let Ok(Some(lexopt::Arg::Value(word))) = parser.next() else { return None };
    let (name, command): (_, fn(lexopt::Parser) -> Outcome) = match word.to_str()? {
        "masks" => ("masks", masks::run),
        "score" => ("score", score::run),
        "split" => ("split", split::run),
        _ => return None,
    };
    Some(match command(parser) {
        Ok(true) => 0,
        Ok(false) => 1,
        Err(error) => {
            say(format_args!("{error}; see cleancut {name} --help"));
            2
        }
    })
}

/// What `--jobs` takes.
fn jobs(word: &str) -> Result<usize, String> {
    let jobs = word.parse().ok().filter(|jobs| (1..=256).contains(jobs));
    jobs.ok_or_else(|| format!("jobs is {word:?}; it takes 1 to 256"))
}

/// As many as there are cores.
fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
