//! `cleancut split`: the names of a folder's pictures, shuffled, in lists of given shares.

use std::path::{Path, PathBuf};

use lexopt::prelude::{Long, Short, Value, ValueExt};

use super::{Outcome, files, say};
use crate::endings::{PHOTOS, ending};
use crate::jobs::End;
use crate::print;

const HELP: &str = "\
Split the pictures of a folder, and of those in it, into lists of names.

Usage: cleancut split [OPTIONS] FOLDER

Options:
      --shares LIST    per cent, with commas between [default: 70,20,10]
      --names LIST     of the lists, with commas between [default: train,validation,test]
      --seed N         another number, other lists [default: 0]
  -o, --output FOLDER  where NAME.txt of each list goes [default: .]
  -h, --help           print this help

A line of a list is a picture's path below FOLDER, with / between. The same names and the
same seed give the same lists on every machine.
";

pub(super) fn run(mut parser: lexopt::Parser) -> Outcome {
    let (mut folder, mut output) = (None::<PathBuf>, PathBuf::from("."));
    let (mut shares, mut names) = ("70,20,10".to_owned(), None);
    let mut seed = 0;
    while let Some(arg) = parser.next()? {
        match arg {
            Long("shares") => shares = parser.value()?.string()?,
            Long("names") => names = Some(parser.value()?.string()?),
            Long("seed") => seed = parser.value()?.parse()?,
            Short('o') | Long("output") => output = parser.value()?.into(),
            Short('h') | Long("help") => {
                print(HELP);
                return Ok(true);
            }
            Value(path) if folder.is_none() => folder = Some(path.into()),
            _ => return Err(arg.unexpected()),
        }
    }
    let folder = folder.ok_or("no folder given")?;
    let shares = parse_shares(&shares)?;
    let names = parse_names(names.as_deref(), shares.len())?;
    let mut pictures = vec![];
    walk(&folder, "", &mut pictures)?;
    if pictures.is_empty() {
        return Err(format!("no picture in {}", folder.display()).into());
    }
    pictures.sort();
    shuffle(&mut pictures, seed);
    std::fs::create_dir_all(&output)
        .map_err(|error| format!("cannot make the folder {}: {error}", output.display()))?;
    let (mut share_so_far, mut from) = (0.0, 0);
    for (name, share) in names.iter().zip(&shares) {
        share_so_far += share;
        let to = (pictures.len() as f64 * share_so_far / 100.0).round() as usize;
        let mut part = pictures[from..to].to_vec();
        part.sort();
        let list: String = part.iter().map(|picture| format!("{picture}\n")).collect();
        let file = output.join(format!("{name}.txt"));
        files::store(&End::File(file.clone()), list.as_bytes(), false)
            .map_err(|error| format!("cannot write {}: {error}", file.display()))?;
        say(format_args!("{}: {} pictures", file.display(), to - from));
        from = to;
    }
    Ok(true)
}

fn parse_shares(list: &str) -> Result<Vec<f64>, String> {
    let share = |word: &str| word.trim().parse().ok().filter(|share| (0.0..=100.0).contains(share));
    let shares: Option<Vec<f64>> = list.split(',').map(share).collect();
    let shares = shares.filter(|shares| (shares.iter().sum::<f64>() - 100.0).abs() < 1e-6);
    shares.ok_or_else(|| format!("shares are {list:?}; they take per cent that add up to 100"))
}

fn parse_names(list: Option<&str>, count: usize) -> Result<Vec<String>, String> {
    let list = list.unwrap_or("train,validation,test");
    let names: Vec<String> = list.split(',').map(|name| name.trim().to_owned()).collect();
    let is_name = |name: &String| !name.is_empty() && !name.contains(['/', '\\']);
    let mut others = names.clone();
    others.sort();
    others.dedup();
    if names.len() != count || others.len() != count || !names.iter().all(is_name) {
        return Err(format!("names are {list:?}; {count} shares take as many different names"));
    }
    Ok(names)
}

fn walk(folder: &Path, below: &str, pictures: &mut Vec<String>) -> Result<(), String> {
    let unreadable = |error| format!("cannot read the folder {}: {error}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let Some(name) = entry.file_name().to_str().map(str::to_owned) else {
            say(format_args!("left out {}, whose name is no text", entry.path().display()));
            continue;
        };
        let path = entry.path();
        if name.starts_with('.') || name.contains(['\n', '\r']) {
            continue;
        }
        if entry.file_type().map_err(unreadable)?.is_dir() {
            walk(&path, &format!("{below}{name}/"), pictures)?;
        } else if ending(&path).is_some_and(|ending| PHOTOS.contains(&&*ending)) {
            pictures.push(format!("{below}{name}"));
        }
    }
    Ok(())
}

/// Fisher and Yates's, by the numbers of SplitMix64 (Steele et al. 2014).
fn shuffle(names: &mut [String], seed: u64) {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    };
    for last in (1..names.len()).rev() {
        // The bias of a remainder is below a billionth here.
        names.swap(last, (next() % (last as u64 + 1)) as usize);
    }
}
