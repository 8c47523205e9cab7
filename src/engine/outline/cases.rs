//! Small networks, what goes in, and what the scalar kernels make of it: what a GPU is held against.

use super::Walk;
use crate::engine::kernels::{Kernels, all};
use crate::engine::layers::{Add, Code, Shape, Values, View, ViewMut, Weights};
use crate::engine::network::layer;
use crate::engine::plan::{Kind, Node};

/// A network of a few layers.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    /// As of an [`Outline`](super::Outline); its one output is the last layer's.
    pub(crate) words: Vec<u32>,
    /// Height and width of the input, px.
    pub(crate) size: [usize; 2],
    /// `[h, w, c]` u8.
    pub(crate) input: Vec<u8>,
    /// The last layer's output, u8, or i32 of a side.
    pub(crate) expected: Vec<u8>,
}

/// Every layer, at sizes below, at and above each tile.
pub(crate) fn cases() -> Vec<Case> {
    let sizes = [(1, 1), (2, 3), (5, 4), (3, 9), (10, 10), (1, 64), (2, 65)];
    let mut cases = vec![];
    let mut add = |name: String, c: usize, size: (usize, usize), nodes: Vec<Node>| {
        cases.push(case(name, c, size, &nodes, 128));
    };
    for (h, w) in sizes {
        let size = (h, w);
        for (c_in, c_out, dilation) in [(8, 8, 1), (16, 24, 1), (24, 16, 2), (40, 8, 8)] {
            let kind = Kind::Conv { weights: weights(3, c_out, c_in), dilation, c_low: 0 };
            let name = format!("conv {h}x{w} {c_in} to {c_out} dilation {dilation}");
            add(name, c_in, size, vec![node(kind, &[0])]);
        }
        for (c_in, c_out, zero) in [(8, 16, 0), (24, 8, 64), (96, 40, 60)] {
            let kind = Kind::Point { weights: weights(1, c_out, c_in), zero };
            add(format!("point {h}x{w} {c_in} to {c_out}"), c_in, size, vec![node(kind, &[0])]);
        }
        for kernel in [3, 5] {
            let kind = Kind::Depthwise { weights: weights(kernel, 24, 1), stride: 1 };
            add(format!("depthwise {kernel} {h}x{w}"), 24, size, vec![node(kind, &[0])]);
            let kind = Kind::Depthwise { weights: weights(kernel, 40, 1), stride: 2 };
            let twice = (2 * h, 2 * w);
            add(format!("depthwise {kernel} at 2, {h}x{w}"), 40, twice, vec![node(kind, &[0])]);
        }
        for (stride, c_out) in [(1, 8), (2, 40)] {
            let levels = (0..768).map(|i| (i * 7 % 256 - 114) as i16).collect();
            let kind = Kind::Picture { levels, weights: weights(3, c_out, 3), stride };
            let size = (stride * h, stride * w);
            add(format!("picture {h}x{w} at {stride}"), 3, size, vec![node(kind, &[0])]);
        }
        let weights_of_side = Weights { multiplier: vec![1.0], ..weights(3, 1, 16) };
        let side = Kind::Side { weights: weights_of_side };
        add(format!("side {h}x{w}"), 16, size, vec![node(side, &[0])]);
        add(format!("pool {h}x{w}"), 24, size, vec![node(Kind::Pool, &[0])]);
        add(format!("upsample {h}x{w}"), 24, size, vec![node(Kind::Upsample, &[0])]);
        let concat = Kind::Conv { weights: weights(3, 16, 32), dilation: 2, c_low: 0 };
        let before = Kind::Point { weights: weights(1, 24, 8), zero: 0 };
        let nodes = vec![node(before, &[0]), node(Kind::Concat, &[0, 1]), node(concat, &[2])];
        add(format!("concat {h}x{w}"), 8, size, nodes);
        for (low, high, c_out) in [(8, 16, 8), (24, 8, 16)] {
            let before = Kind::Point { weights: weights(1, high, low), zero: 0 };
            let kind =
                Kind::Conv { weights: weights(3, c_out, low + high), dilation: 1, c_low: low };
            let nodes = vec![node(before, &[0]), node(Kind::Upsample, &[1]), node(kind, &[0, 2])];
            add(format!("halves {h}x{w} {low} and {high} to {c_out}"), low, size, nodes);
        }
        for zeros in [[0, 0, 0], [64, 60, 68]] {
            let code = |scale, zero| Code { scale, zero };
            let [a, b, sum] = zeros;
            let inputs = [code(0.75, a), code(0.625, b)];
            let kind = Kind::Add(Add { inputs, sum: code(0.875, sum) });
            let before = Kind::Point { weights: weights(1, 8, 8), zero: 0 };
            let nodes = vec![node(before, &[0]), node(kind, &[0, 1])];
            add(format!("add {h}x{w} {zeros:?}"), 8, size, nodes);
        }
    }
    // Sums beyond what f32 counts, of both signs.
    let weights = |sign: i8| Weights {
        kernel: 1,
        values: (0..8 * 1152).map(|i| if i < 4 * 1152 { 127 * sign } else { 126 * sign }).collect(),
        bias: vec![1; 8],
        multiplier: (0..8).map(|i| (1 << i) as f32 / (1 << 17) as f32).collect(),
    };
    for sign in [1, -1] {
        let kind = Kind::Point { weights: weights(sign), zero: 64 };
        let nodes = [node(kind, &[0])];
        cases.push(case(format!("the largest sums, {sign}"), 1152, (1, 5), &nodes, 1));
    }
    cases
}

fn node(kind: Kind, inputs: &[usize]) -> Node {
    Node { kind, inputs: inputs.to_vec() }
}

/// Fixed numbers of `0..n`.
fn numbers(n: usize, seed: usize) -> impl Iterator<Item = usize> {
    let mut state = seed as u32 + 1;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % n
    })
}

/// Whose activations spread over their range, ties among them.
fn weights(kernel: usize, c_out: usize, c_in: usize) -> Weights {
    let k = kernel.pow(2) * c_in;
    let one = (300.0 * (k as f64).sqrt()).log2().round().exp2() as f32;
    let biases = numbers(2001, k);
    Weights {
        kernel,
        values: numbers(255, c_out).map(|n| (n as i32 - 127) as i8).take(c_out * k).collect(),
        bias: biases.map(|n| n as i32 - 1000).take(c_out).collect(),
        multiplier: (0..c_out).map(|i| (i % 5 + 1) as f32 / 2.0 / one).collect(),
    }
}

/// `levels`: the values of the input; 1: all are the largest.
fn case(name: String, c: usize, (h, w): (usize, usize), nodes: &[Node], levels: usize) -> Case {
    let most = if c == 3 { 255 } else { 127 };
    let values = numbers(most + 1, h * w).map(|n| if levels == 1 { most } else { n } as u8);
    let input: Vec<u8> = values.take(h * w * c).collect();
    let mut walk = Walk::new(c);
    for node in nodes {
        walk.push(node).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    let last = walk.layers.len() as u32;
    let expected = run(nodes, Shape::u8(h, w, c), &input);
    Case { name, words: walk.words(&[last]), size: [h, w], input, expected }
}

/// What the last of `nodes` makes, on scalar kernels.
fn run(nodes: &[Node], shape: Shape, input: &[u8]) -> Vec<u8> {
    let kernels = Kernels { narrow: all()[0], wide: all()[1] };
    let mut maps = vec![(shape, input.to_vec())];
    for Node { kind, inputs } in nodes {
        let of: Vec<&(Shape, Vec<u8>)> = inputs.iter().map(|&input| &maps[input]).collect();
        let map = if let Kind::Concat = kind {
            let [(a, left), (b, right)] = of[..] else { unreachable!("two maps") };
            let pixels = left.chunks(a.c).zip(right.chunks(b.c));
            (Shape { c: a.c + b.c, ..*a }, pixels.flat_map(|(a, b)| [a, b].concat()).collect())
        } else {
            let layer = layer(kind, kernels);
            let shapes: Vec<Shape> = of.iter().map(|map| map.0).collect();
            let shape = layer.output(&shapes).expect("the shapes fit");
            let stride = shape.pixel_bytes();
            let mut bytes = vec![0; shape.h * shape.w * stride];
            let views = of.iter().map(|(shape, bytes)| View {
                shape: *shape,
                stride: shape.pixel_bytes(),
                bytes,
            });
            let views: Vec<View<'_>> = views.collect();
            let mut scratch = vec![0; layer.scratch(&shapes)];
            layer.run(&views, ViewMut { shape, stride, bytes: &mut bytes }, &mut scratch);
            (shape, bytes)
        };
        maps.push(map);
    }
    let (shape, bytes) = maps.pop().expect("at least the input");
    match shape.values {
        Values::U8 => bytes,
        Values::F32 => {
            let sums = bytemuck::pod_collect_to_vec::<u8, f32>(&bytes);
            sums.iter().flat_map(|&sum| (sum as i32).to_le_bytes()).collect()
        }
    }
}
