//! The Python face of [`cleancut`]: what `python/cleancut/` is built on, and its only caller.
//!
//! Every call that works on a photo lets other Python threads run meanwhile. Options are pairs of
//! name and word, as [`Options::parse`] takes them.

use std::ffi::OsString;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use cleancut::matte::edit::Stroke;
use cleancut::options::{Background, Format, Model};
use cleancut::pipeline::{needs_network, segment_studio};
use cleancut::read::read;
use cleancut::write::encode;
use cleancut::{Cutout, Error, Image, Options, Remover, Step};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyByteArray, PyBytes, PyDict};

type Result<T> = std::result::Result<T, Error>;

/// A file; or pixels, `[h, w, 3]` or `[h, w, 4]` u8, and their width and height.
type Photo = (PyBackedBytes, Option<(u32, u32)>);
type Words = Vec<(String, String)>;
/// Whether it keeps, its points, radius px, hardness.
type Line = (bool, Vec<[f32; 2]>, f32, f32);

#[pymodule]
mod _native {
    #[pymodule_export]
    use super::{Engine, Found, check, command_line, option_names};
}

/// A network, loaded when a photo first wants it.
#[pyclass(frozen)]
struct Engine {
    model: Model,
    remover: OnceLock<Remover>,
}

/// A photo and what was found in it.
#[pyclass(frozen)]
struct Found {
    cutout: Cutout,
    steps: Vec<(Step, f64)>,
}

#[pymethods]
impl Engine {
    #[new]
    fn new(py: Python<'_>, model: Option<&str>) -> PyResult<Self> {
        let words = model.map(|model| ("model", model));
        let options = Options::parse(words).map_err(|error| raised(py, &error))?;
        Ok(Self { model: options.model.unwrap_or(Model::DEFAULT), remover: OnceLock::new() })
    }

    #[getter]
    fn model(&self) -> &'static str {
        self.model.name()
    }

    fn segment(&self, py: Python<'_>, photo: Photo, words: Words) -> PyResult<Found> {
        freely(py, || self.find(&photo, &parse(&words, None)?))
    }

    /// A file of the cut-out.
    fn remove<'py>(
        &self,
        py: Python<'py>,
        photo: Photo,
        words: Words,
        ground: Option<Photo>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let file = freely(py, || {
            let options = parse(&words, ground.as_ref())?;
            self.find(&photo, &options)?.cutout.into_file(&options, |_| {})
        });
        Ok(PyBytes::new(py, &file?))
    }

    /// The pixels of the cut-out, their width and height.
    fn remove_pixels<'py>(
        &self,
        py: Python<'py>,
        photo: Photo,
        words: Words,
        ground: Option<Photo>,
    ) -> PyResult<(Bound<'py, PyByteArray>, u32, u32)> {
        let picture = freely(py, || {
            let options = parse(&words, ground.as_ref())?;
            let cutout = self.find(&photo, &options)?.cutout.with_subject()?;
            raw(&cutout.into_render(&options)?, &options)
        });
        Ok(array(py, picture?))
    }
}

impl Engine {
    fn find(&self, photo: &Photo, options: &Options) -> Result<Found> {
        let mut began: Vec<(Step, Instant)> = vec![];
        let mut on_step = |step| began.push((step, Instant::now()));
        on_step(Step::Decode);
        let image = image(photo, options)?;
        let cutout = if needs_network(&image, options) {
            self.remover()?.segment(image, options, on_step)?
        } else {
            segment_studio(image, options, on_step)?
        };
        let ends = began.iter().skip(1).map(|&(_, at)| at).chain([Instant::now()]);
        let took_ms = |(&(step, at), end): (&(Step, Instant), Instant)| {
            (step, (end - at).as_secs_f64() * 1e3)
        };
        Ok(Found { cutout, steps: began.iter().zip(ends).map(took_ms).collect() })
    }

    fn remover(&self) -> Result<&Remover> {
        if let Some(remover) = self.remover.get() {
            return Ok(remover);
        }
        let remover = Remover::new(self.model.bytes())?;
        Ok(self.remover.get_or_init(|| remover))
    }
}

#[pymethods]
impl Found {
    #[getter]
    fn size(&self) -> (u32, u32) {
        (self.cutout.photo().width(), self.cutout.photo().height())
    }

    /// x, y, width, height.
    #[getter]
    fn bounds(&self) -> Option<(u32, u32, u32, u32)> {
        self.cutout.subject().bounds.map(|b| (b.x, b.y, b.width, b.height))
    }

    #[getter]
    fn coverage(&self) -> f32 {
        self.cutout.subject().coverage
    }

    #[getter]
    fn confidence(&self) -> f32 {
        self.cutout.subject().confidence
    }

    /// Top, right, bottom, left.
    #[getter]
    fn touches(&self) -> (bool, bool, bool, bool) {
        let sides = self.cutout.subject().touches;
        (sides.top, sides.right, sides.bottom, sides.left)
    }

    /// Step and milliseconds.
    #[getter]
    fn steps(&self) -> Vec<(&'static str, f64)> {
        self.steps.iter().map(|&(step, took_ms)| (step.name(), took_ms)).collect()
    }

    /// The mask where it lies, as numpy understands it.
    #[getter(__array_interface__)]
    fn array_interface<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let mask = self.cutout.mask();
        let about = PyDict::new(py);
        about.set_item("version", 3)?;
        about.set_item("typestr", "|u1")?;
        about.set_item("shape", (mask.height(), mask.width()))?;
        about.set_item("data", (mask.values().as_ptr() as usize, true))?;
        Ok(about)
    }

    fn encode<'py>(
        &self,
        py: Python<'py>,
        words: Words,
        ground: Option<Photo>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let file = freely(py, || self.cutout.encode(&parse(&words, ground.as_ref())?));
        Ok(PyBytes::new(py, &file?))
    }

    fn pixels<'py>(
        &self,
        py: Python<'py>,
        words: Words,
        ground: Option<Photo>,
    ) -> PyResult<(Bound<'py, PyByteArray>, u32, u32)> {
        let picture = freely(py, || {
            let options = parse(&words, ground.as_ref())?;
            raw(&self.cutout.render(&options)?, &options)
        });
        Ok(array(py, picture?))
    }

    fn apply(&self, py: Python<'_>, photo: Photo, words: Words) -> PyResult<Self> {
        let cutout = freely(py, || self.cutout.apply(image(&photo, &parse(&words, None)?)?));
        Ok(Self { cutout: cutout?, steps: vec![] })
    }

    fn edit(&self, py: Python<'_>, lines: Vec<Line>, learn: bool) -> Self {
        let stroke =
            |(keep, points, radius_px, hardness)| Stroke { keep, points, radius_px, hardness };
        let strokes: Vec<Stroke> = lines.into_iter().map(stroke).collect();
        let cutout = py.allow_threads(|| self.cutout.edit(&strokes, learn));
        Self { cutout, steps: vec![] }
    }
}

/// Every option's name.
#[pyfunction]
fn option_names() -> Vec<&'static str> {
    Options::names().collect()
}

/// Raises where the words are no options.
#[pyfunction]
fn check(py: Python<'_>, words: Words) -> PyResult<()> {
    parse(&words, None).map(|_| ()).map_err(|error| raised(py, &error))
}

/// Does what the words ask for, as the binary does, and gives its exit status.
#[pyfunction]
fn command_line(py: Python<'_>, words: Vec<OsString>) -> u8 {
    py.allow_threads(|| cleancut_command_line::run(words))
}

/// Works while other threads may hold Python.
fn freely<T: Send>(py: Python<'_>, work: impl FnOnce() -> Result<T> + Send) -> PyResult<T> {
    py.allow_threads(work).map_err(|error| raised(py, &error))
}

/// `cleancut.CleancutError`, or why there is none.
fn raised(py: Python<'_>, error: &Error) -> PyErr {
    let kind = py.import("cleancut._errors").and_then(|errors| errors.getattr("CleancutError"));
    match kind.and_then(|kind| kind.call1((error.code(), error.to_string()))) {
        Ok(raised) => PyErr::from_value(raised),
        Err(failed) => failed,
    }
}

fn parse(words: &Words, ground: Option<&Photo>) -> Result<Options> {
    let pairs = words.iter().map(|(name, word)| (&**name, &**word));
    let mut options = Options::parse(pairs)?;
    if let Some(ground) = ground {
        options.background = Background::Picture(Arc::new(image(ground, &options)?));
    }
    Ok(options)
}

fn image((bytes, size): &Photo, options: &Options) -> Result<Image> {
    let Some((width, height)) = *size else { return read(bytes, options.max_pixels) };
    let pixels = u64::from(width) * u64::from(height);
    if pixels > options.max_pixels {
        return Err(Error::TooLarge { width, height, limit_px: options.max_pixels });
    }
    let rgba = if bytes.len() as u64 == pixels * 3 {
        let mut rgba = vec![255; bytes.len() / 3 * 4];
        for (to, from) in rgba.chunks_exact_mut(4).zip(bytes.chunks_exact(3)) {
            to[..3].copy_from_slice(from);
        }
        rgba
    } else {
        bytes.to_vec()
    };
    if pixels == 0 || rgba.len() as u64 != pixels * 4 {
        let reason = format!("{} bytes are no {width}x{height} pixels", bytes.len());
        return Err(Error::Decode { format: "raw", reason });
    }
    Ok(Image::new(width, height, rgba))
}

/// Pixels with their width and height; one channel for the mask alone.
fn raw(picture: &Image, options: &Options) -> Result<(Vec<u8>, u32, u32)> {
    let mut options = options.clone();
    options.format = Format::Raw;
    Ok((encode(picture, &options)?, picture.width(), picture.height()))
}

fn array(
    py: Python<'_>,
    (pixels, width, height): (Vec<u8>, u32, u32),
) -> (Bound<'_, PyByteArray>, u32, u32) {
    (PyByteArray::new(py, &pixels), width, height)
}
