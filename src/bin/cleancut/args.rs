//! In: the command line's words. Out: [`Args`], or what is wrong with them.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cleancut::Options;
use cleancut::options::Background;
use cleancut::read::read;

use super::scale::Scale;
use super::strokes::{self, Strokes};
use super::{HELP, print};

/// What was asked for.
pub(super) struct Args {
    /// Files, folders, and `-` for standard input.
    pub(super) photos: Vec<PathBuf>,
    /// A file, a folder, or `-` for standard output.
    pub(super) output: Option<PathBuf>,
    /// The picture behind the subject, which `options` hold already.
    pub(super) background: Option<PathBuf>,
    pub(super) options: Options,
    /// Someone else's network, and what is said of it.
    pub(super) network: Option<(PathBuf, Vec<String>)>,
    /// What was painted on the one photo, and the file that says so.
    pub(super) strokes: Option<(PathBuf, Strokes)>,
    /// Whether the arguments name the format, so that the output's name does not.
    pub(super) format_is_given: bool,
    pub(super) timings: bool,
    pub(super) scale: Scale,
}

/// `None` when help or the version was asked for and printed.
pub(super) fn parse(mut parser: lexopt::Parser) -> Result<Option<Args>, lexopt::Error> {
    use lexopt::prelude::{Long, Short, Value, ValueExt};

    let mut args = Args {
        photos: vec![],
        output: None,
        background: None,
        network: None,
        strokes: None,
        options: Options::default(),
        format_is_given: false,
        timings: false,
        scale: Scale::default(),
    };
    let mut words: Vec<(String, String)> = vec![];
    let (mut network, mut spec) = (None, vec![]);
    while let Some(arg) = parser.next()? {
        match arg {
            Short('o') | Long("output") => args.output = Some(parser.value()?.into()),
            Long("max-megapixels") => {
                let limit: f64 = parser.value()?.parse()?;
                words.push(("max-pixels".into(), ((limit * 1e6) as u64).to_string()));
            }
            Long("model") => {
                let model = parser.value()?;
                network = is_file(&model).then(|| PathBuf::from(&model));
                if network.is_none() {
                    words.push(("model".into(), model.string()?));
                }
            }
            Long("spec") => spec.push(parser.value()?.string()?),
            Long("strokes") => {
                let file = PathBuf::from(parser.value()?);
                let strokes = strokes::read(&file)?;
                args.strokes = Some((file, strokes));
            }
            Long("background-image") => args.background = Some(parser.value()?.into()),
            Long(name) if Options::knows(name) => {
                args.format_is_given |= name == "format";
                words.push((name.to_owned(), parser.value()?.string()?));
            }
            Long("timings") => args.timings = true,
            Short('0') => args.scale.switch("null"),
            Short('r') => args.scale.switch("recursive"),
            Short('j') => args.scale.set("jobs", parser.value()?)?,
            Long(name) if Scale::is_flag(name) => args.scale.switch(name),
            Long(name) if Scale::takes(name) => {
                let name = name.to_owned();
                args.scale.set(&name, parser.value()?)?;
            }
            Short('h') | Long("help") => {
                print(HELP);
                return Ok(None);
            }
            Short('V') | Long("version") => {
                print(&format!("cleancut {}\n", env!("CARGO_PKG_VERSION")));
                return Ok(None);
            }
            Value(photo) => args.photos.push(photo.into()),
            _ => return Err(arg.unexpected()),
        }
    }
    args.scale.check()?;
    if args.photos.is_empty() && args.scale.list.is_none() {
        return Err("no photo given".into());
    }
    if network.is_none() && !spec.is_empty() {
        return Err("--spec tells of a network; give --model FILE.onnx".into());
    }
    args.network = network.map(|file| (file, spec));
    let pairs = words.iter().map(|(name, value)| (&**name, &**value));
    args.options = Options::parse(pairs).map_err(|error| error.to_string())?;
    if let Some(file) = &args.background {
        args.options.background = Background::Picture(Arc::new(picture(file, &args.options)?));
    }
    Ok(Some(args))
}

/// Whether `--model` names a file and not one of the shipped networks.
fn is_file(model: &OsStr) -> bool {
    Path::new(model).extension().is_some_and(|end| end.eq_ignore_ascii_case("onnx"))
}

fn picture(file: &Path, options: &Options) -> Result<cleancut::Image, String> {
    let bytes = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    read(&bytes, options.max_pixels).map_err(|error| format!("{}: {error}", file.display()))
}
