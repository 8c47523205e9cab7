//! Specs of families of networks by name: how their published code feeds and reads them. No weights.

use super::spec::{Reading, Spec};

/// The mean and deviation of ImageNet, which [`Spec::default`] has.
const HALF: [f32; 3] = [0.5; 3];

pub(super) fn preset(name: &str) -> Option<Spec> {
    let u2net = Spec::default();
    let by_255 = Spec { by_brightest: false, ..u2net.clone() };
    Some(match name {
        // Qin et al. 2020.
        "u2net" => u2net,
        // Qin et al. 2022 (DIS); BRIA's RMBG 1.4 is one.
        "isnet" | "rmbg" => Spec { usual_px: 1024, mean: HALF, deviation: [1.0; 3], ..by_255 },
        // Ke et al. 2022.
        "modnet" => Spec { usual_px: 512, mean: HALF, deviation: HALF, ..by_255 },
        // Zheng et al. 2024.
        "birefnet-lite" => Spec { usual_px: 1024, reading: Reading::Sigmoid, ..by_255 },
        // Strudel et al. 2021.
        "segmenter" => {
            Spec { usual_px: 512, mean: HALF, deviation: HALF, reading: Reading::Softmax, ..by_255 }
        }
        // Zheng et al. 2021.
        "setr" => Spec { usual_px: 512, reading: Reading::Softmax, ..by_255 },
        _ => return None,
    })
}
