//! The command line: `cleancut photo.jpg -o cutout.png`, or many photos into a folder.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use cleancut::options::{Background, Format, Method};
use cleancut::pipeline::segment_studio;
use cleancut::read::read;
use cleancut::{Options, Remover, Step};

const PLAN: &[u8] = include_bytes!(concat!("../../models/", env!("CLEANCUT_PLAN_NAME")));

const HELP: &str = "\
Remove the background of photos.

Usage: cleancut [OPTIONS] PHOTO...

Arguments:
  PHOTO...  JPEG, PNG or WebP files, or folders of them

Output:
  -o, --output PATH        the file to write; a folder when there are several photos
                           (without it: PHOTO.cutout.png beside each photo)
      --format FORMAT      png, webp (lossless), jpeg or raw (RGBA, no header)
                           [default: what the output's name ends in, else png]
      --quality N          of JPEG, 1 to 100 [default: 90]
      --channels WHAT      rgba, or alpha for the mask as a grey picture [default: rgba]

Frame:
      --crop true          close the frame around the subject
      --margin LENGTHS     1, 2 or 4 of 20px or 5% (of the subject's longer side)
      --aspect RATIO       width to height, such as 1, 0.75 or 3:4
      --fill SHARE         how much of the frame the subject spans, such as 85%
      --align WHERE        center, top, bottom, left, right or two of them
                           [default: center]
      --snap BOOL          keep sides that the photo cut flush [default: true]
      --size SIZE          1600x1600, 1600x or x1600 px
      --preset NAME        amazon, ebay, google, shopify, tiktok, walmart or zalando;
                           every other option overrides it

Ground:
      --background WHAT    transparent, white, black, #rgb, #rrggbb, #rrggbbaa, blur
                           or 'blur 3%' [default: transparent; white in a JPEG]
      --background-image FILE
                           a picture to put behind the subject
      --background-fit FIT cover or contain [default: cover]
      --shadow KIND        none, soft, or keep the photo's own on a plain ground
                           [default: none]

Subject:
      --method METHOD      auto, network, or studio for plain grounds without a network
                           [default: auto]
      --refine HOW         off, fast or best [default: fast]
      --decontaminate BOOL take the ground's colour out of soft edges [default: true]
      --holes HOW          auto, open or fill [default: auto]
      --subjects WHICH     all or largest [default: all]
      --input-size N       the side that the network sees, a multiple of 32 from 160 to
                           640 px [default: 320]

Other:
      --max-megapixels N   refuse larger photos [default: 64]
      --max-pixels N       the same in pixels
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
    /// Whether the arguments name the format, so that the output's name does not.
    format_is_given: bool,
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
    let remover = (args.options.method != Method::Studio)
        .then(|| Remover::new(PLAN).expect("the embedded plan is the one of the manifest"));
    let mut failed = 0;
    for (photo, output) in &jobs {
        if let Err(error) = cut_out(remover.as_ref(), photo, output, &args) {
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

    let mut args = Args {
        photos: vec![],
        output: None,
        options: Options::default(),
        format_is_given: false,
        timings: false,
    };
    let mut words: Vec<(String, String)> = vec![];
    let mut background = None;
    let mut parser = lexopt::Parser::from_env();
    while let Some(arg) = parser.next()? {
        match arg {
            Short('o') | Long("output") => args.output = Some(parser.value()?.into()),
            Long("max-megapixels") => {
                let limit: f64 = parser.value()?.parse()?;
                words.push(("max-pixels".into(), ((limit * 1e6) as u64).to_string()));
            }
            Long("background-image") => background = Some(PathBuf::from(parser.value()?)),
            Long(name) if Options::knows(name) => {
                args.format_is_given |= name == "format";
                words.push((name.to_owned(), parser.value()?.string()?));
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
    let pairs = words.iter().map(|(name, value)| (&**name, &**value));
    args.options = Options::parse(pairs).map_err(|error| error.to_string())?;
    if let Some(file) = background {
        args.options.background = Background::Picture(Arc::new(picture(&file, &args.options)?));
    }
    Ok(Some(args))
}

fn picture(file: &Path, options: &Options) -> Result<cleancut::Image, String> {
    let bytes = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    read(&bytes, options.max_pixels).map_err(|error| format!("{}: {error}", file.display()))
}

/// The format that a file's name asks for.
fn format_of(file: &Path) -> Option<Format> {
    match file.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "png" => Some(Format::Png),
        "webp" => Some(Format::WebP),
        "jpg" | "jpeg" => Some(Format::Jpeg),
        "rgba" | "raw" => Some(Format::Raw),
        _ => None,
    }
}

/// What the names of files of `format` end in.
fn extension(format: Format) -> &'static str {
    match format {
        Format::Png => "png",
        Format::WebP => "webp",
        Format::Jpeg => "jpg",
        Format::Raw => "rgba",
    }
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
    let extension = extension(args.options.format);
    let output_of = |photo: &Path| match &args.output {
        Some(folder) => {
            folder.join(photo.with_extension(extension).file_name().unwrap_or_default())
        }
        None => photo.with_extension(format!("cutout.{extension}")),
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
    remover: Option<&Remover>,
    photo: &Path,
    output: &Path,
    args: &Args,
) -> Result<(), Box<dyn std::error::Error>> {
    let bytes = std::fs::read(photo)?;
    let mut options = args.options.clone();
    if !args.format_is_given {
        options.format = format_of(output).unwrap_or(options.format);
    }
    let mut began: Vec<(Step, Instant)> = Vec::new();
    let mut on_step = |step| began.push((step, Instant::now()));
    on_step(Step::Decode);
    let pixels = read(&bytes, options.max_pixels)?;
    let cutout = match remover {
        Some(remover) => remover.segment(pixels, &options, &mut on_step)?,
        None => segment_studio(pixels, &options, &mut on_step)?,
    };
    let file = cutout.into_file(&options, on_step)?;
    let ended = Instant::now();
    if args.timings {
        let ends = began.iter().skip(1).map(|&(_, at)| at).chain([ended]);
        for (&(step, began), end) in began.iter().zip(ends) {
            eprint!("{} {:.1} ms  ", step.name(), (end - began).as_secs_f64() * 1e3);
        }
        eprintln!("{}", photo.display());
    }
    std::fs::write(output, file)
        .map_err(|error| format!("cannot write {}: {error}", output.display()).into())
}
