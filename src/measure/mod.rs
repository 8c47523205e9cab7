//! In: run lengths of a csv, masks and their truths. Out: [`Labels`] and masks painted from runs;
//! [`Score`] and [`ClassScore`], the figures of `training/measure/metrics.py`.
//!
//! Knows no file and no step of the pipeline: whoever measures brings pixels.

mod classes;
mod outline;
mod runs;
mod score;

pub use classes::{ClassScore, Classes};
pub use runs::{Fault, Labels, paint};
pub use score::{LEVELS, Means, Score, Totals};
