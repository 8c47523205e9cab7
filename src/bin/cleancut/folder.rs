//! In: a folder. Out: the photos in it, and words for what else it holds.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::endings::{PHOTOS, ending};

/// So many endings of other files are listed.
const MOST_ENDINGS: usize = 8;

/// A photo, and the folders from the one that was named to it.
pub(super) struct Found {
    pub(super) photo: PathBuf,
    pub(super) below: PathBuf,
}

/// What stays out of the photos.
#[derive(Default)]
struct LeftOut {
    hidden: usize,
    folders: usize,
    cutouts: usize,
    others: usize,
    endings: BTreeSet<String>,
}

/// The photos in `folder`, by name, and what was left out, where anything was. Names that begin with
/// a dot are hidden files or what macOS keeps beside a file; `*.cutout.*` are results. With
/// `recursive` in the folders below as well, but neither behind links nor in those of `results`.
pub(super) fn photos_in(
    folder: &Path,
    recursive: bool,
    results: &[PathBuf],
) -> Result<(Vec<Found>, Option<String>), String> {
    let (mut photos, mut left_out) = (Vec::new(), LeftOut::default());
    let mut folders = vec![PathBuf::new()];
    while let Some(below) = folders.pop() {
        let path = folder.join(&below);
        let unreadable = |error| format!("cannot read the folder {}: {error}", path.display());
        for entry in std::fs::read_dir(&path).map_err(unreadable)? {
            let photo = entry.map_err(unreadable)?.path();
            let name = photo.file_name().unwrap_or_default();
            let lower = name.to_string_lossy().to_ascii_lowercase();
            let ending = ending(&photo);
            let is_photo = ending.as_deref().is_some_and(|ending| PHOTOS.contains(&ending));
            if lower.starts_with('.') {
                left_out.hidden += 1;
            } else if photo.is_dir() {
                let is_result = || photo.canonicalize().is_ok_and(|path| results.contains(&path));
                if recursive && !photo.is_symlink() && !is_result() {
                    folders.push(below.join(name));
                } else {
                    left_out.folders += 1;
                }
            } else if is_photo && lower.contains(".cutout.") {
                left_out.cutouts += 1;
            } else if is_photo && photo.is_file() {
                photos.push(Found { photo, below: below.clone() });
            } else {
                left_out.others += 1;
                left_out.endings.extend(ending.map(|ending| format!(".{ending}")));
            }
        }
    }
    if photos.is_empty() {
        let endings = PHOTOS.map(|ending| format!(".{ending}")).join(" ");
        return Err(format!("no photo ({endings}) in {}", folder.display()));
    }
    photos.sort_by(|one, other| one.photo.cmp(&other.photo));
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
