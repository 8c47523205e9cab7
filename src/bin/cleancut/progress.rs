//! How far a run is: a bar on a terminal, a line a minute elsewhere, nothing when asked to be quiet.

use std::fmt::Arguments;
use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressStyle};

use super::{note, say};

const BAR: &str = "{wide_bar} {pos}/{len}  {per_sec}  {eta} left{msg}";
const MINUTE: Duration = Duration::from_secs(60);

pub(super) struct Progress {
    bar: Option<ProgressBar>,
    all: usize,
    done: usize,
    failed: usize,
    began: Instant,
    /// When the next line is due; never where there is a bar or quiet.
    next: Option<Instant>,
}

impl Progress {
    /// Of `all` photos.
    pub(super) fn of(all: usize, is_quiet: bool) -> Self {
        let began = Instant::now();
        let is_shown = all > 1 && !is_quiet;
        let bar = (is_shown && stderr().is_terminal()).then(|| {
            let style = ProgressStyle::with_template(BAR).expect("the template is one");
            ProgressBar::new(all as u64).with_style(style)
        });
        let next = (is_shown && bar.is_none()).then(|| began + MINUTE);
        Self { bar, all, done: 0, failed: 0, began, next }
    }

    pub(super) fn step(&mut self, has_failed: bool) {
        self.done += 1;
        self.failed += usize::from(has_failed);
        if let Some(bar) = &self.bar {
            bar.inc(1);
            if has_failed {
                bar.set_message(format!("  {} failed", self.failed));
            }
        }
        let now = Instant::now();
        if self.next.is_some_and(|next| next <= now) {
            self.next = Some(now + MINUTE);
            say(format_args!("{}", self.line()));
        }
    }

    fn line(&self) -> String {
        let rate = self.done as f64 / self.began.elapsed().as_secs_f64();
        let left = Duration::from_secs_f64((self.all - self.done) as f64 / rate);
        let (done, all, failed) = (self.done, self.all, self.failed);
        let left = HumanDuration(left);
        format!("{done} of {all} photos, {failed} failed, {rate:.1} a second, {left} left")
    }

    /// One line to standard error, above the bar.
    pub(super) fn say(&self, words: Arguments) {
        self.print(format_args!("cleancut: {words}"));
    }

    /// The same without a name before it.
    pub(super) fn print(&self, words: Arguments) {
        match &self.bar {
            Some(bar) => bar.suspend(|| note(words)),
            None => note(words),
        }
    }

    pub(super) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
