//! The command line: `cleancut photo.jpg -o cutout.png`, or many photos into a folder.

mod args;
mod catalogue;
mod cut;
mod endings;
mod files;
mod folder;
mod jobs;
mod journal;
mod list;
mod memory;
#[cfg_attr(not(feature = "onnx"), path = "no_onnx.rs")]
mod onnx;
mod progress;
mod report;
mod research;
mod scale;
mod strokes;

use std::ffi::OsString;
use std::fmt::Arguments;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::LazyLock;

use cleancut::Remover;
use cleancut::options::Model;

use cut::Cutter;
use memory::Memory;

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
      --format FORMAT      png, webp, jpeg or raw (RGBA, no header)
                           [default: what the output's name ends in, else png]
      --quality N          1 to 100, of JPEG [default: 90] and of WebP [default: lossless]
      --effort EFFORT      fast, or best for a PNG a sixth smaller, thirty times slower
                           [default: fast]
      --dpi N              what JPEG and PNG say of their size in print
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
      --outline LINE       a line around the subject, such as '12px white' or '2% #ff0'
      --keep WHAT          subject, or background for the photo without it
                           [default: subject]

Subject:
      --model NAME         base, or small, a third of its bytes
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
      --at X,Y             of several the one at this point, px of the upright photo
      --roi X,Y,W,H        of several those in this box, px
      --strokes FILE       what to keep and to erase by hand, of one photo, and what looks
                           like it: JSON of edit()'s strokes, or a project of the page
      --input-size N       the side that the network sees, a multiple of 32 from 160 to
                           640 px [default: 320]

Many photos:
  -r, --recursive          the folders in folders too; -o keeps their tree
      --list FILE          more photos, by the names in FILE, one a line; - for standard
                           input; with -r their folders are kept too
  -0, --null               NUL ends the names of --list, not a line break
  -j, --jobs N             how many at the same time [default: the machine's cores]
      --memory SIZE        what these may take together, such as 2G or 500M
      --resume             leave what an earlier run into the same folder finished, with
                           the same options and of the same photos
      --report FILE        a line of JSON for each photo; - for standard output
      --min-confidence X   cut-outs less sure than X, 0 to 1, go
      --review DIR         into this folder instead
      --quiet              say what fails, and nothing else

Other:
      --max-megapixels N   refuse larger photos [default: 64]
      --max-pixels N       the same in pixels
      --timings            print the milliseconds of each step to standard error
  -h, --help               print this help
  -V, --version            print the version

Exit status: 0 when every photo was cut out, 1 when some were not, 2 when the
arguments are wrong.
";

#[allow(dead_code, reason = "python/command_line has these files as a library")]
fn main() -> ExitCode {
    ExitCode::from(run(std::env::args_os().skip(1).collect()))
}

/// Does what the words after the program's name ask for, and gives the exit status.
pub fn run(words: Vec<OsString>) -> u8 {
    if let Some(code) = research::run(&words) {
        return code;
    }
    let args = match args::parse(lexopt::Parser::from_args(words)) {
        Ok(Some(args)) => args,
        Ok(None) => return 0,
        Err(error) => {
            say(format_args!("{error}; see cleancut --help"));
            return 2;
        }
    };
    let network = match args.network.as_ref().map(onnx::load).transpose() {
        Ok(network) => network,
        Err(error) => {
            say(format_args!("{error}"));
            return 2;
        }
    };
    let remover = LazyLock::new(|| {
        network.unwrap_or_else(|| {
            let plan = args.options.model.unwrap_or(Model::DEFAULT).bytes();
            Remover::new(plan).expect("the embedded plans are those of the manifest")
        })
    });
    let memory = args.scale.memory_bytes.map(Memory::new);
    let mut cutter = Cutter { args: &args, remover, memory, durable: false };
    match jobs::plan(&args).and_then(|plan| catalogue::run(&args, &plan, &mut cutter)) {
        Ok(true) => 0,
        Ok(false) => 1,
        Err(error) => {
            say(format_args!("{error}"));
            2
        }
    }
}

/// Whoever closed the pipe has read enough.
fn print(text: &str) {
    let _ = io::stdout().write_all(text.as_bytes());
}

/// One line to standard error, where anybody reads it.
fn say(words: Arguments) {
    note(format_args!("cleancut: {words}"));
}

/// The same without a name before it.
fn note(words: Arguments) {
    let _ = writeln!(io::stderr(), "{words}");
}
