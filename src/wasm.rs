//! The JavaScript face of [`Remover`] and [`Cutout`]: the only file that knows JavaScript.
//! `js/local.ts` is its only caller.
//!
//! `options` are pairs, name and value after each other, as [`Options::set`] takes them.
//! Everything throws an `Error` with a `code`.

use js_sys::{Error as JsError, Function, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::cutout::Cutout;
use crate::error::{Error, Result};
use crate::image::Image;
use crate::options::Options;
use crate::pipeline::{Remover, Step, read, segment_studio};

#[wasm_bindgen(start)]
fn start() {
    console_error_panic_hook::set_once();
}

/// A loaded network.
#[wasm_bindgen(js_name = Remover)]
#[derive(Debug)]
pub struct JsRemover(Remover);

#[wasm_bindgen(js_class = Remover)]
impl JsRemover {
    /// `model`: the bytes of the model file.
    #[wasm_bindgen(constructor)]
    pub fn new(model: &[u8]) -> std::result::Result<Self, JsValue> {
        Remover::new(model).map(Self).map_err(thrown)
    }

    /// `photo`: the bytes of a JPEG, PNG or WebP file. `on_step` receives each step's name as it
    /// begins.
    pub fn segment(
        &self,
        photo: &[u8],
        options: Vec<String>,
        on_step: &Function,
    ) -> std::result::Result<JsCutout, JsValue> {
        let options = parse(&options).map_err(thrown)?;
        report(on_step, Step::Decode);
        let photo = read(photo, &options).map_err(thrown)?;
        let cutout = self.0.segment(photo, &options, |step| report(on_step, step));
        cutout.map(JsCutout).map_err(thrown)
    }

    /// The same for `[height, width, 4]` RGBA8 pixels, straight alpha, upright.
    #[wasm_bindgen(js_name = segmentPixels)]
    pub fn segment_pixels(
        &self,
        pixels: Vec<u8>,
        width: u32,
        height: u32,
        options: Vec<String>,
        on_step: &Function,
    ) -> std::result::Result<JsCutout, JsValue> {
        let options = parse(&options).map_err(thrown)?;
        let photo = Image::new(width, height, pixels);
        let cutout = self.0.segment(photo, &options, |step| report(on_step, step));
        cutout.map(JsCutout).map_err(thrown)
    }
}

/// The method `studio`, which needs no model. `photo`: the bytes of a JPEG, PNG or WebP file.
/// Throws `busy-ground` where a network is wanted.
#[wasm_bindgen(js_name = segmentStudio)]
#[allow(unreachable_pub, reason = "wasm-bindgen exports public functions alone")]
pub fn segment_studio_js(
    photo: &[u8],
    options: Vec<String>,
    on_step: &Function,
) -> std::result::Result<JsCutout, JsValue> {
    let options = parse(&options).map_err(thrown)?;
    report(on_step, Step::Decode);
    let photo = read(photo, &options).map_err(thrown)?;
    segment_studio(photo, |step| report(on_step, step)).map(JsCutout).map_err(thrown)
}

/// A photo and its subject; free it when it is no longer wanted.
#[wasm_bindgen(js_name = Cutout)]
#[derive(Debug)]
pub struct JsCutout(Cutout);

#[wasm_bindgen(js_class = Cutout)]
impl JsCutout {
    /// Width of the photo, px.
    #[wasm_bindgen(getter)]
    pub fn width(&self) -> u32 {
        self.0.photo().width()
    }

    /// Height of the photo, px.
    #[wasm_bindgen(getter)]
    pub fn height(&self) -> u32 {
        self.0.photo().height()
    }

    /// x, y, width and height of the subject's box, px; empty when there is no subject.
    #[wasm_bindgen(getter)]
    pub fn bounds(&self) -> Vec<u32> {
        let bounds = self.0.subject().bounds;
        bounds.map_or(vec![], |b| vec![b.x, b.y, b.width, b.height])
    }

    /// The share of the photo that the mask covers, 0 to 1.
    #[wasm_bindgen(getter)]
    pub fn coverage(&self) -> f32 {
        self.0.subject().coverage
    }

    /// How sure the answer is, 0 to 1.
    #[wasm_bindgen(getter)]
    pub fn confidence(&self) -> f32 {
        self.0.subject().confidence
    }

    /// Whether the photo's top, right, bottom and left side cut the subject: 0 or 1 each.
    #[wasm_bindgen(getter)]
    pub fn touches(&self) -> Vec<u8> {
        let sides = self.0.subject().touches;
        [sides.top, sides.right, sides.bottom, sides.left].map(u8::from).to_vec()
    }

    /// The mask, `[height, width]` u8.
    pub fn mask(&self) -> Vec<u8> {
        self.0.mask().values().to_vec()
    }

    /// The picture that `options` ask for, as a file.
    pub fn encode(&self, options: Vec<String>) -> std::result::Result<Vec<u8>, JsValue> {
        parse(&options).and_then(|options| self.0.encode(&options)).map_err(thrown)
    }
}

fn parse(pairs: &[String]) -> Result<Options> {
    let mut options = Options::default();
    for pair in pairs.chunks_exact(2) {
        options.set(&pair[0], &pair[1])?;
    }
    Ok(options)
}

fn report(on_step: &Function, step: Step) {
    // What a listener throws must not leave the pipeline half done.
    let _ = on_step.call1(&JsValue::UNDEFINED, &JsValue::from_str(step.name()));
}

fn thrown(error: Error) -> JsValue {
    let thrown = JsError::new(&error.to_string());
    let is_set = Reflect::set(&thrown, &"code".into(), &error.code().into());
    debug_assert!(is_set.is_ok(), "an Error takes a property");
    thrown.into()
}
