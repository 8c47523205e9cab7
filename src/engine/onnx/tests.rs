//! Graphs made here, of a few nodes each; those of real shape are in `tests/rust/onnx.rs`.

use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension};
use tract_onnx::pb::type_proto::{Tensor, Value};
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto,
    TensorShapeProto, TypeProto, ValueInfoProto,
};

use super::*;

fn value(name: &str, kind: DataType, shape: &[i64]) -> ValueInfoProto {
    let size = |&size: &i64| Dimension {
        value: (size > 0).then_some(dimension::Value::DimValue(size)),
        ..Default::default()
    };
    let shape = TensorShapeProto { dim: shape.iter().map(size).collect() };
    let tensor = Tensor { elem_type: kind as i32, shape: Some(shape) };
    let r#type = TypeProto { value: Some(Value::TensorType(tensor)), ..Default::default() };
    ValueInfoProto { name: name.into(), r#type: Some(r#type), ..Default::default() }
}

fn node(operator: &str, input: &str, output: &str) -> NodeProto {
    NodeProto {
        op_type: operator.into(),
        name: format!("/{output}"),
        input: input.split(' ').map(str::to_owned).collect(),
        output: vec![output.into()],
        ..Default::default()
    }
}

/// `kind`: of input and weights.
fn model(kind: DataType, shape: &[i64], nodes: Vec<NodeProto>) -> ModelProto {
    let floats = [1.0_f32, 0.0, 0.0];
    let weights = TensorProto {
        name: "weights".into(),
        dims: vec![1, 3, 1, 1],
        data_type: kind as i32,
        raw_data: match kind {
            DataType::Float16 => {
                floats.iter().flat_map(|&w| f16::from_f32(w).to_bits().to_le_bytes()).collect()
            }
            _ => floats.iter().flat_map(|w| w.to_le_bytes()).collect(),
        },
        ..Default::default()
    };
    let graph = GraphProto {
        input: vec![value("image", kind, shape)],
        output: nodes.last().map(|node| value(&node.output[0], kind, &[])).into_iter().collect(),
        node: nodes,
        initializer: vec![weights],
        ..Default::default()
    };
    let opset = OperatorSetIdProto { version: 13, ..Default::default() };
    ModelProto {
        ir_version: 7,
        opset_import: vec![opset],
        graph: Some(graph),
        ..Default::default()
    }
}

fn bytes(model: &ModelProto) -> Vec<u8> {
    prost::Message::encode_to_vec(model)
}
