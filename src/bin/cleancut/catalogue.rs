//! Many photos: several at a time, told of in their order, and none of it lost when it is stopped.
//!
//! ```text
//! jobs ─ journal ─┬─> done already ──────────────────────────────┐
//!                 └─> threads ─ Cutter ─> outcomes ─> journal ───┴─ by turn ─> report, words, progress
//! ```

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};

use cleancut::Remover;
use cleancut::options::{Background, Model};
use serde_json::{Value, json};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use super::args::Args;
use super::cut::{Cutter, Outcome};
use super::jobs::{Job, Plan};
use super::journal::{Journal, stamp};
use super::progress::Progress;
use super::report::{Facts, Report};
use super::say;

/// What a run came to.
#[derive(Default)]
struct Sum {
    failed: usize,
    doubtful: usize,
    /// Finished by an earlier run.
    kept: usize,
    /// How many photos had their turn.
    told: usize,
}

/// Tells of each photo in its turn.
struct Teller<'a> {
    args: &'a Args,
    jobs: &'a [Job],
    report: Option<Report>,
    progress: Progress,
    /// What is known of photos whose turn has not come.
    waiting: BTreeMap<usize, Turn>,
    sum: Sum,
}

enum Turn {
    Kept(Facts, bool),
    Cut(Outcome),
}

/// Whether every photo was cut out.
///
/// # Errors
/// The journal or the report cannot be written.
pub(super) fn run(
    args: &Args,
    Plan { jobs, folder }: &Plan,
    cutter: &mut Cutter<'_, impl FnOnce() -> Remover + Send>,
) -> Result<bool, String> {
    let scale = &args.scale;
    let folder = folder.as_ref().filter(|_| scale.resume || jobs.len() > 1);
    if scale.resume && folder.is_none() {
        return Err("--resume goes on in a folder; give -o FOLDER/".into());
    }
    let journal = folder.map(|folder| Journal::open(folder, jobs, &asked(args), scale.resume));
    let mut journal = journal.transpose()?;
    cutter.durable = journal.is_some();
    let report = scale.report.as_deref().map(Report::to).transpose().map_err(unreported)?;
    let waiting: BTreeMap<_, _> = jobs
        .iter()
        .enumerate()
        .filter_map(|(index, job)| {
            let (facts, doubtful) = journal.as_ref()?.finished(job)?;
            Some((index, Turn::Kept(facts, doubtful)))
        })
        .collect();
    let wanted: Vec<usize> = (0..jobs.len()).filter(|index| !waiting.contains_key(index)).collect();
    let progress = Progress::of(wanted.len(), scale.quiet);
    let mut teller = Teller { args, jobs, report, progress, waiting, sum: Sum::default() };
    let stop = if jobs.len() > 1 { stop_when_asked() } else { Arc::default() };
    let next = AtomicUsize::new(0);
    let (sender, outcomes) = channel();
    let cutter = &*cutter;
    let ended = std::thread::scope(|scope| {
        for _ in 0..scale.jobs().min(wanted.len()) {
            let sender = sender.clone();
            scope.spawn(|| {
                let sender = sender;
                while !stop.load(Ordering::Relaxed)
                    && let Some(&index) = wanted.get(next.fetch_add(1, Ordering::Relaxed))
                    && sender.send((index, cutter.cut(&jobs[index]))).is_ok()
                {}
            });
        }
        drop(sender);
        let ended = listen(&outcomes, journal.as_mut(), &mut teller);
        stop.store(true, Ordering::Relaxed);
        ended
    });
    teller.progress.end();
    ended?;
    teller.sum_up(journal.is_some());
    if let Some(journal) = journal.filter(|_| teller.sum.told == jobs.len()) {
        journal.end();
    }
    Ok(teller.sum.failed == 0 && teller.sum.told == jobs.len())
}

/// Hands on what the threads send until they end; what is finished is journalled first.
fn listen(
    outcomes: &Receiver<(usize, Outcome)>,
    mut journal: Option<&mut Journal>,
    teller: &mut Teller<'_>,
) -> Result<(), String> {
    teller.take_turns()?;
    while let Ok(first) = outcomes.recv() {
        let arrived: Vec<_> = [first].into_iter().chain(outcomes.try_iter()).collect();
        if let Some(journal) = &mut journal {
            let finished = arrived.iter().filter_map(|(index, outcome)| {
                Some((&teller.jobs[*index], outcome.result.as_ref().ok()?))
            });
            journal.add(finished).map_err(|error| format!("cannot write the journal: {error}"))?;
        }
        for (index, outcome) in arrived {
            teller.progress.step(outcome.result.is_err());
            teller.waiting.insert(index, Turn::Cut(outcome));
        }
        teller.take_turns()?;
    }
    Ok(())
}

impl Teller<'_> {
    /// Tells of every photo whose turn it is.
    fn take_turns(&mut self) -> Result<(), String> {
        while let Some(turn) = self.waiting.remove(&self.sum.told) {
            let job = &self.jobs[self.sum.told];
            self.sum.told += 1;
            let (facts, doubtful) = match &turn {
                Turn::Kept(facts, doubtful) => {
                    self.sum.kept += 1;
                    (facts, *doubtful)
                }
                Turn::Cut(outcome) => {
                    self.say(job, outcome);
                    match &outcome.result {
                        Ok(entry) => (&entry.facts, entry.doubtful),
                        Err(failure) => (&failure.facts, false),
                    }
                }
            };
            self.sum.failed += usize::from(!facts["error"].is_null());
            self.sum.doubtful += usize::from(doubtful);
            if let Some(report) = &mut self.report {
                report.tell(job, facts, doubtful).map_err(unreported)?;
            }
        }
        Ok(())
    }

    fn say(&self, job: &Job, Outcome { timings, result }: &Outcome) {
        let photo = job.photo.name();
        if self.args.timings && !timings.is_empty() {
            self.progress.print(format_args!("{timings}{photo}"));
        }
        if let Err(failure) = result
            && !failure.is_closed_pipe
        {
            self.progress.say(format_args!("{photo}: {}", failure.words));
        }
    }

    fn sum_up(&self, is_journalled: bool) {
        let Sum { failed, doubtful, kept, told } = self.sum;
        let (all, scale) = (self.jobs.len(), &self.args.scale);
        if failed > 0 && all > 1 {
            say(format_args!("{failed} of {all} photos failed"));
        }
        if kept > 0 && !scale.quiet {
            say(format_args!("{kept} of {all} photos were finished before"));
        }
        if let Some((_, folder)) = scale.review().filter(|_| doubtful > 0 && !scale.quiet) {
            say(format_args!(
                "{doubtful} of {all} photos are to be reviewed in {}",
                folder.display()
            ));
        }
        let done = told + self.waiting.len();
        if done < all {
            let how = if is_journalled {
                "the same command with --resume goes on"
            } else {
                "only runs with -o FOLDER/ can go on"
            };
            say(format_args!("stopped after {done} of {all} photos; {how}"));
        }
    }
}

fn unreported(error: io::Error) -> String {
    format!("cannot write the report: {error}")
}

/// Everything that makes the bytes of a cut-out besides its photo.
fn asked(args: &Args) -> Value {
    let mut options = args.options.clone();
    options.background = match options.background {
        Background::Picture(_) => Background::Transparent,
        other => other,
    };
    let model = options.model.unwrap_or(Model::DEFAULT);
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "model": model.sha256(),
        "network": args.network.as_ref().map(|(file, spec)| (file.display().to_string(), stamp(file), spec)),
        "options": format!("{options:?}"),
        "background": args.background.as_deref().map(|file| (file.display().to_string(), stamp(file))),
        "strokes": args.strokes.as_ref().map(|(file, _)| (file.display().to_string(), stamp(file))),
        "least": args.scale.review().map(|(least, folder)| (least, folder.display().to_string())),
    })
}

/// True from the first Ctrl-C on; the second ends the process at once.
fn stop_when_asked() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        let _ = flag::register_conditional_shutdown(signal, 128 + signal, stop.clone());
        let _ = flag::register(signal, stop.clone());
    }
    stop
}
