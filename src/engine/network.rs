//! A [`Plan`] as a tract graph that has the network's own shape, for one size of picture: a node per
//! layer, a u8 or f32 fact per map, checked as it is wired. tract puts it in order; it never runs.

use std::sync::Arc;

use tract_core::internal::*;

use super::kernels::Kernels;
use super::layers::{
    Conv, Depthwise, Layer, MAX_CHANNELS, Picture, Point, Pool, Shape, Side, Upsample, Values,
};
use super::plan::{Kind, Plan};

/// Nodes of our own type instead of tract's `TypedOp`, whose tables reach every operator of
/// tract-core: the graph, its order and the executor come without the rest.
pub(super) type Network = Graph<TypedFact, Operator>;

/// A node.
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

    /// The graph for pictures of `side` px.
    pub(super) fn network(&self, side: usize) -> TractResult<Network> {
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
}

/// A node is equal to itself.
pub(super) fn same_layer(a: &Arc<dyn Layer>, b: &Arc<dyn Layer>) -> bool {
    Arc::ptr_eq(a, b)
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

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
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

pub(super) use op;

op!(Operator, |operator| match operator {
    Operator::Source => "Picture",
    Operator::Layer(layer) => layer.name(),
    Operator::Concat => "Concat",
});

pub(super) fn layer(kind: &Kind, kernels: Kernels) -> Arc<dyn Layer> {
    match kind {
        Kind::Picture { levels, weights, stride } => {
            Arc::new(Picture::new(kernels.wide, weights, levels.clone(), *stride))
        }
        Kind::Conv { weights, dilation, c_low } => {
            Arc::new(Conv::new(kernels.narrow, weights, *dilation, *c_low))
        }
        Kind::Point { weights, zero } => Arc::new(Point::new(kernels.narrow, weights, *zero)),
        Kind::Depthwise { weights, stride } => {
            Arc::new(Depthwise::new(kernels.narrow, weights, *stride))
        }
        Kind::Side { weights } => Arc::new(Side::new(kernels.narrow, weights)),
        Kind::Pool => Arc::new(Pool),
        Kind::Upsample => Arc::new(Upsample),
        Kind::Add(add) => Arc::new(add.clone()),
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
