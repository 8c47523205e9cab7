//! In: an option's name and its value, as words. Out: the option set, or what would have been right.

use super::presets::preset;
use super::{
    Background, Channels, Effort, Fit, Focus, Format, Holes, Keep, Length, Method, Model, Options,
    Outline, Refine, Shadow, Size, Subjects,
};
use crate::error::{Error, Result};
use crate::raster::Rect;

/// Every name that [`Options::parse`] knows, and what it takes.
const NAMES: [(&str, &str); 28] = [
    ("align", "center, top, bottom, left, right or two of them"),
    ("aspect", "a ratio of width to height such as 1, 0.75 or 3:4"),
    ("at", "a point such as 120,340, px"),
    ("background", "transparent, a colour such as #ffffff or white, or blur"),
    ("background-fit", "cover or contain"),
    ("channels", "rgba or alpha"),
    ("crop", "true or false"),
    ("decontaminate", "true or false"),
    ("dpi", "a whole number from 1 to 65535"),
    ("effort", "fast or best"),
    ("fill", "a share of the frame from 5% to 100%"),
    ("format", "png, webp, jpeg or raw"),
    ("holes", "auto, open or fill"),
    ("input-size", "a multiple of 32 from 160 to 640"),
    ("keep", "subject or background"),
    ("margin", "1, 2 or 4 lengths such as 5% or 20px"),
    ("max-pixels", "a whole number from 1"),
    ("method", "auto, network or studio"),
    ("model", "base or small"),
    ("outline", "none, or a width and a colour such as 12px white or 2% #ff0"),
    ("preset", "amazon, ebay, google, shopify, tiktok, walmart or zalando"),
    ("quality", "a whole number from 1 to 100"),
    ("refine", "off, fast or best"),
    ("roi", "a box such as 100,80,300,400: left, top, width and height, px"),
    ("shadow", "none, soft or keep"),
    ("size", "a size such as 1600x1600, 1600x or x1600, at most 16384 px a side"),
    ("snap", "true or false"),
    ("subjects", "all or largest"),
];

const LONGEST_SIDE: u32 = 16384;
const BLUR: f32 = 0.02;

impl Options {
    /// Every name that [`parse`](Self::parse) knows.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|&(name, _)| name)
    }

    /// Whether there is an option called `name`.
    pub fn knows(name: &str) -> bool {
        Self::names().any(|known| known == name)
    }

    /// The options that pairs of name and value ask for; the words stand at each field of
    /// [`Options`]. Of the same name the last pair counts. A preset stands for what no other pair
    /// says, wherever it stands itself.
    ///
    /// # Errors
    /// [`Error::Option`](crate::Error::Option), which says what the name takes.
    pub fn parse<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self> {
        let (presets, explicit): (Vec<_>, Vec<_>) =
            pairs.into_iter().partition(|(name, _)| *name == "preset");
        let mut options = Self::default();
        for (name, value) in presets.into_iter().next_back().into_iter().chain(explicit) {
            options.set(name, value)?;
        }
        Ok(options)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<()> {
        let Some((_, takes)) = NAMES.iter().find(|(known, _)| *known == name) else {
            let known: Vec<&str> = Self::names().collect();
            let reason = format!("there is no option {name}; there are {}", known.join(", "));
            return Err(Error::Option { reason });
        };
        self.take(name, value.trim()).ok_or_else(|| Error::Option {
            reason: format!("{name} is {value:?}; it takes {takes}"),
        })
    }

    fn take(&mut self, name: &str, value: &str) -> Option<()> {
        match name {
            "align" => self.frame.align = align(value)?,
            "aspect" => self.frame.aspect = Some(aspect(value)?),
            "at" => {
                let [x, y] = numbers(value)?;
                self.focus = Some(Focus::At { x, y });
            }
            "background" => self.background = background(value)?,
            "background-fit" => {
                self.background_fit =
                    word(value, &[("cover", Fit::Cover), ("contain", Fit::Contain)])?;
            }
            "channels" => {
                self.channels =
                    word(value, &[("rgba", Channels::Rgba), ("alpha", Channels::Alpha)])?;
            }
            "crop" => self.frame.crop = truth(value)?,
            "decontaminate" => self.decontaminate = truth(value)?,
            "dpi" => self.dpi = Some(value.parse().ok().filter(|&dpi| dpi > 0)?),
            "effort" => {
                self.effort = word(value, &[("fast", Effort::Fast), ("best", Effort::Best)])?;
            }
            "fill" => self.frame.fill = Some(share(value).filter(|f| (0.05..=1.0).contains(f))?),
            "format" => self.format = format(value)?,
            "holes" => {
                let words = [("auto", Holes::Auto), ("open", Holes::Open), ("fill", Holes::Fill)];
                self.holes = word(value, &words)?;
            }
            "input-size" => {
                let fits = |side: &u32| side.is_multiple_of(32) && (160..=640).contains(side);
                self.input_size = value.parse().ok().filter(fits)?;
            }
            "keep" => {
                let words = [("subject", Keep::Subject), ("background", Keep::Background)];
                self.keep = word(value, &words)?;
            }
            "margin" => self.frame.margin = margin(value)?,
            "max-pixels" => self.max_pixels = value.parse().ok().filter(|&limit| limit > 0)?,
            "method" => self.method = method(value)?,
            "model" => {
                let words = Model::ALL.map(|model| (model.name(), model));
                self.model = Some(word(value, &words)?);
            }
            "outline" => self.outline = outline(value)?,
            "preset" => {
                for (name, value) in preset(value)?.options {
                    self.take(name, value)?;
                }
            }
            "quality" => {
                self.quality = Some(value.parse().ok().filter(|q| (1..=100).contains(q))?);
            }
            "refine" => {
                let words = [("off", Refine::Off), ("fast", Refine::Fast), ("best", Refine::Best)];
                self.refine = word(value, &words)?;
            }
            "roi" => {
                let [x, y, width, height] = numbers(value)?;
                x.checked_add(width).zip(y.checked_add(height))?;
                if width == 0 || height == 0 {
                    return None;
                }
                self.focus = Some(Focus::Roi(Rect { x, y, width, height }));
            }
            "shadow" => {
                let words =
                    [("none", Shadow::None), ("soft", Shadow::Soft), ("keep", Shadow::Keep)];
                self.shadow = word(value, &words)?;
            }
            "size" => self.frame.size = Some(size(value)?),
            "snap" => self.frame.snap = truth(value)?,
            "subjects" => {
                let words = [("all", Subjects::All), ("largest", Subjects::Largest)];
                self.subjects = word(value, &words)?;
            }
            _ => unreachable!("{name} is in NAMES"),
        }
        Some(())
    }
}

fn word<T: Copy>(value: &str, words: &[(&str, T)]) -> Option<T> {
    words.iter().find(|(word, _)| *word == value).map(|&(_, meaning)| meaning)
}

fn truth(value: &str) -> Option<bool> {
    word(value, &[("true", true), ("false", false)])
}

fn method(value: &str) -> Option<Method> {
    let words = [("auto", Method::Auto), ("network", Method::Network), ("studio", Method::Studio)];
    word(value, &words)
}

fn format(value: &str) -> Option<Format> {
    let words = [
        ("png", Format::Png),
        ("webp", Format::WebP),
        ("jpeg", Format::Jpeg),
        ("jpg", Format::Jpeg),
        ("raw", Format::Raw),
    ];
    word(value, &words)
}

fn number(value: &str) -> Option<f32> {
    value.parse().ok().filter(|number: &f32| number.is_finite() && *number >= 0.0)
}

/// `120,340`: whole numbers of px.
fn numbers<const N: usize>(value: &str) -> Option<[u32; N]> {
    let numbers: Option<Vec<u32>> = value.split(',').map(|part| part.trim().parse().ok()).collect();
    numbers?.try_into().ok()
}

/// `85%` or `0.85`.
fn share(value: &str) -> Option<f32> {
    match value.strip_suffix('%') {
        Some(percent) => number(percent).map(|percent| percent / 100.0),
        None => number(value),
    }
}

/// `5%`, `20px` or `20`.
fn length(value: &str) -> Option<Length> {
    if value.ends_with('%') {
        return share(value).map(Length::Share);
    }
    number(value.strip_suffix("px").unwrap_or(value)).map(Length::Px)
}

/// As in CSS: all; top and bottom, right and left; or top, right, bottom, left.
fn margin(value: &str) -> Option<[Length; 4]> {
    let lengths: Option<Vec<Length>> = value.split_whitespace().map(length).collect();
    match *lengths?.as_slice() {
        [all] => Some([all; 4]),
        [across, along] => Some([across, along, across, along]),
        [top, right, bottom, left] => Some([top, right, bottom, left]),
        _ => None,
    }
}

fn aspect(value: &str) -> Option<f32> {
    let ratio = match value.split_once([':', '/']) {
        Some((width, height)) => number(width)? / number(height)?,
        None => number(value)?,
    };
    Some(ratio).filter(|ratio| (0.05..=20.0).contains(ratio))
}

fn align(value: &str) -> Option<[f32; 2]> {
    let mut align = [0.5, 0.5];
    let mut words = 0;
    for part in value.split([' ', '-']).filter(|part| !part.is_empty()) {
        words += 1;
        match part {
            "left" => align[0] = 0.0,
            "right" => align[0] = 1.0,
            "top" => align[1] = 0.0,
            "bottom" => align[1] = 1.0,
            "center" => {}
            _ => return None,
        }
    }
    (1..=2).contains(&words).then_some(align)
}

fn size(value: &str) -> Option<Size> {
    let (width, height) = value.split_once('x')?;
    let side = |text: &str| match text {
        "" => Some(None),
        _ => text.parse().ok().filter(|side| (1..=LONGEST_SIDE).contains(side)).map(Some),
    };
    let size = Size { width: side(width)?, height: side(height)? };
    (size.width.is_some() || size.height.is_some()).then_some(size)
}

fn background(value: &str) -> Option<Background> {
    match value {
        "transparent" => return Some(Background::Transparent),
        "blur" => return Some(Background::Blur(BLUR)),
        _ => {}
    }
    if let Some(deviation) = value.strip_prefix("blur ") {
        return share(deviation)
            .filter(|share| (0.001..=0.2).contains(share))
            .map(Background::Blur);
    }
    colour(value).map(Background::Colour)
}

/// `none`, or a width and a colour.
fn outline(value: &str) -> Option<Option<Outline>> {
    if value == "none" {
        return Some(None);
    }
    let (width, colour_word) = value.split_once(' ')?;
    Some(Some(Outline { width: length(width)?, colour: colour(colour_word.trim())? }))
}

/// `white`, `black`, `#rgb`, `#rgba`, `#rrggbb` or `#rrggbbaa`.
fn colour(value: &str) -> Option<[u8; 4]> {
    match value {
        "white" => return Some([255; 4]),
        "black" => return Some([0, 0, 0, 255]),
        _ => {}
    }
    let hex = value.strip_prefix('#')?;
    let digits: Option<Vec<u8>> =
        hex.chars().map(|digit| digit.to_digit(16).map(|digit| digit as u8)).collect();
    let mut rgba = [255; 4];
    match digits?.as_slice() {
        short @ ([_, _, _] | [_, _, _, _]) => {
            rgba.iter_mut().zip(short).for_each(|(value, digit)| *value = digit * 17);
        }
        long @ ([_, _, _, _, _, _] | [_, _, _, _, _, _, _, _]) => {
            rgba.iter_mut()
                .zip(long.chunks(2))
                .for_each(|(value, pair)| *value = pair[0] * 16 + pair[1]);
        }
        _ => return None,
    }
    Some(rgba)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(name: &str, value: &str) -> Options {
        Options::parse([(name, value)]).unwrap()
    }

    #[test]
    fn words_become_choices() {
        use Length::{Px, Share};
        assert_eq!(set("method", "studio").method, Method::Studio);
        assert_eq!(set("refine", "off").refine, Refine::Off);
        assert_eq!(set("input-size", "640").input_size, 640);
        assert_eq!(set("margin", "5%").frame.margin, [Share(0.05); 4]);
        let four = [Px(1.0), Share(0.02), Px(3.0), Px(4.0)];
        assert_eq!(set("margin", "1px 2% 3 4px").frame.margin, four);
        assert_eq!(set("margin", "1 2").frame.margin, [Px(1.0), Px(2.0), Px(1.0), Px(2.0)]);
        assert_eq!(set("aspect", "3:4").frame.aspect, Some(0.75));
        assert_eq!(set("fill", "85%").frame.fill, Some(0.85));
        assert_eq!(set("align", "bottom").frame.align, [0.5, 1.0]);
        assert_eq!(set("align", "top left").frame.align, [0.0, 0.0]);
        let tall = Size { width: None, height: Some(800) };
        assert_eq!(set("size", "x800").frame.size, Some(tall));
        assert_eq!(set("background", "#fa0").background, Background::Colour([255, 170, 0, 255]));
        let clear = Background::Colour([1, 2, 3, 128]);
        assert_eq!(set("background", "#01020380").background, clear);
        assert_eq!(set("background", "blur 5%").background, Background::Blur(0.05));
        let outline = Outline { width: Share(0.02), colour: [255, 255, 0, 255] };
        assert_eq!(set("outline", "2% #ff0").outline, Some(outline));
        assert_eq!(set("outline", "none").outline, None);
        assert_eq!(set("keep", "background").keep, Keep::Background);
        assert_eq!(set("at", "12, 34").focus, Some(Focus::At { x: 12, y: 34 }));
        let roi = Rect { x: 1, y: 2, width: 3, height: 4 };
        assert_eq!(set("roi", "1,2,3,4").focus, Some(Focus::Roi(roi)));
    }

    #[test]
    fn what_does_not_fit_is_refused_with_what_would() {
        for (name, value) in [
            ("aspect", "0"),
            ("aspect", "1:0"),
            ("aspect", "NaN"),
            ("fill", "0"),
            ("fill", "101%"),
            ("margin", "1 2 3"),
            ("margin", "-1px"),
            ("margin", ""),
            ("input-size", "330"),
            ("input-size", "672"),
            ("size", "x"),
            ("size", "0x10"),
            ("size", "99999x10"),
            ("background", "#ggg"),
            ("background", "#12345"),
            ("background", "mauve"),
            ("dpi", "0"),
            ("dpi", "65536"),
            ("dpi", "300x300"),
            ("effort", "most"),
            ("quality", "0"),
            ("quality", "101"),
            ("max-pixels", "0"),
            ("align", "middle"),
            ("outline", "white"),
            ("outline", "4px"),
            ("outline", "-4px white"),
            ("outline", "4px mauve"),
            ("keep", "all"),
            ("at", "12"),
            ("at", "-1,5"),
            ("roi", "1,2,3"),
            ("roi", "1,2,0,4"),
            ("roi", "4294967295,2,9,4"),
            ("crop", "yes"),
        ] {
            let error = Options::parse([(name, value)]).unwrap_err();
            assert_eq!(error.code(), "option");
            assert!(error.to_string().contains("it takes"), "{name} {value}: {error}");
        }
        let error = Options::parse([("colour", "red")]).unwrap_err();
        assert!(error.to_string().contains("there are align, aspect, at"), "{error}");
    }

    #[test]
    fn the_last_word_counts_and_a_preset_overrides_none() {
        let own = [("background", "#000"), ("background", "#eee"), ("format", "png")];
        let preset = ("preset", "amazon");
        let expected = Options::parse([preset].into_iter().chain(own)).unwrap();
        assert_eq!(expected.frame.fill, Some(0.88));
        assert_eq!(expected.background, Background::Colour([238, 238, 238, 255]));
        assert_eq!(expected.format, Format::Png);
        for at in 1..=own.len() {
            let mut pairs = own.to_vec();
            pairs.insert(at, preset);
            assert_eq!(Options::parse(pairs).unwrap(), expected, "the preset at {at}");
        }
        let last = Options::parse([preset, ("preset", "shopify")]).unwrap();
        assert_eq!(last, Options::parse([("preset", "shopify")]).unwrap());
    }
}
