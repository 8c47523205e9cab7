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

/// The red of each pixel of a picture.
fn red(kind: DataType, shape: &[i64]) -> ModelProto {
    model(kind, shape, vec![node("Conv", "image weights", "red")])
}

const PLAIN: [(&str, &str); 4] =
    [("mean", "0"), ("deviation", "1"), ("divide", "255"), ("side", "32")];

fn load(model: &ModelProto, words: &[(&str, &str)]) -> Result<Onnx> {
    let spec = Spec::parse(PLAIN.iter().chain(words).copied()).unwrap();
    Onnx::load(&bytes(model), spec)
}

fn refused(model: &ModelProto, words: &[(&str, &str)]) -> String {
    let error = load(model, words).unwrap_err();
    assert_eq!(error.code(), "model");
    error.to_string()
}

/// Red rises to the right, blue downwards.
fn picture(width: u32, height: u32) -> Input {
    let places = (0..height).flat_map(|y| (0..width).map(move |x| [x as u8 * 4, 0, y as u8 * 4]));
    Input::new(width, height, places.flatten().collect())
}

#[test]
fn colours_and_sides_arrive_as_the_spec_says() {
    for kind in [DataType::Float, DataType::Float16] {
        let network = load(&red(kind, &[1, 3, 0, 0]), &[]).unwrap();
        let saliency = network.run(&picture(32, 32)).unwrap();
        let is_red = |at: usize, value: f32| (value - (at % 32 * 4) as f32 / 255.0).abs() < 1e-6;
        assert!(saliency.values().iter().enumerate().all(|(at, &value)| is_red(at, value)));
    }
    let blue = load(&red(DataType::Float, &[0, 3, 0, 0]), &[("colours", "bgr")]).unwrap();
    assert_eq!(blue.run(&picture(32, 32)).unwrap().values()[31 * 32], 124.0 / 255.0);
    let wide = load(&red(DataType::Float, &[1, 3, 48, 64]), &[("side", "64x48")]).unwrap();
    assert_eq!(wide.size(), (64, 48));
    let saliency = wide.run(&picture(64, 48)).unwrap();
    assert_eq!((saliency.side(), saliency.values()[63]), (64, 252.0 / 255.0));
    let error = wide.run(&picture(48, 64)).unwrap_err().to_string();
    assert!(error.contains("input is 48x64 px; the network takes 64x48"), "{error}");
}

#[test]
fn channels_may_come_last() {
    let turned = |perm: [i64; 4], input: &str, output: &str| NodeProto {
        attribute: vec![AttributeProto {
            name: "perm".into(),
            ints: perm.to_vec(),
            r#type: 7,
            ..Default::default()
        }],
        ..node("Transpose", input, output)
    };
    let nodes = vec![
        turned([0, 3, 1, 2], "image", "first"),
        node("Conv", "first weights", "red"),
        turned([0, 2, 3, 1], "red", "last"),
    ];
    let network = load(&model(DataType::Float, &[1, 32, 32, 3], nodes), &[]).unwrap();
    assert_eq!(network.run(&picture(32, 32)).unwrap().values()[31], 124.0 / 255.0);
}

#[test]
fn what_is_in_the_way_is_named() {
    let shape = &[1, 3, 32, 32][..];
    let of = |nodes| model(DataType::Float, shape, nodes);
    let deform = of(vec![node("DeformConv", "image weights", "red")]);
    let words = refused(&deform, &[]);
    assert!(words.contains("not known: DeformConv (\"/red\"); export the network"), "{words}");
    let words = refused(&of(vec![node("MatMul", "image weights", "red")]), &[]);
    assert!(words.contains("MatMul"), "{words}");
    for (kind, shape, wished) in [
        (DataType::Uint8, &[1, 3, 32, 32][..], "ONNX's type 2; it must be float or float16"),
        (DataType::Float, &[3, 32, 32], "\"image\" is [3, 32, 32]; a picture is [1, 3, height"),
        (DataType::Float, &[1, 1, 32, 32], "is [1, 1, 32, 32]; it must take one picture"),
        (DataType::Float, &[4, 3, 32, 32], "is [4, 3, 32, 32]; it must take one picture"),
        (DataType::Float, &[1, 3, 64, 64], "is [1, 3, 64, 64]; the spec's side is 32x32"),
    ] {
        let words = refused(&red(kind, shape), &[]);
        assert!(words.contains(wished), "{words}");
    }
    let mut two = red(DataType::Float, shape);
    two.graph.as_mut().unwrap().input.push(value("state", DataType::Float, &[1]));
    assert!(refused(&two, &[]).contains("it takes 2 inputs (image, state)"));
    let mut outside = red(DataType::Float, shape);
    outside.graph.as_mut().unwrap().initializer[0].external_data = vec![Default::default()];
    assert!(refused(&outside, &[]).contains("its weights (\"weights\") lie in another file"));
    let empty = ModelProto { graph: Some(GraphProto::default()), ..Default::default() };
    assert!(refused(&empty, &[]).contains("it holds no graph"));
}

#[test]
fn a_file_that_is_too_large_is_not_read() {
    let error = Onnx::load(&vec![0; file::LARGEST_BYTES + 1], Spec::default()).unwrap_err();
    assert!(error.to_string().contains("it is 400 MB; the limit is 400 MB"), "{error}");
}

#[test]
fn an_output_that_is_no_map_is_named_as_it_runs() {
    let pooled = vec![node("GlobalAveragePool", "image", "mean")];
    let network = load(&model(DataType::Float, &[1, 3, 32, 32], pooled), &[]).unwrap();
    let error = network.run(&picture(32, 32)).unwrap_err();
    assert_eq!(error.code(), "inference");
    assert!(error.to_string().contains("the output is [1, 3, 1, 1]; a map is"), "{error}");
}
