//! Where every map of a network lies in one arena.
//!
//! In: the network and its order of evaluation. Out: [`Places`]. Maps share memory when no step
//! needs both. The inputs of a concatenation lie inside its output, side by side in every pixel,
//! so that nothing is left to do for it; except an input that is made from another input of the
//! same concatenation: a step never reads the buffer it writes, so that one is copied.

use std::ops::Range;

use tract_core::internal::*;

use super::layers::Shape;
use super::network::{Network, Operator, shape};

/// Maps begin at multiples of a cache line.
const ALIGN: usize = 64;
/// What the maps may take together; the shipped networks take less than 192 MB at 640 px.
const MAX_BYTES: usize = 256 << 20;

/// Where a map lies in the arena, bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) shape: Shape,
    /// From one pixel to the next.
    pub(super) stride: usize,
    /// Of the first pixel, from the start of `buffer`.
    offset: usize,
    /// The memory that the map has, alone or with the other inputs of its concatenation.
    pub(super) buffer: Range<usize>,
}

impl Place {
    /// From the map's first byte to its last.
    pub(super) fn range(&self) -> Range<usize> {
        let start = self.buffer.start + self.offset;
        let pixels = self.shape.h * self.shape.w;
        start..start + (pixels - 1) * self.stride + self.shape.pixel_bytes()
    }
}

/// The arena of a network.
#[derive(Debug)]
pub(super) struct Places {
    /// By node.
    pub(super) of: Vec<Place>,
    /// What is left to copy for each concatenation, by node: from and to.
    pub(super) copies: HashMap<usize, Vec<(Place, Place)>>,
    /// Bytes of all maps.
    pub(super) bytes: usize,
    /// Scratch memory of the hungriest layer, in i32.
    pub(super) scratch: usize,
}

/// A map, or a concatenation with the maps inside it.
struct Buffer {
    bytes: usize,
    /// The steps from the one that first writes it to the one that last reads it.
    steps: std::ops::RangeInclusive<usize>,
}

/// Places every map of `network`, evaluated in `order`.
pub(super) fn place(network: &Network, order: &[usize]) -> TractResult<Places> {
    let homes = homes(network)?;
    let buffers = buffers(network, order, &homes);
    let starts = starts(&buffers);
    let ends =
        starts.iter().zip(&buffers).map(|(start, buffer)| start.saturating_add(buffer.bytes));
    let bytes = ends.max().unwrap_or(0);
    ensure!(bytes <= MAX_BYTES, "its maps need {bytes} bytes; the limit is {MAX_BYTES}");
    let bytes = bytes.next_multiple_of(ALIGN);
    let place = |node: usize, home: Home| Place {
        shape: shape(network, node),
        stride: shape(network, home.node).pixel_bytes(),
        offset: home.offset,
        buffer: starts[home.node]..starts[home.node] + buffers[home.node].bytes,
    };
    let of: Vec<Place> = homes.iter().enumerate().map(|(node, &home)| place(node, home)).collect();
    let mut copies: HashMap<usize, Vec<(Place, Place)>> = HashMap::new();
    for (input, slot) in slots(network).filter(|(input, slot)| homes[*input].node != slot.node) {
        copies.entry(slot.node).or_default().push((of[input].clone(), place(input, slot)));
    }
    let scratch = network.nodes.iter().map(|node| match &node.op {
        Operator::Layer(layer) => {
            let inputs: Vec<Shape> =
                node.inputs.iter().map(|input| shape(network, input.node)).collect();
            layer.scratch(&inputs)
        }
        Operator::Source | Operator::Concat => 0,
    });
    let scratch = scratch.max().unwrap_or(0);
    Ok(Places { of, copies, bytes, scratch })
}

/// The node whose buffer a map lies in, and where in its first pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Home {
    node: usize,
    offset: usize,
}

/// Every input of every concatenation, and where its channels belong.
fn slots(network: &Network) -> impl Iterator<Item = (usize, Home)> {
    let concats = network.nodes.iter().filter(|node| matches!(node.op, Operator::Concat));
    concats.flat_map(move |concat| {
        let mut offset = 0;
        concat.inputs.iter().map(move |input| {
            let home = Home { node: concat.id, offset };
            offset += shape(network, input.node).pixel_bytes();
            (input.node, home)
        })
    })
}

/// A map lies in the concatenation it goes into, or else in a buffer of its own.
fn homes(network: &Network) -> TractResult<Vec<Home>> {
    let own = |node| Home { node, offset: 0 };
    let mut homes: Vec<Home> = (0..network.nodes.len()).map(own).collect();
    for (input, home) in slots(network) {
        let node = &network.nodes[input];
        ensure!(matches!(node.op, Operator::Layer(_)), "{node} cannot be concatenated");
        let members = &network.nodes[home.node].inputs;
        if homes[input] == own(input) && !node.inputs.iter().any(|read| members.contains(read)) {
            homes[input] = home;
        }
    }
    Ok(homes)
}

fn buffers(network: &Network, order: &[usize], homes: &[Home]) -> Vec<Buffer> {
    let mut step = vec![0; network.nodes.len()];
    for (index, &node) in order.iter().enumerate() {
        step[node] = index;
    }
    let of = |home: usize| {
        let members = network.nodes.iter().filter(|node| homes[node.id].node == home);
        let writes = members.clone().map(|node| step[node.id]);
        let readers = members.flat_map(|node| &node.outputs[0].successors);
        let reads = readers.map(|reader| step[reader.node]);
        let is_output = network.outputs[0].node == home;
        let last = if is_output { Some(order.len()) } else { writes.clone().chain(reads).max() };
        let shape = shape(network, home);
        Buffer {
            bytes: (shape.h * shape.w * shape.pixel_bytes()).next_multiple_of(ALIGN),
            steps: writes.min().unwrap_or(0)..=last.unwrap_or(0),
        }
    };
    (0..network.nodes.len())
        .map(
            |node| {
                if homes[node].node == node { of(node) } else { Buffer { bytes: 0, steps: 0..=0 } }
            },
        )
        .collect()
}

/// The start of each buffer: the largest first, each at the lowest place where no buffer lies that
/// lives at the same time.
fn starts(buffers: &[Buffer]) -> Vec<usize> {
    let mut largest_first: Vec<usize> = (0..buffers.len()).collect();
    largest_first.sort_by_key(|&buffer| std::cmp::Reverse(buffers[buffer].bytes));
    let mut starts = vec![0_usize; buffers.len()];
    let mut placed: Vec<usize> = vec![];
    for id in largest_first {
        let buffer = &buffers[id];
        let lives_with = |other: &&usize| {
            let other = &buffers[**other].steps;
            other.start() <= buffer.steps.end() && buffer.steps.start() <= other.end()
        };
        let mut taken: Vec<Range<usize>> = placed
            .iter()
            .filter(lives_with)
            .map(|&other| starts[other]..starts[other].saturating_add(buffers[other].bytes))
            .collect();
        taken.sort_by_key(|range| range.start);
        let mut start = 0_usize;
        for range in taken {
            if start.saturating_add(buffer.bytes) <= range.start {
                break;
            }
            start = start.max(range.end);
        }
        starts[id] = start;
        placed.push(id);
    }
    starts
}
