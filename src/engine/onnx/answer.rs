//! In: a network's output. Out: saliency, `[height, width]` f32 in [0, 1], as the spec reads it.

use super::spec::{Layout, Reading, Spec};

/// Values of an output, and where they stand.
pub(super) struct Output<'a> {
    pub(super) shape: &'a [usize],
    pub(super) values: &'a [f32],
    /// Whether they are whole numbers, and so may be classes.
    pub(super) are_whole: bool,
}

/// A map.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Map {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) values: Vec<f32>,
}

/// A saliency may exceed [0, 1] by this.
const SLACK: f32 = 0.02;

pub(super) fn read(output: &Output<'_>, layout: Layout, spec: &Spec) -> Result<Map, String> {
    let shape = output.shape;
    let [channels, height, width] = dims(shape, layout)
        .ok_or_else(|| format!("the output is {shape:?}; a map is [1, channels, height, width]"))?;
    if output.values.iter().any(|value| !value.is_finite()) {
        return Err("the output holds values that are no numbers (NaN or infinite)".into());
    }
    let pixels = width * height;
    // A pixel's channels lie `step` apart, pixels `stride`.
    let (step, stride) = match layout {
        Layout::Nchw => (pixels, 1),
        Layout::Nhwc => (1, channels),
    };
    let at = |pixel: usize| {
        (0..channels).map(move |channel| output.values[pixel * stride + channel * step])
    };
    let has = |class: usize| spec.classes.has(class as u32);
    let one = |reading: &str| match channels {
        1 => Ok(output.values.to_vec()),
        _ => Err(format!(
            "the output is {shape:?}, of {channels} channels; {reading} takes one: choose the classes \
             that are subject, with saliency softmax or argmax"
        )),
    };
    let values = match spec.reading {
        Reading::Plain => {
            let values = one("plain")?;
            let (least, greatest) = range(&values);
            if least < -SLACK || greatest > 1.0 + SLACK {
                return Err(format!(
                    "the output goes from {least:.2} to {greatest:.2}, which is no saliency; try \
                     saliency sigmoid"
                ));
            }
            values.into_iter().map(|value| value.clamp(0.0, 1.0)).collect()
        }
        Reading::Sigmoid => {
            one("sigmoid")?.into_iter().map(|logit| 1.0 / (1.0 + (-logit).exp())).collect()
        }
        Reading::MinMax => {
            let values = one("minmax")?;
            let (least, greatest) = range(&values);
            let span = (greatest - least).max(f32::MIN_POSITIVE);
            values.into_iter().map(|value| (value - least) / span).collect()
        }
        Reading::Softmax if channels == 1 => {
            return Err(format!("the output is {shape:?}, of one channel; softmax takes more"));
        }
        Reading::Softmax => (0..pixels)
            .map(|pixel| {
                let most = at(pixel).fold(f32::MIN, f32::max);
                let (mut part, mut whole) = (0.0, 0.0);
                for (class, logit) in at(pixel).enumerate() {
                    let share = (logit - most).exp();
                    whole += share;
                    part += if has(class) { share } else { 0.0 };
                }
                part / whole
            })
            .collect(),
        Reading::Argmax if channels == 1 && output.are_whole => output
            .values
            .iter()
            .map(|&class| f32::from(class >= 0.0 && has(class as usize)))
            .collect(),
        Reading::Argmax if channels == 1 => {
            return Err(format!(
                "the output is {shape:?}, of one channel that holds no whole numbers; argmax takes more"
            ));
        }
        Reading::Argmax => (0..pixels)
            .map(|pixel| {
                let best = at(pixel).enumerate().fold((0, f32::MIN), |best, (class, score)| {
                    if score > best.1 { (class, score) } else { best }
                });
                f32::from(has(best.0))
            })
            .collect(),
    };
    Ok(Map { width, height, values })
}

/// Channels, height and width; dimensions of 1 in front may be absent.
fn dims(shape: &[usize], layout: Layout) -> Option<[usize; 3]> {
    let [channels, height, width] = match (shape, layout) {
        ([1, channels, height, width] | [channels, height, width], Layout::Nchw)
        | ([1, height, width, channels], Layout::Nhwc) => [*channels, *height, *width],
        // Without channels, or those of a picture that is none.
        ([1, height, width] | [height, width], _) => [1, *height, *width],
        ([height, width, channels], Layout::Nhwc) => [*channels, *height, *width],
        _ => return None,
    };
    (channels > 0 && height > 1 && width > 1).then_some([channels, height, width])
}

fn range(values: &[f32]) -> (f32, f32) {
    values.iter().fold((f32::MAX, f32::MIN), |(least, most), &v| (least.min(v), most.max(v)))
}

/// A map as a square of `side`, bilinearly between the centres of its places.
pub(super) fn squared(map: &Map, side: usize) -> Vec<f32> {
    let taps = |from: usize| -> Vec<(usize, usize, f32)> {
        let tap = |at: usize| {
            let place = (at as f32 + 0.5) * from as f32 / side as f32 - 0.5;
            let place = place.clamp(0.0, (from - 1) as f32);
            (place as usize, (place as usize + 1).min(from - 1), place.fract())
        };
        (0..side).map(tap).collect()
    };
    let (columns, rows) = (taps(map.width), taps(map.height));
    let lerp = |a: f32, b: f32, t: f32| a + (b - a) * t;
    let mut values = Vec::with_capacity(side * side);
    for &(y, below, down) in &rows {
        let row = |y: usize| &map.values[y * map.width..][..map.width];
        let (upper, lower) = (row(y), row(below));
        values.extend(columns.iter().map(|&(x, right, along)| {
            lerp(lerp(upper[x], upper[right], along), lerp(lower[x], lower[right], along), down)
        }));
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(shape: &[usize], values: &[f32], words: &[(&str, &str)]) -> Result<Vec<f32>, String> {
        let spec = Spec::parse(words.iter().copied()).unwrap();
        let are_whole = values.iter().all(|value| value.fract() == 0.0);
        let layout = spec.layout.unwrap_or(Layout::Nchw);
        read(&Output { shape, values, are_whole }, layout, &spec).map(|map| map.values)
    }

    #[test]
    fn one_channel_is_read_as_the_spec_says() {
        let values = [0.0, 0.25, 0.5, 1.0];
        for shape in [&[1, 1, 2, 2][..], &[1, 2, 2], &[2, 2]] {
            assert_eq!(answer(shape, &values, &[]).unwrap(), values);
        }
        let logits = [-4.0, 0.0, 0.0, 4.0];
        let of = |reading| answer(&[1, 1, 2, 2], &logits, &[("saliency", reading)]).unwrap();
        assert_eq!(of("minmax"), [0.0, 0.5, 0.5, 1.0]);
        assert_eq!(of("sigmoid")[1], 0.5);
        assert!(of("sigmoid")[0] < 0.02);
        assert!(answer(&[1, 1, 2, 2], &logits, &[]).unwrap_err().contains("-4.00 to 4.00"));
        assert_eq!(answer(&[1, 1, 2, 2], &[3.0; 4], &[("saliency", "minmax")]), Ok(vec![0.0; 4]));
    }

    #[test]
    fn classes_are_read_in_both_layouts() {
        let channels_first = [0.0, 9.0, 1.0, 0.0, 5.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0, 3.0];
        let channels_last = [0.0, 5.0, 0.0, 9.0, 0.0, 0.0, 1.0, 0.0, 2.0, 0.0, 0.0, 3.0];
        for (shape, layout, values) in
            [([1, 3, 2, 2], "nchw", channels_first), ([1, 2, 2, 3], "nhwc", channels_last)]
        {
            let of = |reading, classes| {
                let words = [("saliency", reading), ("classes", classes), ("layout", layout)];
                answer(&shape, &values, &words).unwrap()
            };
            assert_eq!(of("argmax", "1"), [1.0, 0.0, 0.0, 0.0]);
            assert_eq!(of("argmax", "not 0"), [1.0, 0.0, 1.0, 1.0]);
            let shares = of("softmax", "1,2");
            assert!(shares[0] > 0.98 && shares[1] < 0.01, "{shares:?}");
        }
        assert_eq!(
            answer(&[1, 2, 2], &[0.0, 1.0, 7.0, 0.0], &[("saliency", "argmax")]),
            Ok(vec![0.0, 1.0, 1.0, 0.0])
        );
    }

    #[test]
    fn an_output_of_another_shape_is_named() {
        for (shape, reading, words) in [
            (&[1, 4][..], "plain", "the output is [1, 4]; a map is"),
            (&[1, 4, 1, 1], "plain", "the output is [1, 4, 1, 1]; a map is"),
            (&[2, 1, 1, 2], "plain", "the output is [2, 1, 1, 2]"),
        ] {
            let error = answer(shape, &[0.5; 4], &[("saliency", reading)]).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
        let two = [0.5; 8];
        assert!(answer(&[1, 2, 2, 2], &two, &[]).unwrap_err().contains("softmax or argmax"));
        for reading in ["softmax", "argmax"] {
            let error = answer(&[1, 1, 2, 2], &[0.5; 4], &[("saliency", reading)]).unwrap_err();
            assert!(error.contains("one channel"), "{error}");
        }
        assert!(answer(&[2, 2], &[f32::NAN; 4], &[]).unwrap_err().contains("NaN"));
    }

    #[test]
    fn a_map_becomes_a_square() {
        let map = Map { width: 2, height: 4, values: vec![0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0] };
        assert_eq!(squared(&map, 4), [0.0, 0.25, 0.75, 1.0].repeat(4));
    }
}
