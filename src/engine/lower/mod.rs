//! In: a QDQ ONNX file, as `training/ship/quantise.py` writes it. Out: a [`Plan`].
//!
//! tract-onnx reads the file. The nodes are then walked in order, and each value is known by what
//! it stands for ([`Value`]): the chain Conv, Clip, QuantizeLinear becomes one layer when the
//! last of it is met. What the engine does not compute exactly as the file says is an error. What
//! reaches no output is dropped ([`prune`](prune::prune)).

mod prune;
mod tensors;

use std::collections::HashMap;

use sha2::{Digest, Sha256};
use tract_onnx::pb::NodeProto;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::{TractErrorContext as _, bail, ensure, format_err};

use self::prune::prune;
use self::tensors::{Dequantised, Tensors};
use super::layers::{Fuse, Weights};
use super::plan::{Kind, Node, Plan};
use crate::error::{Error, Result};

/// The mean of ImageNet's RGB channels, values in [0, 1].
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
/// The standard deviation of ImageNet's RGB channels, values in [0, 1].
const STD: [f32; 3] = [0.229, 0.224, 0.225];
/// The largest activation.
const LEVELS: f32 = 127.0;

/// The plan, and how many of the file's layers it does without.
///
/// # Errors
/// [`Error::Model`] when the file is no ONNX or not a network that the engine computes.
pub(super) fn lower(onnx: &[u8]) -> Result<(Plan, usize)> {
    let nodes = nodes(onnx).map_err(|error| Error::Model { reason: format!("{error:#}") })?;
    let before = nodes.len();
    let nodes = prune(nodes);
    let dropped = before - nodes.len();
    Ok((Plan { source: sha256(onnx), nodes }, dropped))
}

pub(super) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

fn nodes(onnx: &[u8]) -> TractResult<Vec<Node>> {
    let framework = tract_onnx::onnx();
    let model = framework.proto_model_for_read(&mut std::io::Cursor::new(onnx))?;
    let graph = model.graph.as_ref().ok_or_else(|| format_err!("the file holds no graph"))?;
    let tensors = Tensors::read(&*framework.provider, &graph.initializer)?;
    let [output] = &graph.output[..] else { bail!("{} outputs, expected 1", graph.output.len()) };
    let mut walk = Walk { tensors, values: HashMap::new(), nodes: vec![] };
    let image = graph.input.first().ok_or_else(|| format_err!("the graph has no input"))?;
    walk.values.insert(image.name.clone(), Value::Image);
    for node in &graph.node {
        let value = walk.value(node);
        let value = value.with_context(|| format!("{} {:?}", node.op_type, node.name))?;
        walk.values.insert(node.output[0].clone(), value);
    }
    ensure!(
        matches!(walk.values.get(&output.name), Some(Value::Saliency)),
        "no sigmoid at the end"
    );
    Ok(walk.nodes)
}

/// What a value of the ONNX graph stands for. `map` is an input of a [`Node`].
#[derive(Debug, Clone)]
enum Value {
    /// The normalised picture.
    Image,
    /// The same, quantised; then dequantised again.
    Levels { scale: f32, zero: f32 },
    /// Weights or a bias.
    Constant(Dequantised),
    /// Activations times `scale`, before or after DequantizeLinear.
    Activations { map: usize, scale: f32 },
    /// The same, upsampled by 2 and not rounded.
    Upsampled { map: usize, scale: f32 },
    /// The concatenation of an upsampled map and another.
    Halves { low: usize, high: usize, scale: f32 },
    /// The sums of a convolution.
    Sums(Sums),
    /// The sum of two maps, each with its scale.
    Added { maps: [usize; 2], scales: [f32; 2], clipped_at: Option<f32> },
    /// f32 maps of one channel, each to be upsampled to one size: by how much.
    Logits { maps: Vec<(usize, usize)> },
    /// Their weighted sum.
    Fused { maps: Vec<usize>, fuse: Fuse },
    /// The end.
    Saliency,
}

/// A convolution whose output scale is not known yet.
#[derive(Debug, Clone)]
struct Sums {
    x: Source,
    /// `[c_out, 3, 3, c_in]`.
    values: Vec<i8>,
    bias: Vec<i32>,
    /// Of the sums, `[c_out]`.
    scales: Vec<f32>,
    dilation: usize,
    relu: bool,
    clipped_at: Option<f32>,
}

/// What a convolution reads.
#[derive(Debug, Clone, Copy)]
enum Source {
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

struct Walk {
    tensors: Tensors,
    values: HashMap<String, Value>,
    nodes: Vec<Node>,
}

impl Walk {
    fn input(&self, node: &NodeProto, index: usize) -> TractResult<&Value> {
        let name = node.input.get(index).ok_or_else(|| format_err!("input {index} is missing"))?;
        self.values.get(name).ok_or_else(|| format_err!("{name:?} is not computed"))
    }

    /// Channels of the map `input`.
    fn channels(&self, input: usize) -> usize {
        let Some(node) = input.checked_sub(1).map(|index| &self.nodes[index]) else { return 3 };
        match &node.kind {
            Kind::Picture { weights, .. } | Kind::Conv { weights, .. } => weights.c_out(),
            Kind::Side { .. } | Kind::Fuse(_) => 1,
            Kind::Pool | Kind::Upsample | Kind::Add { .. } => self.channels(node.inputs[0]),
            Kind::Concat => node.inputs.iter().map(|&input| self.channels(input)).sum(),
        }
    }

    fn push(&mut self, kind: Kind, inputs: &[usize]) -> usize {
        self.nodes.push(Node { kind, inputs: inputs.to_vec() });
        self.nodes.len()
    }

    fn value(&mut self, node: &NodeProto) -> TractResult<Value> {
        match &*node.op_type {
            "QuantizeLinear" => self.quantise(node),
            "DequantizeLinear" => self.dequantise(node),
            "Conv" => self.convolve(node),
            "Relu" => match self.input(node, 0)?.clone() {
                Value::Sums(sums) => Ok(Value::Sums(Sums { relu: true, ..sums })),
                other => bail!("of {other:?}"),
            },
            "Clip" => self.clip(node),
            "MaxPool" => self.pool(node),
            "Resize" => self.resize(node),
            "Concat" => self.concatenate(node),
            "Add" => match (self.input(node, 0)?, self.input(node, 1)?) {
                (
                    &Value::Activations { map: a, scale: scale_a },
                    &Value::Activations { map: b, scale: scale_b },
                ) => {
                    let (maps, scales) = ([a, b], [scale_a, scale_b]);
                    Ok(Value::Added { maps, scales, clipped_at: None })
                }
                others => bail!("of {others:?}"),
            },
            "Sigmoid" => match self.input(node, 0)?.clone() {
                Value::Fused { maps, fuse } => {
                    self.push(Kind::Fuse(fuse), &maps);
                    Ok(Value::Saliency)
                }
                other => bail!("of {other:?}"),
            },
            _ => bail!("the engine does not compute it"),
        }
    }

    fn quantise(&mut self, node: &NodeProto) -> TractResult<Value> {
        let (scale, zero) = (self.tensors.scalar(node, 1)?, self.tensors.scalar(node, 2)?);
        ensure!(scale > 0.0 && scale.is_finite(), "scale {scale}");
        let is_clipped = |clipped_at: Option<f32>| {
            clipped_at.is_some_and(|top| (top / scale).round_ties_even() <= LEVELS)
        };
        let value = self.input(node, 0)?.clone();
        let is_image = matches!(value, Value::Image);
        ensure!(is_image || zero == 0.0, "zero point {zero}; the engine takes 0");
        match value {
            Value::Image => Ok(Value::Levels { scale, zero }),
            Value::Activations { scale: same, .. } | Value::Upsampled { scale: same, .. }
                if same != scale =>
            {
                bail!("from scale {same} to {scale}; the engine keeps scales here")
            }
            value @ Value::Activations { .. } => Ok(value),
            Value::Upsampled { map, .. } => {
                Ok(Value::Activations { map: self.push(Kind::Upsample, &[map]), scale })
            }
            Value::Sums(sums) => {
                ensure!(sums.relu && is_clipped(sums.clipped_at), "sums beyond [0, {LEVELS}]");
                let multiplier = sums.scales.iter().map(|&s| exact_quotient(s, scale));
                let weights = Weights {
                    values: sums.values,
                    bias: sums.bias,
                    multiplier: multiplier.collect::<TractResult<_>>()?,
                };
                let map = match sums.x {
                    Source::Levels { scale, zero } => {
                        ensure!(weights.c_in() == 3 && sums.dilation == 1, "not a picture's");
                        let levels = levels(scale, zero);
                        self.push(Kind::Picture { levels, weights }, &[0])
                    }
                    Source::Map(map) => {
                        let kind = Kind::Conv { weights, dilation: sums.dilation, c_low: 0 };
                        self.push(kind, &[map])
                    }
                    Source::Halves { low, high } => {
                        ensure!(sums.dilation == 1, "an upsampled map, dilated");
                        let c_low = self.channels(low);
                        self.push(Kind::Conv { weights, dilation: 1, c_low }, &[low, high])
                    }
                };
                Ok(Value::Activations { map, scale })
            }
            Value::Added { maps, scales, clipped_at } => {
                ensure!(is_clipped(clipped_at), "a sum beyond [0, {LEVELS}]");
                let map = self.push(Kind::Add { scales, sum_scale: scale }, &maps);
                Ok(Value::Activations { map, scale })
            }
            other => bail!("of {other:?}"),
        }
    }

    fn dequantise(&mut self, node: &NodeProto) -> TractResult<Value> {
        if let Some(constant) = self.tensors.dequantised(node)? {
            return Ok(Value::Constant(constant));
        }
        let scale = self.tensors.scalar(node, 1)?;
        match self.input(node, 0)?.clone() {
            value
            @ (Value::Activations { scale: same, .. } | Value::Levels { scale: same, .. }) => {
                ensure!(same == scale, "scale {scale} of values at {same}");
                Ok(value)
            }
            other => bail!("of {other:?}"),
        }
    }

    fn convolve(&mut self, node: &NodeProto) -> TractResult<Value> {
        if let Value::Logits { maps } = self.input(node, 0)? {
            let (weights, bias) = (self.tensors.f32s(node, 1)?, self.tensors.f32s(node, 2)?);
            ensure!(weights.len() == maps.len(), "of {} maps", maps.len());
            // A map of weight 0 is never looked at; the first one left says how large the sum is.
            let weighed = maps.iter().zip(weights).filter(|&(_, weight)| weight != 0.0);
            let (maps, weights): (Vec<_>, Vec<_>) = weighed.unzip();
            let &(_, scale) = maps.first().ok_or_else(|| format_err!("of weights that are 0"))?;
            let fuse = Fuse { weights, bias: bias.iter().sum(), scale };
            return Ok(Value::Fused { maps: maps.iter().map(|&(map, _)| map).collect(), fuse });
        }
        let (x, scale) = match *self.input(node, 0)? {
            Value::Levels { scale, zero } => (Source::Levels { scale, zero }, scale),
            Value::Activations { map, scale } => (Source::Map(map), scale),
            Value::Halves { low, high, scale } => (Source::Halves { low, high }, scale),
            ref other => bail!("of {other:?}"),
        };
        let [Value::Constant(weights), Value::Constant(bias)] =
            [self.input(node, 1)?, self.input(node, 2)?]
        else {
            bail!("weights or bias are not quantised constants")
        };
        let dilation = dilation(node)?;
        let &[c_out, c_in, 3, 3] = &weights.shape[..] else { bail!("{:?}", weights.shape) };
        let scales: Vec<f32> = weights.scales.iter().map(|s| scale * s).collect();
        ensure!(scales.len() == c_out && bias.values.len() == c_out, "a scale per channel");
        ensure!(bias.scales == scales, "the bias has another scale than the sums");
        ensure!(weights.values.iter().all(|w| (-127..=127).contains(w)), "a weight beyond 7 bits");
        let at = |o: usize, tap: usize, i: usize| weights.values[(o * c_in + i) * 9 + tap] as i8;
        let values = (0..c_out * 9 * c_in)
            .map(|index| at(index / (9 * c_in), index / c_in % 9, index % c_in))
            .collect();
        let bias = bias.values.clone();
        Ok(Value::Sums(Sums { x, values, bias, scales, dilation, relu: false, clipped_at: None }))
    }

    fn clip(&mut self, node: &NodeProto) -> TractResult<Value> {
        let (low, top) = (self.tensors.scalar(node, 1)?, self.tensors.scalar(node, 2)?);
        ensure!(low == 0.0, "from {low}");
        let clipped_at = Some(top);
        match self.input(node, 0)?.clone() {
            Value::Sums(sums) => Ok(Value::Sums(Sums { relu: true, clipped_at, ..sums })),
            Value::Added { maps, scales, .. } => Ok(Value::Added { maps, scales, clipped_at }),
            other => bail!("of {other:?}"),
        }
    }

    fn pool(&mut self, node: &NodeProto) -> TractResult<Value> {
        let attribute = |name| node.get_attr_opt_vec::<i64>(name);
        ensure!(attribute("kernel_shape")?.as_deref() == Some(&[2, 2]), "of another size");
        ensure!(attribute("strides")?.as_deref() == Some(&[2, 2]), "at another stride");
        ensure!(attribute("pads")?.unwrap_or_default().iter().all(|&pad| pad == 0), "padded");
        let Value::Activations { map, scale } = *self.input(node, 0)? else { bail!("of sums") };
        Ok(Value::Activations { map: self.push(Kind::Pool, &[map]), scale })
    }

    fn resize(&mut self, node: &NodeProto) -> TractResult<Value> {
        let attribute = |name| node.get_attr_opt::<&str>(name);
        let mode = attribute("coordinate_transformation_mode")?.unwrap_or("half_pixel");
        ensure!(matches!(mode, "half_pixel" | "pytorch_half_pixel"), "{mode}");
        ensure!(attribute("mode")? == Some("linear"), "not bilinear");
        let factors = self.tensors.f32s(node, 2)?;
        if let Value::Activations { map, scale } = *self.input(node, 0)? {
            ensure!(factors == [1.0, 1.0, 2.0, 2.0], "by {factors:?}");
            return Ok(Value::Upsampled { map, scale });
        }
        let (map, before) = self.logits(node, 0)?;
        let &[1.0, 1.0, down, across] = &factors[..] else { bail!("by {factors:?}") };
        ensure!(down == across && down >= 1.0 && down.fract() == 0.0, "by {factors:?}");
        Ok(Value::Logits { maps: vec![(map, before * down as usize)] })
    }

    fn concatenate(&mut self, node: &NodeProto) -> TractResult<Value> {
        ensure!(node.get_attr::<i64>("axis")? == 1, "not along the channels");
        if let &(Value::Activations { map: a, scale } | Value::Upsampled { map: a, scale }) =
            self.input(node, 0)?
        {
            ensure!(node.input.len() == 2, "of {} maps", node.input.len());
            let Value::Activations { map: b, scale: other } = *self.input(node, 1)? else {
                bail!("of activations and others")
            };
            ensure!(scale == other, "of scales {scale} and {other}");
            if let Value::Upsampled { .. } = self.input(node, 0)? {
                return Ok(Value::Halves { low: a, high: b, scale });
            }
            return Ok(Value::Activations { map: self.push(Kind::Concat, &[a, b]), scale });
        }
        let maps = (0..node.input.len())
            .map(|index| self.logits(node, index))
            .collect::<TractResult<_>>()?;
        Ok(Value::Logits { maps })
    }

    /// The f32 map that input `index` is, made of its sums if need be, and how far it is upsampled.
    fn logits(&mut self, node: &NodeProto, index: usize) -> TractResult<(usize, usize)> {
        match self.input(node, index)?.clone() {
            Value::Logits { maps } if maps.len() == 1 => Ok(maps[0]),
            Value::Sums(Sums {
                x: Source::Map(map),
                values,
                bias,
                scales,
                dilation: 1,
                relu: false,
                ..
            }) if bias.len() == 1 => {
                let weights = Weights { values, bias, multiplier: scales };
                Ok((self.push(Kind::Side { weights }, &[map]), 1))
            }
            other => bail!("of {other:?}"),
        }
    }
}

/// `a / b`, if an f32 holds it: else ties would not fall where the file has them.
fn exact_quotient(a: f32, b: f32) -> TractResult<f32> {
    let quotient = f64::from(a) / f64::from(b);
    ensure!(f64::from(quotient as f32) == quotient, "{a} / {b} is not exact in f32");
    Ok(quotient as f32)
}

/// The dilation of a convolution that the engine computes.
fn dilation(node: &NodeProto) -> TractResult<usize> {
    let attribute = |name| node.get_attr_opt_vec::<i64>(name);
    let dilations = attribute("dilations")?.unwrap_or_else(|| vec![1, 1]);
    let dilation = dilations[0];
    ensure!(dilation > 0 && dilations == [dilation; 2], "dilations {dilations:?}");
    let pads = attribute("pads")?.unwrap_or_default();
    ensure!(pads == [dilation; 4], "pads {pads:?} with dilation {dilation}");
    ensure!(attribute("strides")?.is_none_or(|strides| strides == [1, 1]), "a stride");
    ensure!(node.get_attr_opt::<i64>("group")?.is_none_or(|group| group == 1), "groups");
    Ok(dilation as usize)
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
