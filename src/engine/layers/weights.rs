//! A convolution's numbers, as the plan holds them, and as a kernel takes them.

use crate::engine::kernels::Requantise;

/// In the order of the engine's maps: channels last.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Weights {
    /// The kernel's side.
    pub(crate) kernel: usize,
    /// `[c_out, kernel, kernel, c_in]`, in [-127, 127]; depthwise, `c_in` is 1.
    pub(crate) values: Vec<i8>,
    /// `[c_out]`.
    pub(crate) bias: Vec<i32>,
    /// `[c_out]`: scale of the sums over scale of the output.
    pub(crate) multiplier: Vec<f32>,
}

impl Weights {
    pub(crate) fn c_out(&self) -> usize {
        self.bias.len()
    }

    pub(crate) fn c_in(&self) -> usize {
        self.values.len() / self.kernel.pow(2) / self.c_out()
    }
}

/// From a convolution's sums to its activations.
#[derive(Debug)]
pub(super) struct Scales {
    bias: Vec<i32>,
    multiplier: Vec<f32>,
    zero: f32,
}

impl Scales {
    /// `zero`: the zero point of the activations; `parts`: how many times too large the sums are.
    pub(super) fn new(w: &Weights, zero: u8, parts: f32) -> Self {
        let multiplier = w.multiplier.iter().map(|multiplier| multiplier / parts).collect();
        Self { bias: w.bias.clone(), multiplier, zero: f32::from(zero) }
    }

    pub(super) fn c_out(&self) -> usize {
        self.bias.len()
    }

    pub(super) fn requantise<'a>(&'a self, sixteenths: Option<&'a [i32]>) -> Requantise<'a> {
        let Self { bias, multiplier, zero } = self;
        Requantise { bias, multiplier, zero: *zero, sixteenths }
    }
}
