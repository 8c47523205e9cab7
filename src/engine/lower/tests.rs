//! What the engine would not compute exactly as the file says is refused, and named.

use tract_onnx::pb::{GraphProto, NodeProto};

use super::*;

const BASE: &[u8] = include_bytes!(concat!("../../../models/", env!("CLEANCUT_BASE_ONNX")));

/// The layers of the shipped model after `change`.
fn changed(change: impl Fn(&mut GraphProto)) -> TractResult<Vec<Node>> {
    let onnx = tract_onnx::onnx();
    let mut model = onnx.proto_model_for_read(&mut std::io::Cursor::new(BASE)).expect("an ONNX");
    change(model.graph.as_mut().expect("a graph"));
    nodes_of(&model)
}

/// Why the shipped model is refused after `change`.
fn reason(change: impl Fn(&mut GraphProto)) -> String {
    match changed(change) {
        Err(error) => format!("{error:#}"),
        Ok(nodes) => panic!("{} nodes were lowered", nodes.len()),
    }
}

/// The first Conv of more than one group whose strides are 2.
fn depthwise(graph: &mut GraphProto) -> &mut NodeProto {
    let is_strided = |node: &&mut NodeProto| {
        let has = |name, value: &dyn Fn(&tract_onnx::pb::AttributeProto) -> bool| {
            node.attribute.iter().any(|a| a.name == name && value(a))
        };
        has("group", &|a| a.i > 1) && has("strides", &|a| a.ints == [2, 2])
    };
    graph.node.iter_mut().find(is_strided).expect("a depthwise layer")
}

/// Sets the integers of an attribute.
fn set(node: &mut NodeProto, name: &str, ints: &[i64]) {
    let attribute = node.attribute.iter_mut().find(|a| a.name == name).expect("the attribute");
    attribute.ints = ints.to_vec();
    attribute.i = ints[0];
}

/// The name of a constant with a zero point of its own: the first signed map's.
fn signed(graph: &GraphProto) -> String {
    let names = graph.node.iter().filter(|node| node.op_type == "QuantizeLinear");
    let name = names.skip(1).map(|node| node.input[2].clone()).find(|name| name != "zero_0");
    name.expect("a signed map")
}

#[test]
fn geometry_that_the_engine_lacks_is_refused() {
    assert!(reason(|graph| set(depthwise(graph), "pads", &[1, 1, 1, 1])).contains("pads"));
    assert!(reason(|graph| set(depthwise(graph), "group", &[3])).contains("3 groups"));
    assert!(reason(|graph| set(depthwise(graph), "strides", &[2, 1])).contains("strides [2, 1]"));
    assert!(reason(|graph| set(depthwise(graph), "dilations", &[2, 2])).contains("pads"));
}

#[test]
fn signed_maps_are_for_1x1_convolutions_and_sums_alone() {
    let padded = reason(|graph| {
        let depthwise = depthwise(graph).input[0].clone();
        let name = signed(graph);
        let source = depthwise.trim_end_matches(".dq").to_owned();
        for node in &mut graph.node {
            if node.output[0].starts_with(&source) && node.op_type.ends_with("Linear") {
                node.input[2].clone_from(&name);
            }
        }
    });
    assert!(padded.contains("is not the range of"), "{padded}");
    let odd = reason(|graph| {
        let name = signed(graph);
        let zero = graph.initializer.iter_mut().find(|tensor| tensor.name == name);
        zero.expect("its constant").raw_data = vec![33];
    });
    assert!(odd.contains("zero point 33"), "{odd}");
}

#[test]
fn other_nodes_are_refused_by_name() {
    let other = reason(|graph| graph.node.last_mut().expect("a node").op_type = "Softmax".into());
    assert!(other.starts_with("Softmax") && other.contains("does not compute"), "{other}");
    let cut = reason(|graph| drop(graph.node.pop()));
    assert!(cut.contains("no sigmoid"), "{cut}");
}

/// A map of the finest side output alone, so that the other four reach nothing.
#[test]
fn what_reaches_nothing_is_dropped() {
    let nodes = changed(|graph| {
        let fuse = graph.initializer.iter_mut().find(|tensor| tensor.name == "fuse.weight");
        let weights = [1.0_f32, 0.0, 0.0, 0.0, 0.0];
        fuse.expect("its weights").raw_data = bytemuck::cast_slice(&weights).to_vec();
    });
    let nodes = nodes.expect("the model can be lowered");
    let before = nodes.len();
    let left = prune(nodes);
    assert_eq!(before - left.len(), 4);
    let read = |map: usize| left.iter().any(|node| node.inputs.contains(&map));
    assert!((1..left.len()).all(read), "a layer that no other reads");
}
