//! In: the nodes of a network. Out: the same network, in which a convolution that reads an
//! upsampled map and a second one through a concatenation reads the two themselves.

use crate::engine::plan::{Kind, Node};

/// Fewer channels than this are cheaper to upsample first.
const MIN_CHANNELS: usize = 32;

pub(super) fn fuse_upsampling(mut nodes: Vec<Node>) -> Vec<Node> {
    for index in 0..nodes.len() {
        let Some((low, high)) = upsampled_input(&nodes, index) else { continue };
        let channels = channels(&nodes, low);
        if let Kind::Conv { dilation: 1, c_low, .. } = &mut nodes[index].kind
            && channels >= MIN_CHANNELS
        {
            *c_low = channels;
            nodes[index].inputs = vec![low, high];
        }
    }
    without_dead(nodes)
}

/// The node behind input `input`, unless that is the picture.
fn node(nodes: &[Node], input: usize) -> Option<&Node> {
    nodes.get(input.checked_sub(1)?)
}

/// The maps that node `index` reads as `concat(upsample(low), high)`.
fn upsampled_input(nodes: &[Node], index: usize) -> Option<(usize, usize)> {
    let concat = node(nodes, *nodes[index].inputs.first()?)?;
    let (Kind::Concat, &[up, high]) = (&concat.kind, &concat.inputs[..]) else { return None };
    let up = node(nodes, up)?;
    matches!(up.kind, Kind::Upsample).then(|| (up.inputs[0], high))
}

/// Channels of the map `input`.
fn channels(nodes: &[Node], input: usize) -> usize {
    let Some(node) = node(nodes, input) else { return 3 };
    match &node.kind {
        Kind::Picture { weights, .. } | Kind::Conv { weights, .. } => weights.c_out(),
        Kind::Side { .. } | Kind::Fuse(_) => 1,
        Kind::Pool | Kind::Upsample | Kind::Add { .. } => channels(nodes, node.inputs[0]),
        Kind::Concat => node.inputs.iter().map(|&input| channels(nodes, input)).sum(),
    }
}

/// The nodes that the last one needs.
fn without_dead(nodes: Vec<Node>) -> Vec<Node> {
    let mut needed = vec![false; nodes.len() + 1];
    needed[nodes.len()] = true;
    for index in (0..nodes.len()).rev() {
        if needed[index + 1] {
            nodes[index].inputs.iter().for_each(|&input| needed[input] = true);
        }
    }
    let mut renamed = vec![0; nodes.len() + 1];
    let mut kept: Vec<Node> = vec![];
    for (index, node) in nodes.into_iter().enumerate().filter(|(index, _)| needed[index + 1]) {
        let inputs = node.inputs.iter().map(|&input| renamed[input]).collect();
        kept.push(Node { inputs, ..node });
        renamed[index + 1] = kept.len();
    }
    kept
}
