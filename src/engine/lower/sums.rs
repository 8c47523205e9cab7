//! In: a Conv of the ONNX file. Out: [`Sums`], and the node that it becomes once the scale of its output
//! is known.

use tract_onnx::pb::NodeProto;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::{bail, ensure, format_err};

use super::tensors::Dequantised;
use crate::engine::layers::{Code, Geometry, Weights};
use crate::engine::plan::Kind;

/// The mean of ImageNet's RGB channels, values in [0, 1].
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
/// The standard deviation of ImageNet's RGB channels, values in [0, 1].
const STD: [f32; 3] = [0.229, 0.224, 0.225];

/// Of most convolutions.
pub(super) const PLAIN: Geometry = Geometry { kernel: 3, stride: 1, dilation: 1 };

/// What a convolution reads. Maps are inputs of nodes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source {
    /// The picture, quantised.
    Levels {
        scale: f32,
        zero: f32,
    },
    Map(usize),
    /// `low` is upsampled.
    Halves {
        low: usize,
        high: usize,
    },
}

/// A convolution whose output scale is not known yet.
#[derive(Debug, Clone)]
pub(super) struct Sums {
    pub(super) x: Source,
    pub(super) geometry: Geometry,
    pub(super) is_depthwise: bool,
    /// `multiplier`: the scale of the sums.
    pub(super) weights: Weights,
    pub(super) clip: Option<[f32; 2]>,
}

impl Sums {
    /// `code`: of the input.
    pub(super) fn new(
        node: &NodeProto,
        x: Source,
        code: Code,
        weights: &Dequantised,
        bias: &Dequantised,
    ) -> TractResult<Self> {
        let Code { scale, zero } = code;
        let &[c_out, c_in, kernel, width] = &weights.shape[..] else {
            bail!("{:?}", weights.shape)
        };
        ensure!(kernel == width, "{kernel}x{width}");
        let geometry = geometry(node, kernel)?;
        let groups = node.get_attr_opt::<i64>("group")?.unwrap_or(1);
        let is_depthwise = groups != 1;
        ensure!(!is_depthwise || (groups == c_out as i64 && c_in == 1), "{groups} groups");
        ensure!(zero == 0 || kernel == 1, "a signed map would be padded");
        let scales: Vec<f32> = weights.scales.iter().map(|s| scale * s).collect();
        ensure!(scales.len() == c_out && bias.values.len() == c_out, "a scale per channel");
        ensure!(bias.scales == scales, "the bias has another scale than the sums");
        ensure!(weights.values.iter().all(|w| (-127..=127).contains(w)), "a weight beyond 7 bits");
        let taps = kernel * kernel;
        let at = |o: usize, tap: usize, i: usize| weights.values[(o * c_in + i) * taps + tap] as i8;
        let values: Vec<i8> = (0..c_out * taps * c_in)
            .map(|index| at(index / (taps * c_in), index / c_in % taps, index % c_in))
            .collect();
        // A zero point adds the same to every sum of a channel.
        let shifted =
            bias.values.iter().zip(values.chunks_exact(taps * c_in)).map(|(bias, row)| {
                bias.checked_sub(i32::from(zero) * row.iter().map(|&w| i32::from(w)).sum::<i32>())
            });
        let bias = shifted.collect::<Option<_>>().ok_or_else(|| format_err!("a bias overflows"))?;
        let weights = Weights { kernel, values, bias, multiplier: scales };
        Ok(Self { x, geometry, is_depthwise, weights, clip: None })
    }

    /// The node that stores the sums as `code`. `c_low`: channels of an upsampled input.
    pub(super) fn stored(self, code: Code, c_low: usize) -> TractResult<Kind> {
        let Self { x, geometry, is_depthwise, mut weights, .. } = self;
        let Geometry { kernel, stride, dilation } = geometry;
        for multiplier in &mut weights.multiplier {
            *multiplier = exact_quotient(*multiplier, code.scale)?;
        }
        ensure!(code.zero == 0 || kernel == 1, "a signed map of a {kernel}x{kernel} convolution");
        Ok(match x {
            Source::Levels { scale, zero } if kernel == 3 && dilation == 1 && !is_depthwise => {
                ensure!(weights.c_in() == 3, "not a picture's");
                Kind::Picture { levels: levels(scale, zero), weights, stride }
            }
            Source::Map(_) if is_depthwise && kernel > 1 && dilation == 1 => {
                Kind::Depthwise { weights, stride }
            }
            Source::Map(_) if kernel == 1 && !is_depthwise => {
                Kind::Point { weights, zero: code.zero }
            }
            Source::Map(_) if kernel == 3 && stride == 1 && !is_depthwise => {
                Kind::Conv { weights, dilation, c_low: 0 }
            }
            Source::Halves { .. } if geometry == PLAIN && !is_depthwise => {
                Kind::Conv { weights, dilation, c_low }
            }
            _ => bail!("{geometry:?} of {x:?}, depthwise: {is_depthwise}"),
        })
    }
}

/// Where a convolution's kernel lies, if the engine computes it.
fn geometry(node: &NodeProto, kernel: usize) -> TractResult<Geometry> {
    let both = |name| match node.get_attr_opt_vec::<i64>(name)?.as_deref() {
        None => Ok(1),
        Some(&[a, b]) if a == b && a > 0 => Ok(a as usize),
        Some(other) => bail!("{name} {other:?}"),
    };
    let (stride, dilation) = (both("strides")?, both("dilations")?);
    ensure!(
        matches!(kernel, 1 | 3 | 5) && stride <= 2.min(kernel),
        "{kernel}x{kernel} at {stride}"
    );
    let geometry = Geometry { kernel, stride, dilation };
    let before = geometry.before() as i64;
    let after = (geometry.span() - stride) as i64 - before;
    let pads = node.get_attr_opt_vec::<i64>("pads")?.unwrap_or_else(|| vec![0; 4]);
    ensure!(pads == [before, before, after, after], "pads {pads:?} of {geometry:?}");
    Ok(geometry)
}

/// `a / b`, if an f32 holds it: else ties would not fall where the file has them.
fn exact_quotient(a: f32, b: f32) -> TractResult<f32> {
    let quotient = f64::from(a) / f64::from(b);
    ensure!(f64::from(quotient as f32) == quotient, "{a} / {b} is not exact in f32");
    Ok(quotient as f32)
}

/// `[3, 256]`: the integers that stand for each value of each channel of the picture.
fn levels(scale: f32, zero: f32) -> Vec<i16> {
    (0..3 * 256)
        .map(|index| {
            let (channel, value) = (index / 256, (index % 256) as f32);
            let normalised = (value / 255.0 - MEAN[channel]) / STD[channel];
            let level = (normalised / scale).round_ties_even() + zero;
            (level.clamp(0.0, 255.0) - zero) as i16
        })
        .collect()
}
