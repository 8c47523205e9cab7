//! A plan laid out for a GPU: what `js/gpu/` runs instead of the chain, in the same integers.
//!
//! In: the bytes of a plan; the sums that come back. Out: an [`Outline`]; a [`Saliency`]. All that is
//! f32 stays here: the sides' logits, their fusion and the sigmoid, by the layers of the CPU.
//!
//! [`Outline::take_words`] gives what goes to the GPU as it is, u32:
//!
//! ```text
//! layers | outputs | output ... | layer ... | data ...
//! layer = kind, a, b, low, c_a, c_b, c_out, kernel, stride, dilation, zero, data
//! ```
//!
//! Map 0 is the picture, map `i + 1` the output of layer `i`; an output is a map of i32 sums. `b` is the
//! second input of a sum, or what lies behind `a` in a concatenation, `low` the products of a map at half
//! the size; 0 where there is none. `data` counts words from the start; [`pack`] says what lies there.

#[cfg(any(test, feature = "lab"))]
pub(crate) mod cases;
mod pack;

use self::pack::Data;
use super::layers::{Fuse, Layer, Shape, View, ViewMut};
use super::plan::{Kind, Node, Plan};
use crate::error::{Error, Result};
use crate::raster::Saliency;

/// Words of a layer.
const LAYER: usize = 12;

/// What a layer of the outline does: the first word of each.
#[derive(Debug, Clone, Copy)]
enum Does {
    Picture,
    Conv,
    /// A convolution whose i32 sums are the output.
    Sums,
    Depthwise,
    Pool,
    Upsample,
    Add,
}

/// A network as a GPU takes it.
#[derive(Debug)]
pub struct Outline {
    words: Vec<u32>,
    /// The scale of each output.
    scales: Vec<f32>,
    fuse: Fuse,
}

impl Outline {
    /// Lays out a plan.
    ///
    /// # Errors
    /// [`Error::Model`] when `plan` is none, or when a GPU could not be held to the CPU's bits.
    pub fn new(plan: &[u8]) -> Result<Self> {
        let Plan { nodes, .. } = Plan::read(plan)?;
        let Some((Node { kind: Kind::Fuse(fuse), inputs }, nodes)) = nodes.split_last() else {
            return Err(invalid("the last layer is no fusion"));
        };
        let mut walk = Walk::new(3);
        for node in nodes {
            walk.push(node)?;
        }
        let (mut outputs, mut scales) = (vec![], vec![]);
        for &input in inputs {
            let Some(&Map::Logits { map, scale }) = walk.maps.get(input) else {
                return Err(invalid("the fusion's input is no side"));
            };
            outputs.push(map);
            scales.push(scale);
        }
        Ok(Self { words: walk.words(&outputs), scales, fuse: fuse.clone() })
    }

    /// What the GPU takes, the weights among it: the outline does without from then on.
    pub fn take_words(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.words)
    }

    /// What the outputs make. `sums`: every output, `[side, side]` i32, one after another; `sides`: the
    /// side of each, px.
    ///
    /// # Errors
    /// [`Error::Inference`] when they are not of these sizes.
    pub fn saliency(&self, sums: &[i32], sides: &[u32]) -> Result<Saliency> {
        let mut shapes = vec![];
        let mut logits: Vec<f32> = vec![];
        for (&side, scale) in sides.iter().zip(&self.scales) {
            shapes.push(Shape::f32(side as usize, side as usize));
            let sums = sums.iter().skip(logits.len()).take(side as usize * side as usize);
            logits.extend(sums.map(|&sum| sum as f32 * scale));
        }
        let pixels = |shape: &Shape| shape.h * shape.w;
        let is_whole = logits.len() == sums.len()
            && sums.len() == shapes.iter().map(pixels).sum::<usize>()
            && shapes.iter().all(|shape| shape.h > 0);
        let failed = |reason| Error::Inference { reason };
        if !is_whole {
            return Err(failed(format!("{} sums are not those of {sides:?}", sums.len())));
        }
        let output = self.fuse.output(&shapes).map_err(failed)?;
        let mut left: &[u8] = bytemuck::cast_slice(&logits);
        let mut views = vec![];
        for &shape in &shapes {
            let (bytes, rest) = left.split_at(4 * pixels(&shape));
            left = rest;
            views.push(View { shape, stride: 4, bytes });
        }
        let mut values = vec![0f32; pixels(&output)];
        let mut scratch = vec![0; self.fuse.scratch(&shapes)];
        let bytes = bytemuck::cast_slice_mut(&mut values);
        self.fuse.run(&views, ViewMut { shape: output, stride: 4, bytes }, &mut scratch);
        Ok(Saliency::new(output.w as u32, values))
    }
}

fn invalid(reason: &str) -> Error {
    Error::Model { reason: format!("it cannot be laid out for a GPU: {reason}") }
}

/// Where an output of the plan lies among the GPU's maps.
#[derive(Debug, Clone, Copy)]
enum Map {
    /// `c` channels.
    One {
        map: u32,
        c: usize,
    },
    /// A concatenation, which is never formed.
    Pair([(u32, usize); 2]),
    Logits {
        map: u32,
        scale: f32,
    },
}

/// The plan's nodes as the GPU's layers, as far as they are laid out.
struct Walk {
    /// By output of the plan.
    maps: Vec<Map>,
    layers: Vec<[u32; LAYER]>,
    data: Data,
}

/// What a layer says beside its data.
#[derive(Debug, Clone, Copy)]
struct Says {
    a: (u32, usize),
    b: (u32, usize),
    low: u32,
    c_out: usize,
    kernel: usize,
    stride: usize,
    dilation: usize,
    zero: u8,
}

impl Walk {
    /// `c`: channels of map 0.
    fn new(c: usize) -> Self {
        Self { maps: vec![Map::One { map: 0, c }], layers: vec![], data: Data::default() }
    }

    /// Adds a layer; returns its map.
    fn layer(&mut self, does: Does, says: Says, data: usize) -> u32 {
        let Says { a, b, low, c_out, kernel, stride, dilation, zero } = says;
        let sizes = [a.1, b.1, c_out, kernel, stride, dilation, zero.into(), data];
        let [c_a, c_b, c_out, kernel, stride, dilation, zero, data] = sizes.map(|size| size as u32);
        self.layers.push([
            does as u32,
            a.0,
            b.0,
            low,
            c_a,
            c_b,
            c_out,
            kernel,
            stride,
            dilation,
            zero,
            data,
        ]);
        self.layers.len() as u32
    }

    fn push(&mut self, node: &Node) -> Result<()> {
        let inputs: Vec<Map> = node.inputs.iter().map(|&input| self.maps[input]).collect();
        let map = self.map(&node.kind, &inputs).map_err(invalid)?;
        self.maps.push(map);
        Ok(())
    }

    fn map(&mut self, kind: &Kind, inputs: &[Map]) -> std::result::Result<Map, &'static str> {
        let (a, b) = match *inputs {
            [Map::One { map, c }] => ((map, c), (0, 0)),
            [Map::Pair([a, b])] => (a, b),
            [Map::One { map: a, c: c_a }, Map::One { map: b, c: c_b }] => ((a, c_a), (b, c_b)),
            [Map::One { .. }, Map::Pair([a, b])] => (a, b),
            _ => return Err("a layer's inputs"),
        };
        let is_one = matches!(inputs, [Map::One { .. }]);
        let plain = Says { a, b, low: 0, c_out: a.1, kernel: 1, stride: 1, dilation: 1, zero: 0 };
        let (does, says, data) = match kind {
            Kind::Picture { levels, weights, stride } if is_one => {
                let data = self.data.picture(levels, weights)?;
                let says = Says { c_out: weights.c_out(), kernel: 3, stride: *stride, ..plain };
                (Does::Picture, says, data)
            }
            Kind::Conv { weights, dilation, c_low: 0 } if inputs.len() == 1 => {
                let c_out = weights.c_out();
                let says = Says { c_out, kernel: 3, dilation: *dilation, ..plain };
                (Does::Conv, says, self.data.conv(weights, 1.0)?)
            }
            Kind::Conv { weights, c_low, .. } if inputs.len() == 2 => {
                let &[Map::One { map, c }, high] = inputs else { return Err("a layer's inputs") };
                let (products, rest) = pack::halves(weights, *c_low);
                let data = self.data.sums(&products)?;
                let c_out = products.c_out();
                let low = Says { a: (map, c), b: (0, 0), c_out, ..plain };
                let low = self.layer(Does::Sums, low, data);
                let (a, b) = match high {
                    Map::One { map, c } => ((map, c), (0, 0)),
                    _ => (a, b),
                };
                let says = Says { a, b, low, c_out: weights.c_out(), kernel: 3, ..plain };
                (Does::Conv, says, self.data.conv(&rest, 16.0)?)
            }
            Kind::Point { weights, zero } if inputs.len() == 1 => {
                let says = Says { c_out: weights.c_out(), zero: *zero, ..plain };
                (Does::Conv, says, self.data.conv(weights, 1.0)?)
            }
            Kind::Depthwise { weights, stride } if is_one => {
                let says = Says { kernel: weights.kernel, stride: *stride, ..plain };
                (Does::Depthwise, says, self.data.depthwise(weights)?)
            }
            Kind::Side { weights } if inputs.len() == 1 => {
                let data = self.data.sums(weights)?;
                let map = self.layer(Does::Sums, Says { c_out: 1, kernel: 3, ..plain }, data);
                return Ok(Map::Logits { map, scale: weights.multiplier[0] });
            }
            Kind::Pool if is_one => (Does::Pool, plain, 0),
            Kind::Upsample if is_one => (Does::Upsample, plain, 0),
            Kind::Add(add) if inputs.len() == 2 => (Does::Add, plain, self.data.table(add)),
            Kind::Concat if inputs.len() == 2 => return Ok(Map::Pair([a, b])),
            _ => return Err("a layer's inputs"),
        };
        Ok(Map::One { map: self.layer(does, says, data), c: says.c_out })
    }

    fn words(self, outputs: &[u32]) -> Vec<u32> {
        let before = 2 + outputs.len() + LAYER * self.layers.len();
        let start = before.next_multiple_of(pack::ALIGN);
        let mut words = vec![self.layers.len() as u32, outputs.len() as u32];
        words.extend(outputs);
        for mut layer in self.layers {
            layer[LAYER - 1] += start as u32;
            words.extend(layer);
        }
        words.resize(start, 0);
        words.extend(self.data.words());
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::layers::Weights;
    use crate::engine::lower;

    const ONNX: [&[u8]; 2] = [
        include_bytes!(concat!("../../../models/", env!("CLEANCUT_BASE_ONNX"))),
        include_bytes!(concat!("../../../models/", env!("CLEANCUT_SMALL_ONNX"))),
    ];

    #[test]
    fn the_shipped_networks_are_laid_out() {
        for onnx in ONNX {
            let plan = lower(onnx).expect("the shipped model can be lowered").plan;
            let mut outline = Outline::new(&plan).expect("laid out");
            let words = outline.take_words();
            let [layers, outputs] = [words[0], words[1]].map(|count| count as usize);
            assert!(layers > 100 && outputs == outline.scales.len(), "{layers}, {outputs}");
            for layer in words[2 + outputs..].chunks_exact(LAYER).take(layers) {
                let data = layer[11] as usize;
                assert!(data.is_multiple_of(pack::ALIGN) && data < words.len());
            }
            assert!(outline.take_words().is_empty());
        }
    }

    #[test]
    fn sums_of_another_size_are_refused() {
        let plan = lower(ONNX[1]).expect("the shipped model can be lowered").plan;
        let outline = Outline::new(&plan).expect("laid out");
        let sides = [80_u32, 40, 20, 10, 10];
        let sums: u32 = sides.iter().map(|side| side.pow(2)).sum();
        let saliency = outline.saliency(&vec![0; sums as usize], &sides).expect("its size");
        assert_eq!((saliency.side(), saliency.values().len()), (160, 160 * 160));
        for (sums, sides) in [(&[0; 9][..], &[80][..]), (&[], &[0]), (&[0; 8], &[2, 2]), (&[], &[])]
        {
            let refused = outline.saliency(sums, sides);
            assert!(matches!(refused, Err(Error::Inference { .. })), "{sides:?}: {refused:?}");
        }
    }

    #[test]
    fn what_a_gpu_would_round_otherwise_is_refused() {
        let weights = |multiplier| Weights {
            kernel: 1,
            values: vec![1; 64],
            bias: vec![0; 8],
            multiplier: vec![multiplier; 8],
        };
        let push = |multiplier, inputs: &[usize]| {
            let kind = Kind::Point { weights: weights(multiplier), zero: 0 };
            Walk::new(8).push(&Node { kind, inputs: inputs.to_vec() })
        };
        assert!(push(0.25, &[0]).is_ok());
        for multiplier in [0.1, 0.0, 1e-6, 1000.0] {
            assert!(push(multiplier, &[0]).is_err(), "{multiplier}");
        }
        assert!(push(0.25, &[0, 0]).is_err());
    }

    #[test]
    fn what_is_no_plan_is_refused() {
        assert!(matches!(Outline::new(b"cleancut"), Err(Error::Model { .. })));
        let empty = Plan { source: [0; 32], nodes: vec![] };
        assert!(matches!(Outline::new(&empty.write()), Err(Error::Model { .. })));
    }

    /// The cases themselves: that what they expect is neither empty nor flat.
    #[test]
    fn cases_spread_over_the_range() {
        let cases = cases::cases();
        for cases::Case { name, words, size, input, .. } in &cases {
            assert!(words[0] > 0 && input.len() % (size[0] * size[1]) == 0, "{name}");
        }
        let wide = cases.iter().filter(|case| {
            let mut seen = case.expected.clone();
            seen.sort_unstable();
            seen.dedup();
            seen.len() > 20
        });
        assert!(wide.count() > cases.len() / 2, "of {}", cases.len());
    }
}
