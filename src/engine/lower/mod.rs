//! In: a QDQ ONNX file, as `training/ship/quantise.py` writes it. Out: a [`Plan`].
//!
//! tract-onnx reads the file. The nodes are then walked in order, and each value is known by what
//! it stands for ([`Value`]): the chain Conv, Clip, QuantizeLinear becomes one layer when the
//! last of it is met. What the engine does not compute exactly as the file says is an error. What
//! reaches no output is dropped ([`prune`](prune::prune)).

mod prune;
mod sums;
mod tensors;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use sha2::{Digest, Sha256};
use tract_onnx::pb::{ModelProto, NodeProto};
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::{TractErrorContext as _, bail, ensure, format_err};

use self::prune::prune;
use self::sums::{PLAIN, Source, Sums};
use self::tensors::{Dequantised, Tensors};
use super::layers::{Add, Code, Fuse};
use super::plan::{Kind, Node, Plan};
use crate::error::{Error, Result};

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
    nodes_of(&tract_onnx::onnx().proto_model_for_read(&mut std::io::Cursor::new(onnx))?)
}

fn nodes_of(model: &ModelProto) -> TractResult<Vec<Node>> {
    let graph = model.graph.as_ref().ok_or_else(|| format_err!("the file holds no graph"))?;
    let tensors = Tensors::read(&*tract_onnx::onnx().provider, &graph.initializer)?;
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
    /// Activations before or after DequantizeLinear.
    Activations { map: usize, code: Code },
    /// The same at zero point 0, upsampled by 2 and not rounded.
    Upsampled { map: usize, scale: f32 },
    /// The concatenation of an upsampled map and another.
    Halves { low: usize, high: usize, scale: f32 },
    /// The sums of a convolution.
    Sums(Sums),
    /// The sum of two maps.
    Added { maps: [usize; 2], inputs: [Code; 2], clip: Option<[f32; 2]> },
    /// f32 maps of one channel, each to be upsampled to one size: by how much.
    Logits { maps: Vec<(usize, usize)> },
    /// Their weighted sum.
    Fused { maps: Vec<usize>, fuse: Fuse },
    /// The end.
    Saliency,
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
            Kind::Picture { weights, .. }
            | Kind::Conv { weights, .. }
            | Kind::Point { weights, .. }
            | Kind::Depthwise { weights, .. } => weights.c_out(),
            Kind::Side { .. } | Kind::Fuse(_) => 1,
            Kind::Pool | Kind::Upsample | Kind::Add(_) => self.channels(node.inputs[0]),
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
            "Clip" => self.clip(node),
            "MaxPool" => self.pool(node),
            "Resize" => self.resize(node),
            "Concat" => self.concatenate(node),
            "Add" => match (self.input(node, 0)?, self.input(node, 1)?) {
                (
                    &Value::Activations { map: a, code: code_a },
                    &Value::Activations { map: b, code: code_b },
                ) => Ok(Value::Added { maps: [a, b], inputs: [code_a, code_b], clip: None }),
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
        let value = self.input(node, 0)?.clone();
        if let Value::Image = value {
            return Ok(Value::Levels { scale, zero });
        }
        // Odd ones would move ties.
        ensure!((0.0..=LEVELS).contains(&zero) && zero % 2.0 == 0.0, "zero point {zero}");
        let code = Code { scale, zero: zero as u8 };
        let is_clipped =
            |clip: Option<[f32; 2]>| clip == Some([-zero * scale, (LEVELS - zero) * scale]);
        match value {
            Value::Activations { code: same, .. } if same != code => {
                bail!("from {same:?} to {code:?}; the engine keeps scales here")
            }
            Value::Upsampled { scale: same, .. } if same != scale || zero != 0.0 => {
                bail!("from scale {same} to {code:?}; the engine keeps scales here")
            }
            value @ Value::Activations { .. } => Ok(value),
            Value::Upsampled { map, .. } => {
                Ok(Value::Activations { map: self.push(Kind::Upsample, &[map]), code })
            }
            Value::Sums(sums) => {
                ensure!(is_clipped(sums.clip), "{:?} is not the range of {code:?}", sums.clip);
                Ok(Value::Activations { map: self.push_sums(sums, code)?, code })
            }
            Value::Added { maps, inputs, clip } => {
                ensure!(is_clipped(clip), "{clip:?} is not the range of {code:?}");
                let map = self.push(Kind::Add(Add { inputs, sum: code }), &maps);
                Ok(Value::Activations { map, code })
            }
            other => bail!("of {other:?}"),
        }
    }

    /// The convolution whose sums are stored as `code`.
    fn push_sums(&mut self, sums: Sums, code: Code) -> TractResult<usize> {
        let x = sums.x;
        let c_low = if let Source::Halves { low, .. } = x { self.channels(low) } else { 0 };
        let kind = sums.stored(code, c_low)?;
        Ok(match x {
            Source::Levels { .. } => self.push(kind, &[0]),
            Source::Map(map) => self.push(kind, &[map]),
            Source::Halves { low, high } => self.push(kind, &[low, high]),
        })
    }

    fn dequantise(&mut self, node: &NodeProto) -> TractResult<Value> {
        if let Some(constant) = self.tensors.dequantised(node)? {
            return Ok(Value::Constant(constant));
        }
        let (scale, zero) = (self.tensors.scalar(node, 1)?, self.tensors.scalar(node, 2)?);
        let value = self.input(node, 0)?.clone();
        let same = match value {
            Value::Activations { code, .. } => (code.scale, f32::from(code.zero)),
            Value::Levels { scale, zero } => (scale, zero),
            other => bail!("of {other:?}"),
        };
        ensure!(
            same == (scale, zero),
            "scale and zero point {scale}, {zero} of values at {same:?}"
        );
        Ok(value)
    }

    fn convolve(&mut self, node: &NodeProto) -> TractResult<Value> {
        if let Value::Logits { maps } = self.input(node, 0)? {
            return self.fuse(node, maps);
        }
        let (x, scale, zero) = match *self.input(node, 0)? {
            Value::Levels { scale, zero } => (Source::Levels { scale, zero }, scale, 0),
            Value::Activations { map, code } => (Source::Map(map), code.scale, code.zero),
            Value::Halves { low, high, scale } => (Source::Halves { low, high }, scale, 0),
            ref other => bail!("of {other:?}"),
        };
        let [Value::Constant(weights), Value::Constant(bias)] =
            [self.input(node, 1)?, self.input(node, 2)?]
        else {
            bail!("weights or bias are not quantised constants")
        };
        Ok(Value::Sums(Sums::new(node, x, Code { scale, zero }, weights, bias)?))
    }

    /// The weighted sum of `maps`.
    fn fuse(&self, node: &NodeProto, maps: &[(usize, usize)]) -> TractResult<Value> {
        let (weights, bias) = (self.tensors.f32s(node, 1)?, self.tensors.f32s(node, 2)?);
        ensure!(weights.len() == maps.len(), "of {} maps", maps.len());
        // A map of weight 0 is never looked at; the first one left says how large the sum is.
        let weighed = maps.iter().zip(weights).filter(|&(_, weight)| weight != 0.0);
        let (maps, weights): (Vec<_>, Vec<_>) = weighed.unzip();
        let &(_, scale) = maps.first().ok_or_else(|| format_err!("of weights that are 0"))?;
        ensure!(scale == 1 || maps.len() == 1, "of maps that are all upsampled");
        let fuse = Fuse { weights, bias: bias.iter().sum(), scale };
        Ok(Value::Fused { maps: maps.iter().map(|&(map, _)| map).collect(), fuse })
    }

    fn clip(&mut self, node: &NodeProto) -> TractResult<Value> {
        let clip = Some([self.tensors.scalar(node, 1)?, self.tensors.scalar(node, 2)?]);
        match self.input(node, 0)?.clone() {
            Value::Sums(sums) => Ok(Value::Sums(Sums { clip, ..sums })),
            Value::Added { maps, inputs, .. } => Ok(Value::Added { maps, inputs, clip }),
            other => bail!("of {other:?}"),
        }
    }

    fn pool(&mut self, node: &NodeProto) -> TractResult<Value> {
        let attribute = |name| node.get_attr_opt_vec::<i64>(name);
        ensure!(attribute("kernel_shape")?.as_deref() == Some(&[2, 2]), "of another size");
        ensure!(attribute("strides")?.as_deref() == Some(&[2, 2]), "at another stride");
        ensure!(attribute("pads")?.unwrap_or_default().iter().all(|&pad| pad == 0), "padded");
        let Value::Activations { map, code } = *self.input(node, 0)? else { bail!("of sums") };
        Ok(Value::Activations { map: self.push(Kind::Pool, &[map]), code })
    }

    fn resize(&mut self, node: &NodeProto) -> TractResult<Value> {
        let attribute = |name| node.get_attr_opt::<&str>(name);
        let mode = attribute("coordinate_transformation_mode")?.unwrap_or("half_pixel");
        ensure!(matches!(mode, "half_pixel" | "pytorch_half_pixel"), "{mode}");
        ensure!(attribute("mode")? == Some("linear"), "not bilinear");
        let factors = self.tensors.f32s(node, 2)?;
        let &[1.0, 1.0, down, across] = &factors[..] else { bail!("by {factors:?}") };
        ensure!(down == across && down >= 1.0 && down.fract() == 0.0, "by {factors:?}");
        let times = down as usize;
        match self.input(node, 0)?.clone() {
            Value::Activations { map, code } => {
                ensure!(times == 2 && code.zero == 0, "{code:?} by {times}");
                Ok(Value::Upsampled { map, scale: code.scale })
            }
            Value::Fused { maps, fuse: Fuse { scale: 1, weights, bias } } => {
                Ok(Value::Fused { maps, fuse: Fuse { scale: times, weights, bias } })
            }
            _ => {
                let (map, before) = self.logits(node, 0)?;
                ensure!(before == 1, "upsampled twice");
                Ok(Value::Logits { maps: vec![(map, times)] })
            }
        }
    }

    fn concatenate(&mut self, node: &NodeProto) -> TractResult<Value> {
        ensure!(node.get_attr::<i64>("axis")? == 1, "not along the channels");
        let second = node.input.get(1).and_then(|name| self.values.get(name)).cloned();
        match (self.input(node, 0)?.clone(), second) {
            (
                Value::Activations { map: a, code },
                Some(Value::Activations { map: b, code: other }),
            ) if node.input.len() == 2 => {
                ensure!(code == other, "of {code:?} and {other:?}");
                Ok(Value::Activations { map: self.push(Kind::Concat, &[a, b]), code })
            }
            (
                Value::Upsampled { map: low, scale },
                Some(Value::Activations { map: high, code }),
            ) if node.input.len() == 2 => {
                ensure!(code == Code { scale, zero: 0 }, "of scale {scale} and {code:?}");
                Ok(Value::Halves { low, high, scale })
            }
            _ => {
                let maps = (0..node.input.len()).map(|index| self.logits(node, index));
                Ok(Value::Logits { maps: maps.collect::<TractResult<_>>()? })
            }
        }
    }

    /// The f32 map that input `index` is, made of its sums if need be, and how far it is upsampled.
    fn logits(&mut self, node: &NodeProto, index: usize) -> TractResult<(usize, usize)> {
        match self.input(node, index)?.clone() {
            Value::Logits { maps } if maps.len() == 1 => Ok(maps[0]),
            Value::Sums(Sums {
                x: Source::Map(map),
                geometry: PLAIN,
                is_depthwise: false,
                weights,
                clip: None,
            }) if weights.c_out() == 1 => Ok((self.push(Kind::Side { weights }, &[map]), 1)),
            other => bail!("of {other:?}"),
        }
    }
}
