//! The command line: `cleancut photo.jpg -o cutout.png`, or many photos into a folder.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use cleancut::{Options, Remover, Step};

const MODEL: &[u8] = include_bytes!(concat!("../../models/", env!("CLEANCUT_MODEL_NAME")));

const HELP: &str = "\
Remove the background of photos.

Usage: cleancut [OPTIONS] PHOTO...

Arguments:
  PHOTO...  JPEG, PNG or WebP files, or folders of them

Options:
  -o, --output PATH        the PNG to write; a folder when there are several photos
                           (without it: PHOTO.cutout.png beside each photo)
      --max-megapixels N   refuse larger photos [default: 64]
      --timings            print the milliseconds of each step to standard error
  -h, --help               print this help
  -V, --version            print the version

Exit status: 0 when every photo was cut out, 1 when some were not, 2 when the
arguments are wrong.
";

struct Args {
    photos: Vec<PathBuf>,
    output: Option<PathBuf>,
    options: Options,
    timings: bool,
}

fn main() -> ExitCode {
    let args = match parse_args() {
        Ok(Some(args)) => args,
        Ok(None) => return ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cleancut: {error}; see cleancut --help");
            return ExitCode::from(2);
        }
    };
    let jobs = match plan_jobs(&args) {
        Ok(jobs) => jobs,
        Err(error) => {
            eprintln!("cleancut: {error}");
            return ExitCode::from(2);
        }
    };
    let remover = Remover::new(MODEL).expect("the embedded model is the one of the manifest");
    let mut failed = 0;
    for (photo, output) in &jobs {
        if let Err(error) = cut_out(&remover, photo, output, &args) {
            eprintln!("cleancut: {}: {error}", photo.display());
            failed += 1;
        }
    }
    if failed > 0 && jobs.len() > 1 {
        eprintln!("cleancut: {failed} of {} photos failed", jobs.len());
    }
    if failed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// `None` when help or the version was asked for and printed.
fn parse_args() -> Result<Option<Args>, lexopt::Error> {
    use lexopt::prelude::{Long, Short, Value, ValueExt};

    let mut args =
        Args { photos: vec![], output: None, options: Options::default(), timings: false };
    let mut parser = lexopt::Parser::from_env();
    while let Some(arg) = parser.next()? {
        match arg {
            Short('o') | Long("output") => args.output = Some(parser.value()?.into()),
            Long("max-megapixels") => {
                let limit: f64 = parser.value()?.parse()?;
                args.options.max_pixels = (limit * 1e6) as u64;
            }
            Long(name) if Options::knows(name) => {
                let name = name.to_owned();
                let value = parser.value()?.string()?;
                args.options.set(&name, &value).map_err(|error| error.to_string())?;
            }
            Long("timings") => args.timings = true,
            Short('h') | Long("help") => {
                print!("{HELP}");
                return Ok(None);
            }
            Short('V') | Long("version") => {
                println!("cleancut {}", env!("CARGO_PKG_VERSION"));
                return Ok(None);
            }
            Value(photo) => args.photos.push(photo.into()),
            _ => return Err(arg.unexpected()),
        }
    }
    if args.photos.is_empty() {
        return Err("no photo given".into());
    }
    Ok(Some(args))
}

/// Pairs each photo with the file to write.
fn plan_jobs(args: &Args) -> Result<Vec<(PathBuf, PathBuf)>, String> {
    let mut photos = Vec::new();
    for path in &args.photos {
        if path.is_dir() {
            photos.extend(photos_in(path)?);
        } else {
            photos.push(path.clone());
        }
    }
    if let [photo] = photos.as_slice()
        && !args.photos[0].is_dir()
        && let Some(output) = args.output.as_ref().filter(|output| !output.is_dir())
    {
        return Ok(vec![(photo.clone(), output.clone())]);
    }
    if let Some(folder) = &args.output {
        std::fs::create_dir_all(folder)
            .map_err(|error| format!("cannot make the folder {}: {error}", folder.display()))?;
    }
    let output_of = |photo: &Path| match &args.output {
        Some(folder) => folder.join(photo.with_extension("png").file_name().unwrap_or_default()),
        None => photo.with_extension("cutout.png"),
    };
    let jobs: Vec<_> = photos.into_iter().map(|photo| (output_of(&photo), photo)).collect();
    let mut outputs: Vec<_> = jobs.iter().map(|(output, _)| output).collect();
    outputs.sort();
    if let Some(twice) = outputs.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(format!("two photos would both be written to {}", twice[0].display()));
    }
    Ok(jobs.into_iter().map(|(output, photo)| (photo, output)).collect())
}

/// The photos directly in `folder`, by name.
fn photos_in(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let unreadable = |error| format!("cannot read the folder {}: {error}", folder.display());
    let mut photos = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let extension = path.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase);
        if matches!(extension.as_deref(), Some("jpg" | "jpeg" | "png" | "webp")) {
            photos.push(path);
        }
    }
    if photos.is_empty() {
        return Err(format!("no .jpg, .jpeg, .png or .webp file in {}", folder.display()));
    }
    photos.sort();
    Ok(photos)
}

fn cut_out(
    remover: &Remover,
    photo: &Path,
    output: &Path,
    args: &Args,
) -> Result<(), Box<dyn std::error::Error>> {
    let bytes = std::fs::read(photo)?;
    let mut began: Vec<(Step, Instant)> = Vec::new();
    let png = remover.remove(&bytes, &args.options, |step| began.push((step, Instant::now())))?;
    let ended = Instant::now();
    if args.timings {
        let ends = began.iter().skip(1).map(|&(_, at)| at).chain([ended]);
        for (&(step, began), end) in began.iter().zip(ends) {
            eprint!("{} {:.1} ms  ", step.name(), (end - began).as_secs_f64() * 1e3);
        }
        eprintln!("{}", photo.display());
    }
    std::fs::write(output, png)
        .map_err(|error| format!("cannot write {}: {error}", output.display()).into())
}
