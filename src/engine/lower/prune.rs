//! In: the layers of a network. Out: those that its last one, the saliency, depends on.

use crate::engine::plan::Node;

/// Drops what reaches nothing; the rest keeps its order.
pub(super) fn prune(nodes: Vec<Node>) -> Vec<Node> {
    let mut reaches = vec![false; nodes.len() + 1];
    reaches[nodes.len()] = true;
    for (index, node) in nodes.iter().enumerate().rev() {
        if reaches[index + 1] {
            node.inputs.iter().for_each(|&input| reaches[input] = true);
        }
    }
    // Where each map is among those that stay; 0 is the picture.
    let mut places = vec![0; nodes.len() + 1];
    let mut kept: Vec<Node> = vec![];
    for (index, mut node) in nodes.into_iter().enumerate().filter(|(index, _)| reaches[index + 1]) {
        node.inputs.iter_mut().for_each(|input| *input = places[*input]);
        kept.push(node);
        places[index + 1] = kept.len();
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::layers::Fuse;
    use crate::engine::plan::Kind;

    #[test]
    fn planted_layers_that_reach_nothing_are_dropped() {
        let node = |kind, inputs: &[usize]| Node { kind, inputs: inputs.to_vec() };
        let fuse = Kind::Fuse(Fuse { weights: vec![1.0], bias: 0.0, scale: 1 });
        let alive = vec![
            node(Kind::Pool, &[0]),
            node(Kind::Upsample, &[1]),
            node(Kind::Concat, &[0, 2]),
            node(fuse.clone(), &[3]),
        ];
        assert_eq!(prune(alive.clone()), alive);
        let planted = vec![
            node(Kind::Pool, &[0]),
            node(Kind::Pool, &[1]),
            node(Kind::Upsample, &[1]),
            node(Kind::Upsample, &[2]),
            node(Kind::Concat, &[0, 3]),
            node(Kind::Concat, &[4, 3]),
            node(fuse, &[5]),
        ];
        assert_eq!(prune(planted), alive);
        assert_eq!(prune(vec![]), vec![]);
    }
}
