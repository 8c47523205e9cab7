//! In: an [`Input`], `[side, side, 3]` u8. Out: a [`Saliency`], `[side, side]` f32.
//!
//! U2-Netp (Qin et al. 2020, arXiv 2005.09007) on an encoder of EfficientNet-Lite0, in 8-bit
//! integers. `lower` turns the ONNX file into a [`plan`] once, when its weights change; [`network`]
//! turns the plan into a tract graph of our own [`layers`], [`memory`] gives every map its place in
//! one arena, and [`chain`] is what runs; the layers call the [`kernels`].
//!
//! ```text
//! ONNX ─ lower ─> Plan ─ write ─> bytes ─ read ─> Plan ─ network ─ memory ─ chain ─> Saliency
//! ```
//!
//! With the feature `onnx`, [`onnx`] runs any other network, through tract-onnx.

mod chain;
pub(crate) mod kernels;
mod layers;
#[cfg(feature = "lower")]
mod lower;
mod memory;
mod network;
#[cfg(feature = "onnx")]
pub mod onnx;
#[cfg(any(test, feature = "gpu"))]
pub(crate) mod outline;
mod plan;
#[cfg(test)]
mod tests;

use std::sync::{Mutex, MutexGuard, PoisonError};

use tract_core::internal::TractError;

use self::chain::Ready;
use self::kernels::Kernels;
use self::network::Layers;
#[cfg(any(test, feature = "gpu"))]
pub use self::outline::Outline;
use self::plan::Plan;
use crate::error::{Error, Result};
use crate::raster::{INPUT_SIDE, Input, Saliency};

/// The sides that the network runs at, px: multiples of this,
pub const SIDE_STEP: u32 = 32;
/// from this
pub const MIN_SIDE: u32 = 160;
/// to this.
pub const MAX_SIDE: u32 = 640;

/// A network that is loaded and ready.
#[derive(Debug)]
pub struct Engine {
    source: [u8; 32],
    layers: Layers,
    kernels: Kernels,
    /// What earlier runs used, for later ones; never more than ran at the same time.
    ready: Mutex<Vec<Ready>>,
}

impl Engine {
    /// Loads a plan; with the feature `lower`, the ONNX file itself will do.
    ///
    /// # Errors
    /// [`Error::Model`].
    pub fn load(bytes: &[u8]) -> Result<Self> {
        Self::new(&read(bytes)?)
    }

    fn new(plan: &Plan) -> Result<Self> {
        let failed = |error: TractError| Error::Model { reason: format!("{error:#}") };
        let kernels = kernels::select();
        let layers = Layers::new(plan, kernels);
        let ready = Ready::new(&layers, INPUT_SIDE as usize).map_err(failed)?;
        Ok(Self { source: plan.source, layers, kernels, ready: Mutex::new(vec![ready]) })
    }

    /// The SHA-256 of the ONNX file that it was made from.
    pub fn source(&self) -> &[u8; 32] {
        &self.source
    }

    /// The kernel that this machine's instruction set allows: `"avx-vnni"`, `"relaxed add"`.
    pub fn kernel(&self) -> &'static str {
        self.kernels.narrow.name
    }

    /// Runs the network once; several threads may at the same time. The side of `input` is a multiple of [`SIDE_STEP`] from [`MIN_SIDE`]
    /// to [`MAX_SIDE`], px.
    ///
    /// # Errors
    /// [`Error::Inference`] when `input` is of another side or the engine fails.
    pub fn run(&self, input: &Input) -> Result<Saliency> {
        let (side, height) = (input.width(), input.height());
        let fits = (MIN_SIDE..=MAX_SIDE).contains(&side) && side.is_multiple_of(SIDE_STEP);
        if side != height || !fits {
            return Err(Error::Inference {
                reason: format!(
                    "input is {side}x{height} px; its side must be a multiple of {SIDE_STEP} from {MIN_SIDE} to {MAX_SIDE}"
                ),
            });
        }
        let failed = |error: TractError| Error::Inference { reason: format!("{error:#}") };
        let mut ready = match self.take(side as usize) {
            Some(ready) => ready,
            None => Ready::new(&self.layers, side as usize).map_err(failed)?,
        };
        let values = ready.run(input.values()).map_err(failed)?;
        self.resting().push(ready);
        Ok(Saliency::new(side, values))
    }

    /// What rests and fits; what is of other sizes goes where nothing fits.
    fn take(&self, side: usize) -> Option<Ready> {
        let mut resting = self.resting();
        let fitting = resting.iter().position(|ready| ready.side == side);
        if fitting.is_none() {
            resting.clear();
        }
        fitting.map(|index| resting.swap_remove(index))
    }

    fn resting(&self) -> MutexGuard<'_, Vec<Ready>> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(bytes: &[u8]) -> Result<Plan> {
    #[cfg(feature = "lower")]
    if !Plan::is_plan(bytes) {
        return lower::lower(bytes).map(|(plan, _)| plan);
    }
    Plan::read(bytes)
}

/// What [`lower`] makes.
#[cfg(feature = "lower")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lowered {
    /// The bytes of the plan.
    pub plan: Vec<u8>,
    /// How many layers it has.
    pub layers: usize,
    /// How many layers of the file reach nothing and were left out.
    pub dropped: usize,
}

/// Turns an ONNX file into the plan that [`Engine::load`] reads.
///
/// # Errors
/// [`Error::Model`] when it is not a quantised U2-Netp as `training/ship/quantise.py` writes it.
#[cfg(feature = "lower")]
pub fn lower(onnx: &[u8]) -> Result<Lowered> {
    let (plan, dropped) = lower::lower(onnx)?;
    Ok(Lowered { layers: plan.nodes.len(), plan: plan.write(), dropped })
}
