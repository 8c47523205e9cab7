//! Any ONNX network that tells a subject: read, checked and run by tract-onnx.
//!
//! In: the bytes of the file and a [`Spec`]. Out: [`Onnx`], which takes an [`Input`] of the size that
//! the network wants and gives a [`Saliency`]. What cannot run is refused as it is loaded, with the
//! operator or the shape that is in the way.
//!
//! ```text
//! bytes ─ file (checked, single precision) ─ tract ─> graph ─┐
//! Input ─ mean, deviation, layout ──────────────────────────┴> output ─ answer ─> Saliency
//! ```

mod answer;
mod file;
mod presets;
mod spec;
#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::{TractErrorContext as _, bail};

use self::answer::{Output, read, squared};
use self::file::{Feed, decode, feed, fits};
use crate::error::{Error, Result};
use crate::raster::{Input, Saliency};

pub use spec::{Classes, LONGEST_SIDE, Layout, Reading, Spec};

/// tract's own words are cut here, bytes.
const LONGEST_REASON: usize = 400;

/// A network of someone else's that is loaded and ready.
#[derive(Debug)]
pub struct Onnx {
    spec: Spec,
    feed: Feed,
    plan: Arc<TypedRunnableModel>,
}

impl Onnx {
    /// Loads an ONNX file of at most 400 MB.
    ///
    /// # Errors
    /// [`Error::Model`], which names what is in the way: an operator, a shape, an output.
    pub fn load(bytes: &[u8], spec: Spec) -> Result<Self> {
        let failed = |reason| Error::Model { reason };
        let onnx = tract_onnx::onnx().with_ignore_output_shapes(true).with_ignore_value_info(true);
        let model = decode(&onnx, bytes).map_err(failed)?;
        let graph = model.graph.as_ref().ok_or_else(|| failed("it holds no graph".into()))?;
        let feed = feed(graph, &spec).map_err(failed)?;
        let plan = guarded(|| plan(&onnx, model, feed, &spec)).map_err(failed)?;
        Ok(Self { spec, feed, plan })
    }

    /// Whether a file of so many `bytes` may be loaded, before it is read.
    ///
    /// # Errors
    /// [`Error::Model`] when it is too large.
    pub fn fits(bytes: usize) -> Result<()> {
        fits(bytes).map_err(|reason| Error::Model { reason })
    }

    /// Width and height of the pictures that it takes, px.
    pub fn size(&self) -> (u32, u32) {
        (self.feed.width, self.feed.height)
    }

    /// How it is fed and read.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// Runs the network once; `input` is of its [`size`](Self::size).
    ///
    /// # Errors
    /// [`Error::Inference`] when `input` is of another size, or the output is not what the spec says.
    pub fn run(&self, input: &Input) -> Result<Saliency> {
        let failed = |reason| Error::Inference { reason };
        let (width, height) = self.size();
        if (input.width(), input.height()) != (width, height) {
            return Err(failed(format!(
                "input is {}x{} px; the network takes {width}x{height}",
                input.width(),
                input.height()
            )));
        }
        let output = guarded(|| {
            let outputs = self.plan.run(tvec!(self.tensor(input)?.into()))?;
            outputs.into_iter().next().context("no output")
        });
        let output = output.map_err(failed)?;
        let are_whole = !output.datum_type().is_float();
        let values = output.cast_to::<f32>().map_err(|error| failed(short(&error)))?;
        let values = values.try_as_plain_ram().map_err(|error| failed(short(&error)))?;
        let values = values.as_slice::<f32>().map_err(|error| failed(short(&error)))?;
        let output = Output { shape: output.shape(), values, are_whole };
        let map = read(&output, self.feed.layout, &self.spec).map_err(failed)?;
        let side = if map.width == map.height { map.width } else { width.max(height) as usize };
        let values = if map.width == map.height { map.values } else { squared(&map, side) };
        Ok(Saliency::new(side as u32, values))
    }

    fn tensor(&self, input: &Input) -> TractResult<Tensor> {
        let Spec { mean, deviation, is_bgr, .. } = self.spec;
        let (width, height) = (self.feed.width as usize, self.feed.height as usize);
        let pixels = width * height;
        let mut values = vec![0.0; 3 * pixels];
        let (step, stride) = match self.feed.layout {
            Layout::Nchw => (pixels, 1),
            Layout::Nhwc => (1, 3),
        };
        for (channel, (mean, deviation)) in mean.into_iter().zip(deviation).enumerate() {
            let place = if is_bgr { 2 - channel } else { channel };
            let levels: Vec<f32> =
                (0..=255_u8).map(|level| (f32::from(level) / 255.0 - mean) / deviation).collect();
            for (pixel, rgb) in input.values().chunks_exact(3).enumerate() {
                values[pixel * stride + place * step] = levels[usize::from(rgb[channel])];
            }
        }
        match self.feed.layout {
            Layout::Nchw => Tensor::from_shape(&[1, 3, height, width], &values),
            Layout::Nhwc => Tensor::from_shape(&[1, height, width, 3], &values),
        }
    }
}

/// The graph at its one size, with its one output, in the order in which it runs.
fn plan(
    onnx: &tract_onnx::Onnx,
    model: ModelProto,
    feed: Feed,
    spec: &Spec,
) -> TractResult<Arc<TypedRunnableModel>> {
    let mut graph = onnx.model_for_proto_model(&model)?;
    drop(model);
    let (width, height) = (feed.width as usize, feed.height as usize);
    let shape = match feed.layout {
        Layout::Nchw => [1, 3, height, width],
        Layout::Nhwc => [1, height, width, 3],
    };
    graph.set_input_fact(0, f32::fact(shape).into())?;
    let outputs: Vec<String> = graph
        .outputs
        .iter()
        .map(|&outlet| {
            let label = graph.outlet_label(outlet).map(str::to_owned);
            label.unwrap_or_else(|| graph.node(outlet.node).name.clone())
        })
        .collect();
    let output = match &spec.output {
        None => 0,
        Some(wished) => {
            let by_name = outputs.iter().position(|name| name == wished);
            let by_number = || wished.parse().ok().filter(|&number| number < outputs.len());
            let Some(output) = by_name.or_else(by_number) else {
                bail!("there is no output {wished:?}; there are {}", outputs.join(", "))
            };
            output
        }
    };
    let outlet = *graph.outputs.get(output).context("it has no output")?;
    graph.select_output_outlets(&[outlet])?;
    graph.into_optimized()?.into_runnable()
}

/// Runs tract on what somebody brought. What it does not expect, it may panic about.
fn guarded<T>(work: impl FnOnce() -> TractResult<T>) -> std::result::Result<T, String> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result.map_err(|error| short(&error)),
        Err(panic) => {
            let words = panic.downcast_ref::<String>().map(String::as_str);
            let words = words.or_else(|| panic.downcast_ref::<&str>().copied());
            Err(format!("tract gave up: {}", words.unwrap_or("it does not say why")))
        }
    }
}

fn short(error: &TractError) -> String {
    let mut words = format!("{error:#}").replace('\n', " ");
    if words.len() > LONGEST_REASON {
        words.truncate(words.floor_char_boundary(LONGEST_REASON));
        words.push_str("...");
    }
    words
}
