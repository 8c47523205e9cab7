//! In: a file of names, or standard input. Out: the photos it names.

use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use super::jobs::PIPE;

/// The names in `list`, each ended by a line break, or by NUL.
pub(super) fn names(list: &Path, nul: bool) -> Result<Vec<PathBuf>, String> {
    let bytes = if list == Path::new(PIPE) {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(list)
    };
    let bytes =
        bytes.map_err(|error| format!("cannot read the list {}: {error}", list.display()))?;
    let names = bytes.split(|&byte| byte == if nul { 0 } else { b'\n' });
    let names = names.map(|name| if nul { name } else { name.strip_suffix(b"\r").unwrap_or(name) });
    let names: Option<Vec<_>> = names.filter(|name| !name.is_empty()).map(path).collect();
    match names {
        None => Err(format!("the list {} is not UTF-8", list.display())),
        Some(names) if names.is_empty() => Err(format!("no name in the list {}", list.display())),
        Some(names) => Ok(names),
    }
}

#[cfg(unix)]
fn path(name: &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    Some(std::ffi::OsStr::from_bytes(name).into())
}

#[cfg(not(unix))]
fn path(name: &[u8]) -> Option<PathBuf> {
    std::str::from_utf8(name).ok().map(PathBuf::from)
}

/// The folders of a listed name, which are made again below the output.
pub(super) fn folders_of(name: &Path) -> Result<PathBuf, String> {
    let folders = name.parent().unwrap_or(Path::new(""));
    let folders = folders.strip_prefix(Component::CurDir).unwrap_or(folders);
    if folders.components().all(|part| matches!(part, Component::Normal(_))) {
        return Ok(folders.to_owned());
    }
    Err(format!(
        "--recursive keeps the folders of listed names; {} leads elsewhere",
        name.display()
    ))
}
