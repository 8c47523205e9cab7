//! In: [`Args`]. Out: which photo goes where, the [`Plan`]. Nothing is written onto a photo, nor twice.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::args::Args;
use super::endings::{ending_of, format_of};
use super::folder::{Found, photos_in};
use super::list::{folders_of, names};
use super::say;

/// Standard input as a photo, standard output as a file.
pub(super) const PIPE: &str = "-";

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

    pub(super) fn file(&self) -> Option<&Path> {
        if let Self::File(path) = self { Some(path) } else { None }
    }
}

/// A photo and where its cut-out goes.
pub(super) struct Job {
    pub(super) photo: End,
    output: End,
    /// Where it goes when it is doubtful.
    review: Option<End>,
}

impl Job {
    pub(super) fn output(&self, is_doubtful: bool) -> &End {
        self.review.as_ref().filter(|_| is_doubtful).unwrap_or(&self.output)
    }
}

/// Every job, and the folder that all outputs go into, where one was named.
pub(super) struct Plan {
    pub(super) jobs: Vec<Job>,
    pub(super) folder: Option<PathBuf>,
}

/// Pairs each photo with the file to write, and makes the folders that are missing.
pub(super) fn plan(args: &Args) -> Result<Plan, String> {
    let plan = pair(args)?;
    if args.strokes.is_some() && plan.jobs.len() != 1 {
        return Err(format!("--strokes are of one photo; there are {}", plan.jobs.len()));
    }
    let outputs = || plan.jobs.iter().filter_map(|job| job.output.file());
    if args.output.is_some() {
        for folder in outputs().filter_map(Path::parent).collect::<BTreeSet<_>>() {
            std::fs::create_dir_all(folder)
                .map_err(|error| format!("cannot make the folder {}: {error}", folder.display()))?;
        }
    }
    let mut taken: HashMap<PathBuf, &Path> = HashMap::new();
    let photos = plan.jobs.iter().filter_map(|job| job.photo.file());
    let strokes = args.strokes.iter().map(|(file, _)| &**file);
    for photo in photos.chain(args.background.as_deref()).chain(strokes) {
        taken.insert(place(photo), photo);
    }
    let mut written = HashSet::new();
    let reviews = plan.jobs.iter().filter_map(|job| job.review.as_ref()?.file());
    let report = args.scale.report.as_deref().filter(|path| *path != Path::new(PIPE));
    for output in outputs().chain(reviews).chain(report) {
        let place = place(output);
        if let Some(photo) = taken.get(&place) {
            let (output, photo) = (output.display(), photo.display());
            return Err(format!("{output} would be written onto {photo}, which is read"));
        }
        if !written.insert(place) {
            return Err(format!("two photos would both be written to {}", output.display()));
        }
    }
    Ok(plan)
}

fn pair(args: &Args) -> Result<Plan, String> {
    let scale = &args.scale;
    if let [path] = args.photos.as_slice()
        && scale.list.is_none()
        && !path.is_dir()
    {
        let photo = End::of(path);
        let output = match (&args.output, &photo) {
            (Some(output), _) if !is_folder(output) => Some(End::of(output)),
            (None, End::Pipe) => Some(End::Pipe),
            _ => None,
        };
        if let Some(output) = output {
            if let End::File(file) = &output
                && !args.format_is_given
            {
                format_of(file)?;
            }
            let review = review(output.file().or(photo.file()), Path::new(""), args)?;
            return Ok(Plan { jobs: vec![Job { photo, output, review }], folder: None });
        }
    }
    if args.output.as_deref() == Some(Path::new(PIPE)) {
        return Err("only one photo, not a folder, goes to standard output".into());
    }
    let results = args.output.iter().chain(scale.review().map(|(_, folder)| folder));
    let results: Vec<PathBuf> = results.filter_map(|path| path.canonicalize().ok()).collect();
    let mut jobs = Vec::new();
    for path in &args.photos {
        if !path.is_dir() {
            jobs.push(into_folder(End::of(path), Path::new(""), args)?);
            continue;
        }
        let (photos, left_out) = photos_in(path, scale.recursive, &results)?;
        if let Some(left_out) = left_out.filter(|_| !scale.quiet) {
            say(format_args!("{}: {left_out}", path.display()));
        }
        for Found { photo, below } in photos {
            jobs.push(into_folder(End::File(photo), &below, args)?);
        }
    }
    if let Some(list) = &scale.list {
        for name in names(list, scale.nul)? {
            let below = if scale.recursive { folders_of(&name)? } else { PathBuf::new() };
            jobs.push(into_folder(End::File(name), &below, args)?);
        }
    }
    Ok(Plan { jobs, folder: args.output.clone() })
}

/// Into the folder that is asked for, `below` it, else beside the photo.
fn into_folder(photo: End, below: &Path, args: &Args) -> Result<Job, String> {
    let ending = ending_of(args.options.format);
    let Some(file) = photo.file() else {
        return Err("a photo from standard input has no name; give -o FILE or -o -".into());
    };
    let output = match &args.output {
        Some(folder) => {
            let name = file.with_extension(ending);
            folder.join(below).join(name.file_name().unwrap_or_default())
        }
        None => file.with_extension(format!("cutout.{ending}")),
    };
    let review = review(Some(&output), below, args)?;
    Ok(Job { photo, output: End::File(output), review })
}

/// Where the cut-out of that name goes when it is doubtful.
fn review(name: Option<&Path>, below: &Path, args: &Args) -> Result<Option<End>, String> {
    let Some((_, folder)) = args.scale.review() else { return Ok(None) };
    let name = name.and_then(Path::file_name);
    let name = name.ok_or("a photo from standard input has no name to be reviewed by")?;
    Ok(Some(End::File(folder.join(below).join(name))))
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
