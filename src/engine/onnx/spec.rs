//! How a network of someone else's is fed and read: plain data, and a parser of names and words.

use super::presets::preset;
use crate::error::{Error, Result};

/// The longest side that a network runs at, px.
pub const LONGEST_SIDE: u32 = 2048;

/// Every name that [`Spec::parse`] knows, and what it takes.
const NAMES: [(&str, &str); 10] = [
    ("classes", "numbers and ranges such as 1,4-7, or not 0: the classes that are subject"),
    ("colours", "rgb or bgr"),
    ("deviation", "1 or 3 numbers above 0, of values from 0 to 1"),
    ("divide", "255, or max: by the picture's brightest value"),
    ("layout", "nchw or nhwc"),
    ("mean", "1 or 3 numbers, of values from 0 to 1"),
    ("output", "the name of an output, or its number from 0"),
    ("preset", "u2net, isnet, modnet, birefnet-lite, rmbg, segmenter or setr"),
    ("saliency", "plain, sigmoid, minmax, softmax or argmax"),
    ("side", "px from 32 to 2048, or width x height such as 640x480"),
];

/// How a network is fed and read. [`Spec::parse`] takes every field by name, as words; what is not
/// said is as U2-Net's reference has it, and the file's own shapes.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Spec {
    /// `side`: width and height of the input, px. `None`: what the file says, else `usual_px`.
    pub size: Option<(u32, u32)>,
    /// The side where neither `side` nor the file says any, px.
    pub usual_px: u32,
    /// `layout`: `nchw` or `nhwc`. `None`: where the file has its 3 channels, else `nchw`.
    pub layout: Option<Layout>,
    /// `mean`: subtracted from values of 0 to 1, in the order red, green, blue.
    pub mean: [f32; 3],
    /// `deviation`: what they are divided by then.
    pub deviation: [f32; 3],
    /// `divide`: `255`, or `max` when each picture is divided by its own brightest value.
    pub by_brightest: bool,
    /// `colours`: `rgb` or `bgr`, the order in which the network takes them.
    pub is_bgr: bool,
    /// `output`: which output, by name or number. `None`: the first.
    pub output: Option<String>,
    /// `saliency`: how the output becomes saliency.
    pub reading: Reading,
    /// `classes`: those that count as subject, with `softmax` and `argmax`.
    pub classes: Classes,
}

/// The order of an input's and an output's dimensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// `[1, channels, height, width]`.
    Nchw,
    /// `[1, height, width, channels]`.
    Nhwc,
}

/// How an output becomes saliency, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// It is saliency.
    Plain,
    /// Logits, one channel.
    Sigmoid,
    /// One channel, stretched from its least value to its greatest.
    MinMax,
    /// Logits of classes: the probabilities of those that count.
    Softmax,
    /// Scores of classes, or the classes themselves: 1 where the first counts, 0 elsewhere.
    Argmax,
}

/// Numbers of classes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Classes {
    ranges: Vec<(u32, u32)>,
    are_others: bool,
}

impl Classes {
    /// Whether `class` is one of them.
    pub fn has(&self, class: u32) -> bool {
        let is_named = self.ranges.iter().any(|&(from, to)| (from..=to).contains(&class));
        is_named != self.are_others
    }

    fn parse(text: &str) -> Option<Self> {
        let (text, are_others) = match text.strip_prefix("not ") {
            Some(text) => (text, true),
            None => (text, false),
        };
        let range = |word: &str| {
            let (from, to) = word.split_once('-').unwrap_or((word, word));
            let range = (from.trim().parse().ok()?, to.trim().parse().ok()?);
            (range.0 <= range.1).then_some(range)
        };
        let ranges = text.split(',').map(range).collect::<Option<_>>()?;
        Some(Self { ranges, are_others })
    }
}

impl Default for Spec {
    fn default() -> Self {
        Self {
            size: None,
            usual_px: 320,
            layout: None,
            mean: [0.485, 0.456, 0.406],
            deviation: [0.229, 0.224, 0.225],
            by_brightest: true,
            is_bgr: false,
            output: None,
            reading: Reading::Plain,
            classes: Classes { ranges: vec![(0, 0)], are_others: true },
        }
    }
}

impl Spec {
    /// The spec that pairs of name and value ask for; the words stand at each field. Of the same name
    /// the last pair counts. A preset stands for what no other pair says, wherever it stands itself.
    ///
    /// # Errors
    /// [`Error::Option`], which says what the name takes.
    pub fn parse<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self> {
        let (presets, explicit): (Vec<_>, Vec<_>) =
            pairs.into_iter().partition(|(name, _)| *name == "preset");
        let mut spec = Self::default();
        for (name, value) in presets.into_iter().next_back().into_iter().chain(explicit) {
            let Some((_, takes)) = NAMES.iter().find(|(known, _)| *known == name) else {
                let known = NAMES.map(|(known, _)| known).join(", ");
                let reason = format!("spec: there is no {name}; there are {known}");
                return Err(Error::Option { reason });
            };
            spec.set(name, value.trim()).ok_or_else(|| Error::Option {
                reason: format!("spec: {name} is {value:?}; it takes {takes}"),
            })?;
        }
        Ok(spec)
    }

    fn set(&mut self, name: &str, value: &str) -> Option<()> {
        match name {
            "classes" => self.classes = Classes::parse(value)?,
            "colours" => self.is_bgr = word(value, &[("rgb", false), ("bgr", true)])?,
            "deviation" => {
                self.deviation = three(value).filter(|d| d.iter().all(|&d| d > 0.0))?;
            }
            "divide" => self.by_brightest = word(value, &[("255", false), ("max", true)])?,
            "layout" => {
                self.layout = Some(word(value, &[("nchw", Layout::Nchw), ("nhwc", Layout::Nhwc)])?);
            }
            "mean" => self.mean = three(value)?,
            "output" => self.output = Some(value.to_owned()).filter(|name| !name.is_empty()),
            "preset" => {
                let (usual_px, words) = preset(value)?;
                self.usual_px = usual_px;
                for (name, value) in words {
                    self.set(name, value)?;
                }
            }
            "saliency" => {
                self.reading = word(
                    value,
                    &[
                        ("plain", Reading::Plain),
                        ("sigmoid", Reading::Sigmoid),
                        ("minmax", Reading::MinMax),
                        ("softmax", Reading::Softmax),
                        ("argmax", Reading::Argmax),
                    ],
                )?;
            }
            "side" => {
                let (width, height) = value.split_once('x').unwrap_or((value, value));
                let side = |text: &str| {
                    text.trim().parse().ok().filter(|px| (32..=LONGEST_SIDE).contains(px))
                };
                self.size = Some((side(width)?, side(height)?));
            }
            _ => return None,
        }
        Some(())
    }
}

fn word<T: Copy>(value: &str, words: &[(&str, T)]) -> Option<T> {
    words.iter().find(|(known, _)| *known == value).map(|&(_, meant)| meant)
}

/// One number for all channels, or three.
fn three(text: &str) -> Option<[f32; 3]> {
    let separators = |c: char| c == ',' || c.is_whitespace();
    let words = text.split(separators).filter(|word| !word.is_empty());
    let numbers: Vec<f32> = words.map(|word| word.parse().ok()).collect::<Option<_>>()?;
    let numbers = match numbers[..] {
        [all] => [all; 3],
        [red, green, blue] => [red, green, blue],
        _ => return None,
    };
    numbers.iter().all(|number| number.is_finite()).then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preset_stands_for_what_is_not_said() {
        let spec = Spec::parse([("side", "640x480"), ("preset", "isnet")]).unwrap();
        assert_eq!((spec.size, spec.mean, spec.by_brightest), (Some((640, 480)), [0.5; 3], false));
        assert_eq!(Spec::parse([("preset", "u2net")]).unwrap(), Spec::default());
    }

    #[test]
    fn classes_are_numbers_ranges_or_all_others() {
        let classes = |text| Spec::parse([("classes", text)]).unwrap().classes;
        assert_eq!(
            [0, 1, 3, 4, 7, 8].map(|c| classes("1, 4-7").has(c)),
            [false, true, false, true, true, false]
        );
        assert_eq!([0, 1, 5].map(|c| classes("not 0,5").has(c)), [false, true, false]);
        assert_eq!([0, 1].map(|c| Spec::default().classes.has(c)), [false, true]);
    }

    #[test]
    fn what_is_wrong_says_what_would_be_right() {
        for (name, value) in [
            ("classes", "7-4"),
            ("colours", "red"),
            ("deviation", "0"),
            ("divide", "2"),
            ("mean", "1 2"),
            ("mean", "nan"),
            ("preset", "sam"),
            ("saliency", "relu"),
            ("side", "31"),
            ("side", "512x"),
            ("side", "4096"),
            ("shape", "1"),
        ] {
            let error = Spec::parse([(name, value)]).unwrap_err();
            assert_eq!(error.code(), "option", "{name} {value}");
        }
    }
}
