//! The constants of an ONNX file, by name.

use std::collections::HashMap;

use tract_onnx::data_resolver::ModelDataResolver;
use tract_onnx::pb::{NodeProto, TensorProto};
use tract_onnx::prelude::*;
use tract_onnx::tensor::load_tensor;
use tract_onnx::tract_core::internal::{bail, ensure, format_err};

/// Integers with a scale per output channel.
#[derive(Debug, Clone)]
pub(super) struct Dequantised {
    pub(super) shape: Vec<usize>,
    pub(super) values: Vec<i32>,
    /// `[c_out]`.
    pub(super) scales: Vec<f32>,
}

/// The initialisers.
pub(super) struct Tensors(HashMap<String, Tensor>);

impl Tensors {
    pub(super) fn read(
        resolver: &dyn ModelDataResolver,
        initializers: &[TensorProto],
    ) -> TractResult<Self> {
        let tensors = initializers
            .iter()
            .map(|tensor| Ok((tensor.name.clone(), load_tensor(resolver, tensor, None)?)));
        tensors.collect::<TractResult<_>>().map(Self)
    }

    fn get(&self, node: &NodeProto, index: usize) -> TractResult<&Tensor> {
        let name = node.input.get(index).ok_or_else(|| format_err!("input {index} is missing"))?;
        self.0.get(name).ok_or_else(|| format_err!("{name:?} is not a constant"))
    }

    /// Input `index` of `node`, its values as f32.
    pub(super) fn f32s(&self, node: &NodeProto, index: usize) -> TractResult<Vec<f32>> {
        let tensor = self.get(node, index)?.cast_to::<f32>()?;
        Ok(tensor.try_as_plain_ram()?.as_slice::<f32>()?.to_vec())
    }

    /// Input `index` of `node`, one value.
    pub(super) fn scalar(&self, node: &NodeProto, index: usize) -> TractResult<f32> {
        match self.f32s(node, index)?[..] {
            [value] => Ok(value),
            ref values => bail!("input {index} has {} values, expected 1", values.len()),
        }
    }

    /// The constant that a DequantizeLinear of a constant gives.
    pub(super) fn dequantised(&self, node: &NodeProto) -> TractResult<Option<Dequantised>> {
        let Ok(tensor) = self.get(node, 0) else { return Ok(None) };
        ensure!(node.get_attr_opt::<i64>("axis")? == Some(0), "scales not by output channel");
        ensure!(self.f32s(node, 2)?.iter().all(|&zero| zero == 0.0), "a zero point");
        Ok(Some(Dequantised {
            shape: tensor.shape().to_vec(),
            values: tensor.cast_to::<i32>()?.try_as_plain_ram()?.as_slice::<i32>()?.to_vec(),
            scales: self.f32s(node, 1)?,
        }))
    }
}
