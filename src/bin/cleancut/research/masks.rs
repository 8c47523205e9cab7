//! `cleancut masks`: iMaterialist's csv of run lengths becomes a mask for each picture.
//!
//! Rows are read once, from first to last, and go to the threads by the name of their picture, so that
//! each picture has one painter and its rows their order.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::mpsc::sync_channel;

use lexopt::prelude::{Long, Short, Value, ValueExt};

use super::painter::{Painter, Runs, Tally, Wish};
use super::pictures::{by_stem, stem};
use super::report::Report;
use super::table::{BadRow, Row, Table};
use super::{Outcome, cores, jobs, say};
use crate::print;

const HELP: &str = "\
Make masks of a csv of run lengths in iMaterialist's form.

Usage: cleancut masks [OPTIONS] CSV -o FOLDER

Arguments:
  CSV  with the columns ImageId,EncodedPixels,Height,Width and, for classes, ClassId;
       runs are pairs of start and length, from 1, down the columns; - for standard
       input. All rows of an ImageId make one mask

Options:
  -o, --output FOLDER  where the masks go, ImageId.png: grey, 255 where any row is
      --classes        PNGs with a palette instead, whose index is the ClassId, 0 where
                       no row is; where rows overlap, the last one counts
      --shift N        add N to each ClassId, where class 0 is a class [default: 0]
      --only LIST      of these classes alone: numbers or names, with commas between
      --not LIST       of all but these
      --names FILE     the names of the classes, a line each, from 0 on
      --images FOLDER  the pictures: those that are missing, have no row or another size
                       are said
      --report FILE    every trouble as csv: line, name, trouble
      --jobs N         threads [default: one for each core]
  -h, --help           print this help

Exit status: 0 when all is in order, 1 when something was said (what can be read of it
is in the masks), 2 when the arguments are wrong or a mask cannot be written.
";

/// Rows on their way to a thread.
const AHEAD: usize = 32;
/// Longer names are no files.
const LONGEST_NAME: usize = 200;

pub(super) fn run(mut parser: lexopt::Parser) -> Outcome {
    let (mut csv, mut output, mut images, mut report): (Option<PathBuf>, Option<PathBuf>, _, _) =
        (None, None, None::<PathBuf>, None::<PathBuf>);
    let (mut has_classes, mut shift, mut threads) = (false, 0, cores());
    let (mut only, mut not, mut names) = (None, None, None::<PathBuf>);
    while let Some(arg) = parser.next()? {
        match arg {
            Short('o') | Long("output") => output = Some(parser.value()?.into()),
            Long("classes") => has_classes = true,
            Long("shift") => shift = parser.value()?.parse()?,
            Long("only") => only = Some(parser.value()?.string()?),
            Long("not") => not = Some(parser.value()?.string()?),
            Long("names") => names = Some(parser.value()?.into()),
            Long("images") => images = Some(parser.value()?.into()),
            Long("report") => report = Some(parser.value()?.into()),
            Long("jobs") => threads = jobs(&parser.value()?.string()?)?,
            Short('h') | Long("help") => {
                print(HELP);
                return Ok(true);
            }
            Value(path) if csv.is_none() => csv = Some(path.into()),
            _ => return Err(arg.unexpected()),
        }
    }
    let csv = csv.ok_or("no csv given")?;
    let output = output.ok_or("no folder given; give -o FOLDER")?;
    let names = names.map(|file| class_names(&file)).transpose()?.unwrap_or_default();
    let classes = |list: Option<String>| list.map(|list| classes(&list, &names)).transpose();
    let (pictures, doubles) = match &images {
        Some(folder) => {
            let (pictures, doubles) = by_stem(folder)?;
            (Some(pictures.into_iter().collect::<HashMap<_, _>>()), doubles)
        }
        None => (None, vec![]),
    };
    let mut report = Report::new(report.as_deref())?;
    for name in doubles {
        report.note("pictures of the same name but for its ending", 0, &name);
    }
    let wish = Wish {
        classes: has_classes.then_some(shift),
        only: classes(only)?,
        not: classes(not)?.unwrap_or_default(),
        pictures,
        output,
    };
    std::fs::create_dir_all(&wish.output)
        .map_err(|error| format!("cannot make the folder {}: {error}", wish.output.display()))?;
    let input: Box<dyn BufRead> = if csv == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        let file = File::open(&csv).map_err(|error| format!("{}: {error}", csv.display()))?;
        Box::new(BufReader::with_capacity(1 << 20, file))
    };
    paint_all(input, &csv, &wish, report, threads)
}

fn paint_all(
    input: Box<dyn BufRead>,
    csv: &Path,
    wish: &Wish,
    report: Report,
    threads: usize,
) -> Outcome {
    let unreadable = |error: String| format!("{}: {error}", csv.display());
    let mut table =
        Table::new(input).map_err(|e| unreadable(e.to_string()))?.map_err(unreadable)?;
    let needs_class = wish.classes.is_some() || wish.only.is_some() || !wish.not.is_empty();
    let column = |name| table.column(name).map_err(unreadable);
    let class = match column("ClassId") {
        Err(error) if needs_class => return Err(error.into()),
        class => class.ok(),
    };
    let [id, pixels, height, width] =
        [column("ImageId")?, column("EncodedPixels")?, column("Height")?, column("Width")?];
    let report = Mutex::new(report);
    let (rows, tallies) = std::thread::scope(|scope| {
        let (gives, threads): (Vec<_>, Vec<_>) = (0..threads)
            .map(|_| {
                let (give, given) = sync_channel::<Runs>(AHEAD);
                let report = &report;
                let thread = scope.spawn(move || {
                    let mut painter = Painter::new(wish, report);
                    for row in given {
                        painter.row(&row)?;
                    }
                    painter.flush().map(|()| painter.tally)
                });
                (give, thread)
            })
            .unzip();
        let mut rows = 0_usize;
        let read = loop {
            let row = match table.next() {
                Ok(None) => break Ok(()),
                Ok(Some(row)) => row,
                Err(error) => break Err(unreadable(error.to_string())),
            };
            rows += 1;
            let runs = row.map_err(|(line, bad)| match bad {
                BadRow::Quote => (line, String::new(), "rows with a quote that is not closed"),
                BadRow::TooLong => (line, String::new(), "rows longer than 64 MB"),
            });
            match runs.and_then(|row| runs_of(row, [id, pixels, height, width], class)) {
                Ok(runs) => {
                    let mut hasher = DefaultHasher::new();
                    runs.stem.hash(&mut hasher);
                    let thread = hasher.finish() as usize % gives.len();
                    if gives[thread].send(runs).is_err() {
                        break Ok(());
                    }
                }
                Err((line, id, kind)) => {
                    if let Ok(mut report) = report.lock() {
                        report.note(kind, line, &id);
                    }
                }
            }
        };
        drop(gives);
        let joined = threads.into_iter().map(|thread| match thread.join() {
            Ok(tally) => tally,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        let tallies = joined.collect::<Result<Vec<Tally>, String>>()?;
        read.map(|()| (rows, tallies))
    })?;
    let sum = |count: fn(&Tally) -> usize| tallies.iter().map(count).sum::<usize>();
    let (masks, empty) = (sum(|tally| tally.ids.len()), sum(|tally| tally.empty));
    let met: HashSet<&String> = tallies.iter().flat_map(|tally| tally.ids.keys()).collect();
    let mut report = report.into_inner().map_err(|_| "a thread failed")?;
    let mut lonely: Vec<_> = wish.pictures.iter().flatten().map(|(stem, _)| stem).collect();
    lonely.retain(|stem| !met.contains(stem));
    lonely.sort();
    for stem in lonely {
        report.note("pictures without a row", 0, stem);
    }
    say(format_args!("{rows} rows, {masks} masks, {empty} of them empty"));
    Ok(report.end()?)
}

/// What a row says, or its line, its picture and what is wrong.
fn runs_of(
    Row { line, mut fields }: Row,
    [id, pixels, height, width]: [usize; 4],
    class: Option<usize>,
) -> Result<Runs, (u64, String, &'static str)> {
    let name = fields.get(id).map(|id| String::from_utf8_lossy(id).trim().to_owned());
    let name = name.unwrap_or_default();
    let last = [Some(id), Some(pixels), Some(height), Some(width), class];
    if last.into_iter().flatten().any(|column| column >= fields.len()) {
        return Err((line, name, "rows with fewer fields than the first line"));
    }
    let stem = stem(&name).to_owned();
    let is_name = !stem.is_empty()
        && !stem.starts_with('.')
        && name.len() <= LONGEST_NAME
        && !name.contains(|c: char| c.is_control() || "/\\:\u{fffd}".contains(c));
    if !is_name {
        return Err((line, name, "rows whose ImageId is no file name"));
    }
    let side = |column: usize| std::str::from_utf8(&fields[column]).ok()?.trim().parse().ok();
    let size = side(width).zip(side(height));
    // In iMaterialist 2019 attributes stand behind the class: 6_23_45.
    let class = class.and_then(|column| {
        let class = std::str::from_utf8(&fields[column]).ok()?;
        class.trim().split('_').next()?.parse().ok()
    });
    Ok(Runs { line, id: name, stem, pixels: std::mem::take(&mut fields[pixels]), size, class })
}

/// One name a line.
pub(super) fn class_names(file: &Path) -> Result<Vec<String>, String> {
    let text = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    Ok(text.lines().map(|line| line.trim().to_owned()).collect())
}

/// Numbers or names, with commas between.
fn classes(list: &str, names: &[String]) -> Result<HashSet<u64>, String> {
    let class = |word: &str| {
        let word = word.trim();
        let named = || names.iter().position(|name| name == word).map(|class| class as u64);
        word.parse().ok().or_else(named).ok_or_else(|| match names {
            [] => format!("{word:?} is no number of a class; names want --names FILE"),
            _ => format!("{word:?} is neither a number nor in the list of names"),
        })
    };
    list.split(',').map(class).collect()
}
