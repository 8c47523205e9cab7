//! A [`Plan`] as a tract graph, for one size of picture.
//!
//! In: the plan's layers and a side. Out: [`Ready`], tract's plan of execution and its memory.
//!
//! Two graphs are built. The first has the network's own shape: a node per layer, a u8 or f32 fact
//! per map, checked as it is wired. tract puts it in order. Then every map gets its place in one
//! arena ([`memory`](super::memory)), and the second graph is the chain of [`Step`]s that runs: its
//! one wire is the arena, an i32 tensor handed from step to step, so each step owns all memory and
//! no two share any.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use tract_core::internal::*;

use super::kernels::Kernels;
use super::layers::{
    Add, Conv, Copy, Layer, Picture, Pool, Shape, Side, Upsample, Values, View, ViewMut,
};
use super::memory::{Place, Places, place};
use super::plan::{Kind, MAX_CHANNELS, Plan};

/// Nodes of our own type instead of tract's `TypedOp`, whose tables reach every operator of
/// tract-core: the graph, its order and the executor come without the rest.
pub(super) type Network = Graph<TypedFact, Operator>;
type Executable = SimplePlan<TypedFact, Step>;

/// A node of the first graph.
#[derive(Debug, Clone)]
pub(super) enum Operator {
    /// The picture.
    Source,
    Layer(Arc<dyn Layer>),
    /// Along the channels.
    Concat,
}

/// The layers of a network, packed for this machine's kernels: shared by the sizes it runs at.
#[derive(Debug)]
pub(super) struct Layers(Vec<(Operator, Vec<usize>)>);

impl Layers {
    pub(super) fn new(plan: &Plan, kernels: Kernels) -> Self {
        let layers = plan.nodes.iter().map(|node| {
            let operator = match &node.kind {
                Kind::Concat => Operator::Concat,
                kind => Operator::Layer(layer(kind, kernels)),
            };
            (operator, node.inputs.clone())
        });
        Self(layers.collect())
    }

    /// The first graph, for pictures of `side` px.
    fn network(&self, side: usize) -> TractResult<Network> {
        let mut network = Network::default();
        let picture = fact(Shape::u8(side, side, 3));
        network.add_node("picture", Operator::Source, tvec!(picture))?;
        network.inputs.push(0.into());
        for (index, (operator, inputs)) in self.0.iter().enumerate() {
            let shapes: Vec<Shape> = inputs.iter().map(|&input| shape(&network, input)).collect();
            let output = match operator {
                Operator::Layer(layer) => layer.output(&shapes),
                Operator::Concat => concat(&shapes),
                Operator::Source => Err("a second picture".into()),
            };
            let output =
                output.map_err(|error| format_err!("node {index}, {operator}: {error}"))?;
            let is_small = output.h.max(output.w) <= side && output.c <= MAX_CHANNELS;
            ensure!(is_small, "node {index}, {operator}: {output:?} is too large");
            let id = network.add_node(index.to_string(), operator.clone(), tvec!(fact(output)))?;
            for (slot, &input) in inputs.iter().enumerate() {
                network.add_edge(input.into(), InletId::new(id, slot))?;
            }
        }
        network.select_output_outlets(&[self.0.len().into()])?;
        Ok(network)
    }

    /// Everything that a run at `side` px needs.
    pub(super) fn ready(&self, side: usize) -> TractResult<Ready> {
        let network = self.network(side)?;
        let order = network.eval_order_opt_ram()?;
        let Places { of, mut copies, bytes, scratch } = place(&network, &order)?;
        let words = bytes / 4 + scratch;
        let mut chain = Graph::<TypedFact, Step>::default();
        let arena = || tvec!(i32::fact([words]));
        let mut last = chain.add_node("arena", Step::Source, arena())?;
        chain.inputs.push(last.into());
        let mut push = |layer: &Arc<dyn Layer>, inputs, output| -> TractResult<()> {
            let step = Step::Layer { layer: layer.clone(), inputs, output, bytes };
            let id = chain.add_node(chain.nodes.len().to_string(), step, arena())?;
            chain.add_edge(last.into(), InletId::new(id, 0))?;
            last = id;
            Ok(())
        };
        let copy: Arc<dyn Layer> = Arc::new(Copy);
        for &id in &order {
            let node = &network.nodes[id];
            if let Operator::Layer(layer) = &node.op {
                let inputs = node.inputs.iter().map(|input| of[input.node].clone()).collect();
                push(layer, inputs, of[id].clone())?;
            }
            for (from, to) in copies.remove(&id).unwrap_or_default() {
                push(&copy, vec![from], to)?;
            }
        }
        chain.select_output_outlets(&[last.into()])?;
        let (picture, saliency) = (of[0].clone(), of[self.0.len()].clone());
        ensure!(saliency.shape == Shape::f32(side, side), "the last node is {:?}", saliency.shape);
        Ok(Ready {
            side,
            picture: picture.range(),
            saliency: saliency.range(),
            plan: Executable::new(chain)?,
            arena: Some(Tensor::zero::<i32>(&[words])?),
        })
    }
}

/// The network at one size.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) side: usize,
    picture: Range<usize>,
    saliency: Range<usize>,
    plan: Arc<Executable>,
    /// Missing after a run that failed.
    arena: Option<Tensor>,
}

impl Ready {
    /// Bytes of the arena.
    #[cfg(test)]
    pub(super) fn memory_bytes(&self) -> usize {
        self.arena.as_ref().map_or(0, |arena| 4 * arena.len())
    }

    /// `picture`: `[side, side, 3]` u8. Returns `[side, side]` f32.
    pub(super) fn run(&mut self, picture: &[u8]) -> TractResult<Vec<f32>> {
        let mut arena = self.arena.take().context("an earlier run failed")?;
        let mut words = arena.try_as_plain_ram_mut()?;
        let maps: &mut [u8] = bytemuck::cast_slice_mut(words.as_slice_mut::<i32>()?);
        maps[self.picture.clone()].copy_from_slice(picture);
        let arena = self.plan.run(tvec!(arena.into()))?.remove(0);
        let words = arena.try_as_plain_ram()?.as_slice::<i32>()?;
        let bytes = &bytemuck::cast_slice::<_, u8>(words)[self.saliency.clone()];
        let saliency = bytemuck::cast_slice(bytes).to_vec();
        self.arena = Some(arena.into_tensor());
        Ok(saliency)
    }
}

/// A node of the chain: arena in, arena out.
#[derive(Debug, Clone)]
enum Step {
    Source,
    Layer {
        layer: Arc<dyn Layer>,
        inputs: Vec<Place>,
        output: Place,
        /// Where the scratch memory begins.
        bytes: usize,
    },
}

impl EvalOp for Step {
    not_out_of_plan!();

    fn eval(&self, _: &EvalContext, mut arena: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let Self::Layer { layer, inputs, output, bytes } = self else { return Ok(arena) };
        let arena = arena.remove(0);
        ensure!(arena.is_exclusive(), "the arena has two owners");
        let mut arena = arena.into_tensor();
        let mut words = arena.try_as_plain_ram_mut()?;
        let words = words.as_slice_mut::<i32>()?;
        let (maps, scratch) = words.split_at_mut(bytes / 4);
        let maps: &mut [u8] = bytemuck::cast_slice_mut(maps);
        let (before, rest) = maps.split_at_mut(output.buffer.start);
        let (own, after) = rest.split_at_mut(output.buffer.len());
        let views: Vec<View<'_>> = inputs
            .iter()
            .map(|place| {
                let range = place.range();
                let bytes = match range.start.checked_sub(output.buffer.end) {
                    Some(start) => &after[start..start + range.len()],
                    None => &before[range],
                };
                View { shape: place.shape, stride: place.stride, bytes }
            })
            .collect();
        let range = output.range();
        let start = range.start - output.buffer.start;
        let bytes = &mut own[start..start + range.len()];
        let view = ViewMut { shape: output.shape, stride: output.stride, bytes };
        layer.run(&views, view, scratch);
        Ok(tvec!(arena.into()))
    }
}

/// A node is equal to itself.
fn same_layer(a: &Arc<dyn Layer>, b: &Arc<dyn Layer>) -> bool {
    Arc::ptr_eq(a, b)
}

impl PartialEq for Step {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Source, Self::Source) => true,
            (
                Self::Layer { layer, inputs, output, .. },
                Self::Layer { layer: other, inputs: from, output: to, .. },
            ) => same_layer(layer, other) && inputs == from && output == to,
            _ => false,
        }
    }
}

impl PartialEq for Operator {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Source, Self::Source) | (Self::Concat, Self::Concat) => true,
            (Self::Layer(a), Self::Layer(b)) => same_layer(a, b),
            _ => false,
        }
    }
}

impl EvalOp for Operator {
    not_out_of_plan!();
}

/// The rest of what tract asks of a node's operator.
macro_rules! op {
    ($type:ty, $name:expr) => {
        impl Eq for $type {}

        impl Op for $type {
            fn name(&self) -> StaticName {
                let name: fn(&$type) -> &'static str = $name;
                name(self).into()
            }

            not_a_typed_op!();
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.name())
            }
        }

        impl AsRef<dyn Op> for $type {
            fn as_ref(&self) -> &(dyn Op + 'static) {
                self
            }
        }

        impl AsMut<dyn Op> for $type {
            fn as_mut(&mut self) -> &mut (dyn Op + 'static) {
                self
            }
        }
    };
}

op!(Step, |step| match step {
    Step::Source => "Arena",
    Step::Layer { layer, .. } => layer.name(),
});
op!(Operator, |operator| match operator {
    Operator::Source => "Picture",
    Operator::Layer(layer) => layer.name(),
    Operator::Concat => "Concat",
});

fn layer(kind: &Kind, kernels: Kernels) -> Arc<dyn Layer> {
    match kind {
        Kind::Picture { levels, weights } => {
            Arc::new(Picture::new(kernels.wide, weights, levels.clone()))
        }
        Kind::Conv { weights, dilation, c_low } => {
            Arc::new(Conv::new(kernels.narrow, weights, *dilation, *c_low))
        }
        Kind::Side { weights } => Arc::new(Side::new(kernels.narrow, weights)),
        Kind::Pool => Arc::new(Pool),
        Kind::Upsample => Arc::new(Upsample),
        Kind::Add { scales, sum_scale } => Arc::new(Add { scales: *scales, sum_scale: *sum_scale }),
        Kind::Fuse(fuse) => Arc::new(fuse.clone()),
        Kind::Concat => unreachable!("a concatenation is no layer"),
    }
}

fn concat(shapes: &[Shape]) -> Result<Shape, String> {
    match shapes {
        [a, b] if Shape { c: b.c, ..*a } == *b && a.values == Values::U8 => {
            Ok(Shape { c: a.c + b.c, ..*a })
        }
        _ => Err(format!("expected two u8 maps of one size, got {shapes:?}")),
    }
}

fn fact(shape: Shape) -> TypedFact {
    let dimensions = [shape.h, shape.w, shape.c];
    match shape.values {
        Values::U8 => u8::fact(dimensions),
        Values::F32 => f32::fact(dimensions),
    }
}

/// The shape of node `id`'s output.
pub(super) fn shape(network: &Network, id: usize) -> Shape {
    let fact = &network.nodes[id].outputs[0].fact;
    let [h, w, c] = fact.shape.as_concrete().expect("every fact here is concrete")[..] else {
        unreachable!("every fact here is [h, w, c]")
    };
    let values = if fact.datum_type == u8::datum_type() { Values::U8 } else { Values::F32 };
    Shape { h, w, c, values }
}
