//! A [`Network`](super::network::Network) as the chain of steps that runs, for one size of picture.
//!
//! In: the [`Layers`] and a side. Out: [`Ready`], tract's plan of execution and its memory. Every map
//! has its place in one arena ([`memory`](super::memory)); the chain's one wire is the arena, an i32
//! tensor handed from [`Step`] to step, so each step owns all memory and no two share any.

use std::ops::Range;
use std::sync::Arc;

use tract_core::internal::*;

use super::layers::{Copy, Layer, Shape, View, ViewMut};
use super::memory::{Place, Places, place};
use super::network::{Layers, Operator, op, same_layer};

type Executable = SimplePlan<TypedFact, Step>;

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
    /// Everything that a run of `layers` at `side` px needs.
    pub(super) fn new(layers: &Layers, side: usize) -> TractResult<Self> {
        let network = layers.network(side)?;
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
        let (picture, saliency) = (of[0].clone(), of[network.outputs[0].node].clone());
        ensure!(saliency.shape == Shape::f32(side, side), "the last node is {:?}", saliency.shape);
        Ok(Self {
            side,
            picture: picture.range(),
            saliency: saliency.range(),
            plan: Executable::new(chain)?,
            arena: Some(Tensor::zero::<i32>(&[words])?),
        })
    }

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

op!(Step, |step| match step {
    Step::Source => "Arena",
    Step::Layer { layer, .. } => layer.name(),
});
