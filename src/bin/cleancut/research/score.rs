//! `cleancut score`: masks against their truths, a picture at a time.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use cleancut::Mask;
use cleancut::measure::{Classes, Labels, Score, Totals};
use lexopt::prelude::{Long, Short, Value, ValueExt};

use super::masks::class_names;
use super::pictures::{by_stem, labels, mask};
use super::pool::in_order;
use super::report::Report;
use super::table::quoted;
use super::{Outcome, cores, jobs};
use crate::print;

const HELP: &str = "\
Score masks against their truths.

Usage: cleancut score [OPTIONS] MASKS TRUTH

Arguments:
  MASKS  a folder of masks or cut-outs, JPEG, PNG or WebP, of any size: a picture's alpha,
         or its grey where it is opaque
  TRUTH  a folder of true masks, named as the masks but for the ending; from 128 on a
         pixel is subject

Options:
      --classes        PNGs with a palette or greys, whose numbers are classes
      --names FILE     the names of the classes, a line each, from 0 on
      --ignore N       leave out pixels whose true class is N
      --nonzero        whatever is not 0 in TRUTH is subject: for masks of 0 and 1, and
                       for classes
      --reach PX       how near outlines match, px of the truth [default: 3]
      --csv FILE       a row for each picture
      --report FILE    every trouble as csv: line, name, trouble
      --jobs N         threads [default: one for each core]
  -h, --help           print this help

IoU, mean absolute error, max F (beta squared .3; precision and recall averaged over the
pictures), boundary F, pixel accuracy and mIoU (subject and ground), as means over the
pictures. With --classes pixel accuracy (aAcc), mIoU and the IoU of each class, over all
pixels. A truth without a mask counts as an empty one. Masks of another size than their
truth are resized to it, bilinearly; classes by the nearest pixel.

Exit status: 0 when all is in order, 1 when something was said, 2 when the arguments are
wrong.
";

/// Half of the way from ground to subject.
const HALF: u8 = 128;

struct Args {
    masks: PathBuf,
    truth: PathBuf,
    has_classes: bool,
    names: Vec<String>,
    ignored: Option<u8>,
    nonzero: bool,
    reach_px: f32,
    csv: Option<PathBuf>,
    report: Option<PathBuf>,
    jobs: usize,
}

/// A picture to score.
struct Pair {
    name: String,
    mask: Option<PathBuf>,
    truth: PathBuf,
}

/// What came of it.
struct Scored {
    name: String,
    score: Result<Figures, Unread>,
    is_dark: bool,
}

/// What was not read, and why.
type Unread = (&'static str, String);

enum Figures {
    Two(Box<Score>),
    Many(Box<Classes>),
}

pub(super) fn run(parser: lexopt::Parser) -> Outcome {
    let Some(args) = parse(parser)? else { return Ok(true) };
    let mut report = Report::new(args.report.as_deref())?;
    let pairs = pairs(&args, &mut report)?;
    let mut csv = args.csv.as_deref().map(create).transpose()?;
    let mut written = Ok(());
    let mut line = |words: String| {
        if let (Some(csv), Ok(())) = (&mut csv, &written) {
            written = writeln!(csv, "{words}");
        }
    };
    line(match args.has_classes {
        true => "name,pixel_accuracy,miou".into(),
        false => "name,iou,mae,max_f,boundary_f,pixel_accuracy,miou".into(),
    });
    let (mut totals, mut counts) = (Totals::default(), Classes::default());
    let mut pictures = 0;
    in_order(
        &pairs,
        args.jobs,
        |pair| score(pair, &args),
        |Scored { name, score, is_dark }| {
            if is_dark {
                report.note(
                    "truths without a pixel from 128 on, but not black (--nonzero?)",
                    0,
                    &name,
                );
            }
            match score {
                Err((kind, reason)) => report.note(kind, 0, &format!("{name} ({reason})")),
                Ok(Figures::Two(score)) => {
                    let Score { iou, mae, boundary_f, pixel_accuracy, miou, .. } = *score;
                    let max_f = score.max_f();
                    let figures = [iou, mae, max_f, boundary_f, pixel_accuracy, miou];
                    let figures = figures.map(|figure| format!("{figure:.6}")).join(",");
                    line(format!("{},{figures}", quoted(&name)));
                    totals.add(&score);
                    pictures += 1;
                }
                Ok(Figures::Many(classes)) => {
                    if let Some(score) = classes.score() {
                        let (accuracy, miou) = (score.pixel_accuracy, score.miou);
                        line(format!("{},{accuracy:.6},{miou:.6}", quoted(&name)));
                    }
                    counts.add(&classes);
                    pictures += 1;
                }
            }
        },
    );
    let written = written.and_then(|()| csv.as_mut().map_or(Ok(()), Write::flush));
    written.map_err(|error| format!("cannot write the csv: {error}"))?;
    print(&match args.has_classes {
        true => class_table(&counts, pictures, &args.names),
        false => table(&totals),
    });
    Ok(report.end()?)
}

fn parse(mut parser: lexopt::Parser) -> Result<Option<Args>, lexopt::Error> {
    let mut args = Args {
        masks: PathBuf::new(),
        truth: PathBuf::new(),
        has_classes: false,
        names: vec![],
        ignored: None,
        nonzero: false,
        reach_px: 3.0,
        csv: None,
        report: None,
        jobs: cores(),
    };
    let mut folders = vec![];
    while let Some(arg) = parser.next()? {
        match arg {
            Long("classes") => args.has_classes = true,
            Long("names") => args.names = class_names(Path::new(&parser.value()?))?,
            Long("ignore") => args.ignored = Some(parser.value()?.parse()?),
            Long("nonzero") => args.nonzero = true,
            Long("reach") => args.reach_px = parser.value()?.parse()?,
            Long("csv") => args.csv = Some(parser.value()?.into()),
            Long("report") => args.report = Some(parser.value()?.into()),
            Long("jobs") => args.jobs = jobs(&parser.value()?.string()?)?,
            Short('h') | Long("help") => {
                print(HELP);
                return Ok(None);
            }
            Value(folder) if folders.len() < 2 => folders.push(PathBuf::from(folder)),
            _ => return Err(arg.unexpected()),
        }
    }
    if !(0.0..=100.0).contains(&args.reach_px) {
        return Err(format!("reach is {}; it takes 0 to 100 px", args.reach_px).into());
    }
    let [masks, truth] =
        <[PathBuf; 2]>::try_from(folders).map_err(|_| "give two folders, MASKS and TRUTH")?;
    Ok(Some(Args { masks, truth, ..args }))
}

fn create(path: &Path) -> Result<BufWriter<File>, String> {
    let file = File::create(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(BufWriter::new(file))
}

fn pairs(args: &Args, report: &mut Report) -> Result<Vec<Pair>, String> {
    let (mut masks, mut doubles) = by_stem(&args.masks)?;
    let (truths, more) = by_stem(&args.truth)?;
    doubles.extend(more);
    for name in doubles {
        report.note("pictures left out, of the same name but for its ending", 0, &name);
    }
    if truths.is_empty() {
        return Err(format!("no picture in {}", args.truth.display()));
    }
    let pairs: Vec<Pair> = truths
        .into_iter()
        .map(|(name, truth)| Pair { mask: masks.remove(&name), name, truth })
        .collect();
    for pair in pairs.iter().filter(|pair| pair.mask.is_none()) {
        report.note("truths without a mask, which counts as empty", 0, &pair.name);
    }
    for name in masks.keys() {
        report.note("masks left out, without a truth", 0, name);
    }
    Ok(pairs)
}

fn score(pair: &Pair, args: &Args) -> Scored {
    let mut is_dark = false;
    let score = if args.has_classes {
        many(pair, args).map(|classes| Figures::Many(Box::new(classes)))
    } else {
        two(pair, args, &mut is_dark).map(|score| Figures::Two(Box::new(score)))
    };
    Scored { name: pair.name.clone(), score, is_dark }
}

const BAD_TRUTH: &str = "truths left out, which cannot be read";
const BAD_MASK: &str = "masks left out, which cannot be read";

fn two(pair: &Pair, args: &Args, is_dark: &mut bool) -> Result<Score, Unread> {
    let mut truth = match args.nonzero {
        true => file(&pair.truth, labels)
            .map(|labels| Mask::new(labels.width(), labels.height(), labels.values().to_vec())),
        false => file(&pair.truth, mask),
    }
    .or_else(|_| file(&pair.truth, mask))
    .map_err(|reason| (BAD_TRUTH, reason))?;
    if args.nonzero {
        truth.values_mut().iter_mut().for_each(|value| *value = if *value > 0 { 255 } else { 0 });
    }
    let brightest = truth.values().iter().max();
    *is_dark = brightest.is_some_and(|brightest| (1..HALF).contains(brightest));
    let found = match &pair.mask {
        Some(path) => file(path, mask).map_err(|reason| (BAD_MASK, reason))?,
        None => Mask::new(1, 1, vec![0]),
    };
    Ok(Score::of(&found, &truth, args.reach_px))
}

fn many(pair: &Pair, args: &Args) -> Result<Classes, Unread> {
    let truth = file(&pair.truth, labels).map_err(|reason| (BAD_TRUTH, reason))?;
    let found = match &pair.mask {
        Some(path) => file(path, labels).map_err(|reason| (BAD_MASK, reason))?,
        None => Labels::new(1, 1),
    };
    Ok(Classes::of(&found, &truth, args.ignored))
}

fn file<T>(path: &Path, read: fn(&[u8]) -> Result<T, String>) -> Result<T, String> {
    read(&std::fs::read(path).map_err(|error| error.to_string())?)
}

fn table(totals: &Totals) -> String {
    let Some(means) = totals.means() else { return "pictures 0\n".into() };
    let rows = [
        ("iou", means.iou),
        ("mae", means.mae),
        ("max_f", means.max_f),
        ("boundary_f", means.boundary_f),
        ("pixel_accuracy", means.pixel_accuracy),
        ("miou", means.miou),
    ];
    let rows = rows.map(|(name, mean)| format!("{name:<15}{mean:.4}\n")).concat();
    format!("{:<15}{}\n{}", "pictures", totals.pictures(), rows)
}

fn class_table(counts: &Classes, pictures: usize, names: &[String]) -> String {
    let Some(score) = counts.score() else { return "pictures 0\n".into() };
    let name = |class: u8| {
        names.get(usize::from(class)).cloned().unwrap_or_else(|| format!("class {class}"))
    };
    let rows = score.iou.iter().map(|&(class, iou)| format!("  {:<13}{iou:.4}\n", name(class)));
    format!(
        "{:<15}{pictures}\n{:<15}{:.4}\n{:<15}{:.4}\niou of\n{}",
        "pictures",
        "pixel_accuracy",
        score.pixel_accuracy,
        "miou",
        score.miou,
        rows.collect::<String>()
    )
}
