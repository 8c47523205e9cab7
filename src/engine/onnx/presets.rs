//! Specs of families of networks by name: how their published code feeds and reads them. No weights.

/// What a family's published code does: the side, px, where the file leaves it free, and the words of a
/// [`Spec`](super::Spec) that are not U2-Net's.
pub(super) type Preset = (u32, &'static [(&'static str, &'static str)]);

const BY_255: (&str, &str) = ("divide", "255");
const HALF: (&str, &str) = ("mean", "0.5");

pub(super) fn preset(name: &str) -> Option<Preset> {
    Some(match name {
        // Qin et al. 2020.
        "u2net" => (320, &[]),
        // Qin et al. 2022 (DIS); BRIA's RMBG 1.4 is one.
        "isnet" | "rmbg" => (1024, &[BY_255, HALF, ("deviation", "1")]),
        // Ke et al. 2022.
        "modnet" => (512, &[BY_255, HALF, ("deviation", "0.5")]),
        // Zheng et al. 2024.
        "birefnet-lite" => (1024, &[BY_255, ("saliency", "sigmoid")]),
        // Strudel et al. 2021.
        "segmenter" => (512, &[BY_255, HALF, ("deviation", "0.5"), ("saliency", "softmax")]),
        // Zheng et al. 2021.
        "setr" => (512, &[BY_255, ("saliency", "softmax")]),
        _ => return None,
    })
}
