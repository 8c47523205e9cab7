//! In: [`Args`]. Out: which photo goes where. Nothing is written onto a photo, nor twice.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::args::Args;
use super::endings::{ending_of, format_of};
use super::folder::photos_in;
use super::say;

/// Standard input as a photo, standard output as a file.
const PIPE: &str = "-";

/// Where bytes come from or go.
#[derive(Clone)]
pub(super) enum End {
    Pipe,
    File(PathBuf),
}

impl End {
    fn of(path: &Path) -> Self {
        if path == Path::new(PIPE) { Self::Pipe } else { Self::File(path.to_owned()) }
    }

    /// As the user names it.
    pub(super) fn name(&self) -> std::path::Display<'_> {
        match self {
            Self::Pipe => Path::new(PIPE).display(),
            Self::File(path) => path.display(),
        }
    }
}

/// A photo and where its cut-out goes.
pub(super) struct Job {
    pub(super) photo: End,
    pub(super) output: End,
}

/// Pairs each photo with the file to write.
pub(super) fn plan(args: &Args) -> Result<Vec<Job>, String> {
    let jobs = pair(args)?;
    if let (Some(_), End::File(first)) = (&args.output, &jobs[0].output)
        && let Some(folder) = first.parent()
    {
        std::fs::create_dir_all(folder)
            .map_err(|error| format!("cannot make the folder {}: {error}", folder.display()))?;
    }
    let mut taken: HashMap<PathBuf, &Path> = HashMap::new();
    let photos = jobs.iter().map(|job| &job.photo);
    let photos =
        photos.filter_map(|photo| if let End::File(photo) = photo { Some(photo) } else { None });
    for photo in photos.chain(&args.background) {
        taken.insert(place(photo), photo);
    }
    let mut outputs = HashMap::new();
    for job in &jobs {
        let End::File(output) = &job.output else { continue };
        let place = place(output);
        if let Some(photo) = taken.get(&place) {
            let (output, photo) = (output.display(), photo.display());
            return Err(format!("{output} would be written onto {photo}, which is read"));
        }
        if outputs.insert(place, ()).is_some() {
            return Err(format!("two photos would both be written to {}", output.display()));
        }
    }
    Ok(jobs)
}

fn pair(args: &Args) -> Result<Vec<Job>, String> {
    if let [path] = args.photos.as_slice()
        && !path.is_dir()
    {
        let photo = End::of(path);
        let output = match (&args.output, &photo) {
            (Some(output), _) if !is_folder(output) => End::of(output),
            (None, End::Pipe) => End::Pipe,
            _ => return Ok(vec![into_folder(photo, args)?]),
        };
        if let End::File(file) = &output
            && !args.format_is_given
        {
            format_of(file)?;
        }
        return Ok(vec![Job { photo, output }]);
    }
    if args.output.as_deref() == Some(Path::new(PIPE)) {
        return Err("only one photo, not a folder, goes to standard output".into());
    }
    let mut jobs = Vec::new();
    for path in &args.photos {
        if !path.is_dir() {
            jobs.push(into_folder(End::of(path), args)?);
            continue;
        }
        let (photos, left_out) = photos_in(path)?;
        if let Some(left_out) = left_out {
            say(format_args!("{}: {left_out}", path.display()));
        }
        for photo in photos {
            jobs.push(into_folder(End::File(photo), args)?);
        }
    }
    Ok(jobs)
}

/// Into the folder that is asked for, else beside the photo.
fn into_folder(photo: End, args: &Args) -> Result<Job, String> {
    let ending = ending_of(args.options.format);
    let End::File(file) = &photo else {
        return Err("a photo from standard input has no name; give -o FILE or -o -".into());
    };
    let output = match &args.output {
        Some(folder) => folder.join(file.with_extension(ending).file_name().unwrap_or_default()),
        None => file.with_extension(format!("cutout.{ending}")),
    };
    Ok(Job { photo, output: End::File(output) })
}

/// Whether a path names a folder: one that is there, or by the slash at its end.
fn is_folder(path: &Path) -> bool {
    let ends_so = |c: u8| std::path::is_separator(char::from(c));
    path.is_dir() || path.as_os_str().as_encoded_bytes().last().is_some_and(|&c| ends_so(c))
}

/// The one name of a file, whether it is there or not, behind all links.
fn place(file: &Path) -> PathBuf {
    let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new("."));
    file.canonicalize()
        .or_else(|_| Ok(parent.canonicalize()?.join(file.file_name().unwrap_or_default())))
        .or_else(|_: std::io::Error| std::path::absolute(file))
        .unwrap_or_else(|_| file.to_owned())
}
