//! In: the bytes of an ONNX file. Out: the same, decoded, checked and in single precision.

use tract_onnx::Onnx;
use tract_onnx::pb::tensor_shape_proto::dimension::Value as Dim;
use tract_onnx::pb::type_proto::Value as Type;
use tract_onnx::pb::{
    GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto, tensor_proto::DataType,
};
use tract_onnx::prelude::{Framework as _, f16};

use super::spec::{Layout, Spec};

/// Larger files are refused, bytes.
pub(super) const LARGEST_BYTES: usize = 400_000_000;
/// What ONNX calls its own operators' domain.
const OWN_DOMAINS: [&str; 2] = ["", "ai.onnx"];
/// So many operators that are not known are named.
const NAMED: usize = 5;

/// How the network takes a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Feed {
    pub(super) layout: Layout,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// Refuses a file of so many `bytes`, if it is too large.
pub(super) fn fits(bytes: usize) -> Result<(), String> {
    if bytes <= LARGEST_BYTES {
        return Ok(());
    }
    let [is, limit] = [bytes, LARGEST_BYTES].map(|bytes| bytes / 1_000_000);
    Err(format!("it is {is} MB; the limit is {limit} MB: export it in float16"))
}

/// Decodes the file, and refuses what cannot run before anything is built of it.
pub(super) fn decode(onnx: &Onnx, bytes: &[u8]) -> Result<ModelProto, String> {
    fits(bytes.len())?;
    let mut model = onnx
        .proto_model_for_read(&mut std::io::Cursor::new(bytes))
        .map_err(|error| format!("it is no ONNX file, or a damaged one: {error}"))?;
    let graph = model.graph.as_mut().filter(|graph| !graph.node.is_empty());
    let graph = graph.ok_or("it is no ONNX file, or a damaged one: it holds no graph")?;
    if let Some(tensor) = graph.initializer.iter().find(|tensor| !tensor.external_data.is_empty()) {
        return Err(format!(
            "its weights ({:?}) lie in another file; save them inside (onnx.save_model with \
             save_as_external_data=False)",
            tensor.name
        ));
    }
    let mut unknown = vec![];
    walk(graph, &mut |node| {
        let is_own = OWN_DOMAINS.contains(&&*node.domain);
        if !is_own && node.domain != "com.microsoft"
            || !onnx.op_register.0.contains_key(&node.op_type)
        {
            unknown.push(format!("{} ({:?})", node.op_type, node.name));
        }
    });
    if !unknown.is_empty() {
        let more = unknown.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        unknown.truncate(NAMED);
        return Err(format!(
            "operators that are not known: {}{more}; export the network without them, with opset 11 \
             to 18",
            unknown.join(", ")
        ));
    }
    to_single(graph);
    Ok(model)
}

/// Every node of a graph and of those inside it.
fn walk(graph: &GraphProto, look: &mut impl FnMut(&NodeProto)) {
    for node in &graph.node {
        look(node);
        for inside in node.attribute.iter().flat_map(|a| a.g.iter().chain(&a.graphs)) {
            walk(inside, look);
        }
    }
}

/// Half floats become single ones: tract's kernels for them are slow, and ranges safe.
fn to_single(graph: &mut GraphProto) {
    const HALF: i64 = DataType::Float16 as i64;
    graph.initializer.iter_mut().for_each(single);
    let infos = graph.input.iter_mut().chain(&mut graph.output).chain(&mut graph.value_info);
    for info in infos {
        if let Some(Type::TensorType(tensor)) = info.r#type.as_mut().and_then(|t| t.value.as_mut())
            && tensor.elem_type == HALF as i32
        {
            tensor.elem_type = DataType::Float as i32;
        }
    }
    for node in &mut graph.node {
        let names_type = matches!(
            &*node.op_type,
            "Cast" | "EyeLike" | "RandomUniform" | "RandomNormal" | "RandomUniformLike"
        );
        for attribute in &mut node.attribute {
            if names_type && matches!(&*attribute.name, "to" | "dtype") && attribute.i == HALF {
                attribute.i = DataType::Float as i64;
            }
            attribute.t.iter_mut().chain(&mut attribute.tensors).for_each(single);
            attribute.g.iter_mut().chain(&mut attribute.graphs).for_each(to_single);
        }
    }
}

fn single(tensor: &mut TensorProto) {
    if tensor.data_type != DataType::Float16 as i32 {
        return;
    }
    tensor.data_type = DataType::Float as i32;
    let halves: Vec<u16> = if tensor.raw_data.is_empty() {
        tensor.int32_data.drain(..).map(|bits| bits as u16).collect()
    } else {
        tensor.raw_data.chunks_exact(2).map(|b| u16::from_le_bytes([b[0], b[1]])).collect()
    };
    let values = halves.into_iter().flat_map(|bits| f16::from_bits(bits).to_f32().to_le_bytes());
    tensor.raw_data = values.collect();
}

/// The one input, and the picture that it takes.
pub(super) fn feed(graph: &GraphProto, spec: &Spec) -> Result<Feed, String> {
    let is_weight = |name: &String| graph.initializer.iter().any(|tensor| tensor.name == *name);
    let inputs: Vec<_> = graph.input.iter().filter(|input| !is_weight(&input.name)).collect();
    let [input] = inputs[..] else {
        let names: Vec<_> = inputs.iter().map(|input| &*input.name).collect();
        return Err(format!(
            "it takes {} inputs ({}), not a picture",
            names.len(),
            names.join(", ")
        ));
    };
    let Some(Type::TensorType(tensor)) = input.r#type.as_ref().and_then(|t| t.value.as_ref())
    else {
        return Err(format!("its input {:?} is no tensor", input.name));
    };
    if tensor.elem_type != DataType::Float as i32 {
        return Err(format!(
            "its input {:?} is of ONNX's type {}; it must be float or float16",
            input.name, tensor.elem_type
        ));
    }
    let shape = words(input);
    let Some([batch, dims @ ..]) = sizes(input).and_then(|s| <[Option<u32>; 4]>::try_from(s).ok())
    else {
        return Err(format!(
            "its input {:?} is {shape}; a picture is [1, 3, height, width] or [1, height, width, 3]",
            input.name
        ));
    };
    let may_be = |layout| match layout {
        Layout::Nchw => dims[0].is_none_or(|channels| channels == 3),
        Layout::Nhwc => dims[2].is_none_or(|channels| channels == 3),
    };
    let says =
        |layout| may_be(layout) && dims[if layout == Layout::Nchw { 0 } else { 2 }].is_some();
    let layout = spec.layout.unwrap_or(match says(Layout::Nchw) || !says(Layout::Nhwc) {
        true => Layout::Nchw,
        false => Layout::Nhwc,
    });
    if !may_be(layout) || batch.is_some_and(|batch| batch != 1) {
        return Err(format!(
            "its input {:?} is {shape}; it must take one picture of 3 channels, as the layout says",
            input.name
        ));
    }
    let [own_height, own_width] = match layout {
        Layout::Nchw => [dims[1], dims[2]],
        Layout::Nhwc => [dims[0], dims[1]],
    };
    let (width, height) = spec
        .size
        .unwrap_or((own_width.unwrap_or(spec.usual_px), own_height.unwrap_or(spec.usual_px)));
    let differs = |own: Option<u32>, wished| own.is_some_and(|own| own != wished);
    if differs(own_width, width) || differs(own_height, height) {
        return Err(format!(
            "its input {:?} is {shape}; the spec's side is {width}x{height}",
            input.name
        ));
    }
    Ok(Feed { layout, width, height })
}

/// The dimensions of a value; `None` where any size will do.
fn sizes(value: &ValueInfoProto) -> Option<Vec<Option<u32>>> {
    let Type::TensorType(tensor) = value.r#type.as_ref()?.value.as_ref()?;
    let size = |dim: &Option<Dim>| match dim {
        Some(Dim::DimValue(size)) if *size > 0 => u32::try_from(*size).ok(),
        _ => None,
    };
    Some(tensor.shape.as_ref()?.dim.iter().map(|dim| size(&dim.value)).collect())
}

/// `[1, 3, ?, ?]`
fn words(value: &ValueInfoProto) -> String {
    let Some(sizes) = sizes(value) else { return "of no shape".into() };
    let size = |size: &Option<u32>| size.map_or("?".to_owned(), |size| size.to_string());
    format!("[{}]", sizes.iter().map(size).collect::<Vec<_>>().join(", "))
}
