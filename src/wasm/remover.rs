//! The JavaScript face of [`Remover`] and [`Cutout`]; `js/engine/local.ts` and `js/picture/picture.ts` are
//! its only callers.
//!
//! `options` are names and values in turn, as [`Options::parse`] takes them, with a NUL between.
//! Everything throws an `Error` with a `code`.

use std::sync::Arc;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::thrown;
use crate::cutout::Cutout;
use crate::error::{Error, Result};
use crate::matte::edit::Stroke;
use crate::options::{Background, Model, Options};
use crate::pipeline::{Remover, Search, needs_network, segment_studio};
use crate::raster::{Image, Input, Saliency, View};
use crate::read::read;
use crate::step::Step;

#[wasm_bindgen]
extern "C" {
    /// JavaScript's `Function`.
    #[derive(Debug)]
    #[wasm_bindgen(typescript_type = "Function")]
    pub type Function;

    #[wasm_bindgen(method, catch)]
    fn call(this: &Function, this_value: &JsValue, step: &str) -> std::result::Result<(), JsValue>;
}

/// The name of every option.
#[wasm_bindgen(js_name = optionNames)]
pub fn option_names() -> Vec<String> {
    Options::names().map(str::to_owned).collect()
}

/// The media type of the file that `options` ask for.
#[wasm_bindgen(js_name = mediaType)]
pub fn media_type(options: &str) -> std::result::Result<String, JsValue> {
    parse(options).map(|options| options.format.media_type().to_owned()).map_err(thrown)
}

/// A picture, RGBA8, straight alpha, upright.
#[wasm_bindgen(js_name = Picture)]
#[derive(Debug)]
pub struct JsPicture(Image);

#[wasm_bindgen(js_class = Picture)]
impl JsPicture {
    /// `file`: the bytes of a JPEG, PNG or WebP file.
    pub fn decode(file: &[u8], options: &str) -> std::result::Result<Self, JsValue> {
        parse(options).and_then(|options| read(file, options.max_pixels)).map(Self).map_err(thrown)
    }

    /// `pixels`: `[height, width, 4]` RGBA8.
    #[wasm_bindgen(js_name = fromPixels)]
    pub fn from_pixels(
        pixels: Vec<u8>,
        width: u32,
        height: u32,
        options: &str,
    ) -> std::result::Result<Self, JsValue> {
        let limit_px = parse(options).map_err(thrown)?.max_pixels;
        if u64::from(width) * u64::from(height) > limit_px {
            return Err(thrown(Error::TooLarge { width, height, limit_px }));
        }
        Ok(Self(Image::new(width, height, pixels)))
    }

    /// Width, px.
    #[wasm_bindgen(getter)]
    pub fn width(&self) -> u32 {
        self.0.width()
    }

    /// Height, px.
    #[wasm_bindgen(getter)]
    pub fn height(&self) -> u32 {
        self.0.height()
    }

    /// Whether the network is to look at the picture; where not, [`JsCutout::studio`] needs no model.
    #[wasm_bindgen(js_name = needsNetwork)]
    pub fn needs_network(&self, options: &str) -> std::result::Result<bool, JsValue> {
        parse(options).map(|options| needs_network(&self.0, &options)).map_err(thrown)
    }

    /// `[height, width, 4]` RGBA8; the picture is gone.
    #[wasm_bindgen(js_name = intoPixels)]
    pub fn into_pixels(self) -> Vec<u8> {
        self.0.into_pixels()
    }
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

    /// The model's name.
    #[wasm_bindgen(getter)]
    pub fn model(&self) -> String {
        self.0.model().map_or("", Model::name).to_owned()
    }

    /// Takes `photo`. `on_step` receives each step's name as it begins.
    pub fn segment(
        &self,
        photo: JsPicture,
        options: &str,
        on_step: &Function,
    ) -> std::result::Result<JsCutout, JsValue> {
        let options = parse(options).map_err(thrown)?;
        let cutout = self.0.segment(photo.0, &options, |step| report(on_step, step));
        cutout.map(JsCutout).map_err(thrown)
    }

    /// What the network makes of `input`, `[side, side, 3]` u8: `[side, side]` f32.
    pub fn look(&self, input: Vec<u8>, side: u32) -> std::result::Result<Vec<f32>, JsValue> {
        let saliency = self.0.look(&Input::new(side, side, input)).map_err(thrown)?;
        Ok(saliency.values().to_vec())
    }
}

/// A photo in which a network that runs elsewhere looks for the subject.
#[wasm_bindgen(js_name = Search)]
#[derive(Debug)]
pub struct JsSearch(Search);

#[wasm_bindgen(js_class = Search)]
impl JsSearch {
    /// Takes `photo`. `width`, `height`: of what the network takes, px; 0 is what the options say.
    /// `by_brightest`: whether a picture is divided by its brightest value.
    #[wasm_bindgen(constructor)]
    pub fn new(
        photo: JsPicture,
        options: &str,
        width: u32,
        height: u32,
        by_brightest: bool,
        on_step: &Function,
    ) -> std::result::Result<Self, JsValue> {
        let options = parse(options).map_err(thrown)?;
        let view = match width {
            0 => View::square(options.input_size),
            _ => View { width, height, by_brightest },
        };
        let search = Search::new(photo.0, options, view, &mut |step| report(on_step, step));
        search.map(Self).map_err(thrown)
    }

    /// What the network is to look at next, `[height, width, 3]` u8; undefined when it has seen enough.
    pub fn input(&self) -> Option<Vec<u8>> {
        self.0.input().map(|input| input.values().to_vec())
    }

    /// Takes what the network made of it, a square of f32.
    pub fn answer(&mut self, saliency: Vec<f32>) {
        self.0.answer(Saliency::new(saliency.len().isqrt() as u32, saliency));
    }

    /// The cut-out, once there is no more input.
    pub fn finish(self, on_step: &Function) -> JsCutout {
        JsCutout(self.0.finish(&mut |step| report(on_step, step)))
    }
}

/// A photo and its subject; free it when it is no longer wanted.
#[wasm_bindgen(js_name = Cutout)]
#[derive(Debug)]
pub struct JsCutout(Cutout);

#[wasm_bindgen(js_class = Cutout)]
impl JsCutout {
    /// Takes `photo`, whose subject its own alpha or the ground's colours tell. `on_step` receives each step's name
    /// as it begins.
    pub fn studio(
        photo: JsPicture,
        options: &str,
        on_step: &Function,
    ) -> std::result::Result<JsCutout, JsValue> {
        let options = parse(options).map_err(thrown)?;
        let cutout = segment_studio(photo.0, &options, |step| report(on_step, step));
        cutout.map(JsCutout).map_err(thrown)
    }

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

    /// The picture that `options` ask for, as a file. `background`: a picture to put the subject on.
    pub fn encode(
        &self,
        options: &str,
        background: Option<JsPicture>,
    ) -> std::result::Result<Vec<u8>, JsValue> {
        let options = parse_with(options, background);
        options.and_then(|options| self.0.encode(&options)).map_err(thrown)
    }

    /// The same of a cut-out that has a subject and is gone then. `on_step` receives each step's
    /// name as it begins.
    #[wasm_bindgen(js_name = intoFile)]
    pub fn into_file(
        self,
        options: &str,
        background: Option<JsPicture>,
        on_step: &Function,
    ) -> std::result::Result<Vec<u8>, JsValue> {
        let options = parse_with(options, background);
        let file = options.and_then(|o| self.0.into_file(&o, |step| report(on_step, step)));
        file.map_err(thrown)
    }

    /// The same as pixels.
    pub fn render(
        &self,
        options: &str,
        background: Option<JsPicture>,
    ) -> std::result::Result<JsPicture, JsValue> {
        let options = parse_with(options, background).map_err(thrown)?;
        self.0.render(&options).map(JsPicture).map_err(thrown)
    }

    /// The mask put on another size of the same photo, which is taken.
    pub fn apply(&self, photo: JsPicture) -> std::result::Result<JsCutout, JsValue> {
        self.0.apply(photo.0).map(JsCutout).map_err(thrown)
    }

    /// The same with strokes painted into the mask, as [`Stroke::parse`] takes them; with `learn`, what
    /// they mean follows.
    pub fn edit(&self, strokes: &[f32], learn: bool) -> JsCutout {
        JsCutout(self.0.edit(&Stroke::parse(strokes), learn))
    }
}

fn parse_with(options: &str, background: Option<JsPicture>) -> Result<Options> {
    let mut options = parse(options)?;
    if let Some(JsPicture(picture)) = background {
        options.background = Background::Picture(Arc::new(picture));
    }
    Ok(options)
}

fn parse(options: &str) -> Result<Options> {
    let words: Vec<&str> = options.split('\0').collect();
    Options::parse(words.chunks_exact(2).map(|pair| (pair[0], pair[1])))
}

fn report(on_step: &Function, step: Step) {
    // What a listener throws must not leave the pipeline half done.
    let _ = on_step.call(&JsValue::UNDEFINED, step.name());
}
