//! In: a folder. Out: the photos directly in it, and words for what else it holds.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::endings::{PHOTOS, ending};

/// So many endings of other files are listed.
const MOST_ENDINGS: usize = 8;

/// What stays out of the photos.
#[derive(Default)]
struct LeftOut {
    hidden: usize,
    folders: usize,
    cutouts: usize,
    others: usize,
    endings: BTreeSet<String>,
}

/// The photos directly in `folder`, by name, and what was left out, where anything was. Names that
/// begin with a dot are hidden files or what macOS keeps beside a file; `*.cutout.*` are results.
pub(super) fn photos_in(folder: &Path) -> Result<(Vec<PathBuf>, Option<String>), String> {
    let unreadable = |error| format!("cannot read the folder {}: {error}", folder.display());
    let (mut photos, mut left_out) = (Vec::new(), LeftOut::default());
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let ending = ending(&path);
        let is_photo = ending.as_deref().is_some_and(|ending| PHOTOS.contains(&ending));
        if name.starts_with('.') {
            left_out.hidden += 1;
        } else if path.is_dir() {
            left_out.folders += 1;
        } else if is_photo && name.contains(".cutout.") {
            left_out.cutouts += 1;
        } else if is_photo && path.is_file() {
            photos.push(path);
        } else {
            left_out.others += 1;
            left_out.endings.extend(ending.map(|ending| format!(".{ending}")));
        }
    }
    if photos.is_empty() {
        let endings = PHOTOS.map(|ending| format!(".{ending}")).join(" ");
        return Err(format!("no photo ({endings}) in {}", folder.display()));
    }
    photos.sort();
    Ok((photos, left_out.words()))
}

impl LeftOut {
    fn words(self) -> Option<String> {
        let many = |count: usize, one: &str, more: &str| match count {
            0 => None,
            1 => Some(format!("1 {one}")),
            _ => Some(format!("{count} {more}")),
        };
        let mut endings: Vec<_> = self.endings.into_iter().collect();
        if endings.len() > MOST_ENDINGS {
            endings.truncate(MOST_ENDINGS);
            endings.push("...".into());
        }
        let others = many(self.others, "other file", "other files");
        let kinds = [
            many(self.cutouts, "cut-out", "cut-outs"),
            many(self.folders, "folder", "folders"),
            many(self.hidden, "hidden", "hidden"),
            others.map(|others| match endings.len() {
                0 => others,
                _ => format!("{others} ({})", endings.join(" ")),
            }),
        ];
        let kinds: Vec<_> = kinds.into_iter().flatten().collect();
        (!kinds.is_empty()).then(|| format!("left out {}", kinds.join(", ")))
    }
}
