//! The command line: `cleancut photo.jpg -o cutout.png`, or many photos into a folder.

mod args;
mod endings;
mod files;
mod folder;
mod jobs;
mod onnx;
mod research;

use std::cell::LazyCell;
use std::fmt::{Arguments, Write as _};
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Instant;

use cleancut::options::Model;
use cleancut::pipeline::{needs_network, segment_studio};
use cleancut::read::read;
use cleancut::{Remover, Step};

use args::Args;
use jobs::{End, Job};

const BASE: &[u8] = include_bytes!(concat!("../../../models/", env!("CLEANCUT_BASE_PLAN")));
const SMALL: &[u8] = include_bytes!(concat!("../../../models/", env!("CLEANCUT_SMALL_PLAN")));

const HELP: &str = "\
Remove the background of photos.

Usage: cleancut [OPTIONS] PHOTO...
       cleancut masks | score | split, for data sets; each has a --help

Arguments:
  PHOTO...  JPEG, PNG or WebP files, folders of them, or - for standard input

Output:
  -o, --output PATH        the file to write, or - for standard output; a folder when
                           there are several photos or PATH ends in a slash
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
      --model NAME         base, or small, which is right about shops' photos
                           [default: base]
      --model FILE.onnx    any network that tells a subject
      --spec NAME=VALUE    how it is fed and read, or its family, such as --spec isnet;
                           may be repeated, and stand in FILE.json: docs/research.md
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

fn main() -> ExitCode {
    if let Some(code) = research::run() {
        return code;
    }
    let args = match args::parse() {
        Ok(Some(args)) => args,
        Ok(None) => return ExitCode::SUCCESS,
        Err(error) => {
            say(format_args!("{error}; see cleancut --help"));
            return ExitCode::from(2);
        }
    };
    let jobs = match jobs::plan(&args) {
        Ok(jobs) => jobs,
        Err(error) => {
            say(format_args!("{error}"));
            return ExitCode::from(2);
        }
    };
    let network = match args.network.as_ref().map(onnx::load).transpose() {
        Ok(network) => network,
        Err(error) => {
            say(format_args!("{error}"));
            return ExitCode::from(2);
        }
    };
    let remover = LazyCell::new(|| {
        network.unwrap_or_else(|| {
            let plan = match args.options.model.unwrap_or(Model::DEFAULT) {
                Model::Base => BASE,
                Model::Small => SMALL,
            };
            Remover::new(plan).expect("the embedded plans are those of the manifest")
        })
    });
    let mut failed = 0;
    for job in &jobs {
        if let Err(error) = cut_out(&remover, job, &args) {
            failed += 1;
            if !is_closed_pipe(&*error) {
                say(format_args!("{}: {error}", job.photo.name()));
            }
        }
    }
    if failed > 0 && jobs.len() > 1 {
        say(format_args!("{failed} of {} photos failed", jobs.len()));
    }
    if failed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Whoever closed the pipe has read enough.
fn print(text: &str) {
    let _ = io::stdout().write_all(text.as_bytes());
}

/// One line to standard error, where anybody reads it.
fn say(words: Arguments) {
    let _ = writeln!(io::stderr(), "cleancut: {words}");
}

fn is_closed_pipe(error: &(dyn std::error::Error + 'static)) -> bool {
    let error: Option<&io::Error> = error.downcast_ref();
    error.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn cut_out(
    remover: &LazyCell<Remover, impl FnOnce() -> Remover>,
    Job { photo, output }: &Job,
    args: &Args,
) -> Result<(), Box<dyn std::error::Error>> {
    let bytes = files::load(photo)?;
    let mut options = args.options.clone();
    if let End::File(file) = output
        && !args.format_is_given
    {
        options.format = endings::format_of(file)?.unwrap_or(options.format);
    }
    let mut began = vec![(Step::Decode.name(), Instant::now())];
    let pixels = read(&bytes, options.max_pixels)?;
    let uses_network = needs_network(&pixels, &options);
    if uses_network {
        began.push(("load", Instant::now()));
        LazyCell::force(remover);
    }
    let mut on_step = |step: Step| began.push((step.name(), Instant::now()));
    let cutout = if uses_network {
        remover.segment(pixels, &options, &mut on_step)?
    } else {
        segment_studio(pixels, &options, &mut on_step)?
    };
    let file = cutout.into_file(&options, on_step)?;
    let ended = Instant::now();
    if args.timings {
        let ends = began.iter().skip(1).map(|&(_, at)| at).chain([ended]);
        let mut line = String::new();
        for (&(step, began), end) in began.iter().zip(ends) {
            write!(line, "{step} {:.1} ms  ", (end - began).as_secs_f64() * 1e3)?;
        }
        let _ = writeln!(io::stderr(), "{line}{}", photo.name());
    }
    files::store(output, &file).map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => error.into(),
        _ => format!("cannot write {}: {error}", output.name()).into(),
    })
}
