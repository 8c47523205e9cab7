//! Reads a photo and writes a file whole or not at all.

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

use super::jobs::End;

pub(super) fn load(photo: &End) -> io::Result<Vec<u8>> {
    let End::File(file) = photo else {
        let mut bytes = Vec::new();
        return io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes);
    };
    fs::read(file)
}

/// Writes `bytes`; what stood at `output` before stays until all of them are there, `durable`: on the
/// disk, whatever happens to the power.
pub(super) fn store(output: &End, bytes: &[u8], durable: bool) -> io::Result<()> {
    let End::File(file) = output else {
        let mut pipe = io::stdout().lock();
        return pipe.write_all(bytes).and_then(|()| pipe.flush());
    };
    let old = fs::metadata(file).ok();
    if let Some(old) = &old {
        if !old.is_file() {
            return fs::write(file, bytes);
        }
        if old.permissions().readonly() {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is read-only"));
        }
    }
    if let (None, Some(folder)) = (&old, file.parent()) {
        fs::create_dir_all(folder)?;
    }
    let file = file.canonicalize().unwrap_or_else(|_| file.clone());
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let beside = file.with_file_name(format!(".{name}.{}.part", std::process::id()));
    replace(&file, &beside, bytes, old, durable).inspect_err(|_| {
        let _ = fs::remove_file(&beside);
    })
}

fn replace(
    file: &Path,
    beside: &Path,
    bytes: &[u8],
    old: Option<fs::Metadata>,
    durable: bool,
) -> io::Result<()> {
    let mut part = fs::File::create(beside)?;
    part.write_all(bytes)?;
    if durable {
        part.sync_data()?;
    }
    drop(part);
    if let Some(old) = old {
        fs::set_permissions(beside, old.permissions())?;
    }
    fs::rename(beside, file)
}
