//! In: the bytes of a photo. Out: the bytes of its cut-out. The only file that sees every step.
//!
//! ```text
//! bytes ─ decode ─ orient ─> Image ─ preprocess ─> Input ─ engine ─> Saliency
//!                              │                                reach_border, and where a side
//!                              │                                cuts the subject a second look
//!                              ├───────── studio::sharpen <─ Mask <─ matte
//!                              │                  └─> Mask ─────────────────────┐
//!                              └──────────────── compose ───────────────────────┘
//!                                                   └─> Image ─ encode ─> bytes
//! ```

mod search;

pub use self::search::Search;

use crate::cutout::Cutout;
use crate::engine::Engine;
#[cfg(feature = "onnx")]
use crate::engine::onnx::Onnx;
use crate::error::{Error, Result};
use crate::find::alpha::{is_cut_out, own_mask};
use crate::find::subject::Subject;
use crate::matte::studio;
use crate::options::{Method, Model, Options};
use crate::raster::{Image, Input, Saliency, View};
use crate::read::read;
use crate::step::Step;

/// Removes backgrounds. Holds the loaded network and nothing of the photos.
#[derive(Debug)]
pub struct Remover {
    network: Network,
}

#[derive(Debug)]
enum Network {
    /// A plan of this version, and whose.
    Own(Engine, Model),
    #[cfg(feature = "onnx")]
    Any(Onnx),
}

impl Network {
    fn view(&self, input_size: u32) -> View {
        match self {
            Self::Own(..) => View::square(input_size),
            #[cfg(feature = "onnx")]
            Self::Any(onnx) => {
                let (width, height) = onnx.size();
                View { width, height, by_brightest: onnx.spec().by_brightest }
            }
        }
    }

    fn run(&self, input: &Input) -> Result<Saliency> {
        match self {
            Self::Own(engine, _) => engine.run(input),
            #[cfg(feature = "onnx")]
            Self::Any(onnx) => onnx.run(input),
        }
    }
}

impl Remover {
    /// Loads the plan of one of the [`Model`]s of this version, whole: [`Model::sha256`] is the hash
    /// of its ONNX file. With the feature `lower`, that file itself will do.
    ///
    /// # Errors
    /// [`Error::Model`].
    pub fn new(model: &[u8]) -> Result<Self> {
        let engine = Engine::load(model)?;
        let model = Model::of(engine.source()).ok_or_else(|| {
            let names = Model::ALL.map(Model::name).join(" or ");
            Error::Model { reason: format!("it is not this version's {names}") }
        })?;
        Ok(Self { network: Network::Own(engine, model) })
    }

    /// Takes any network. [`Options::input_size`] does not matter to it: it has its own.
    #[cfg(feature = "onnx")]
    pub fn of(network: Onnx) -> Self {
        Self { network: Network::Any(network) }
    }

    /// The model it holds; `None` when it is someone else's network.
    pub fn model(&self) -> Option<Model> {
        match &self.network {
            Network::Own(_, model) => Some(*model),
            #[cfg(feature = "onnx")]
            Network::Any(_) => None,
        }
    }

    /// Finds the subject of `photo`, which is upright. `on_step` is called as each step begins.
    ///
    /// # Errors
    /// [`Error::Model`], [`Error::Inference`], [`Error::BusyGround`], or [`Error::Option`] when the focus lies
    /// outside the photo. That there is no subject is no error here: [`Cutout::subject`] says so.
    pub fn segment(
        &self,
        photo: Image,
        options: &Options,
        mut on_step: impl FnMut(Step),
    ) -> Result<Cutout> {
        if !needs_network(&photo, options) {
            return segment_studio(photo, options, on_step);
        }
        if let Some(wanted) = options.model.filter(|&wanted| self.model() != Some(wanted)) {
            let held = self.model().map_or("another network", Model::name);
            let wanted = wanted.name();
            return Err(Error::Model { reason: format!("{wanted} is wanted, {held} is loaded") });
        }
        let view = self.network.view(options.input_size);
        let mut search = Search::new(photo, options.clone(), view, &mut on_step)?;
        while let Some(input) = search.input() {
            let saliency = self.look(input)?;
            search.answer(saliency);
        }
        Ok(search.finish(&mut on_step))
    }

    /// What the network makes of `input`.
    ///
    /// # Errors
    /// [`Error::Inference`].
    pub fn look(&self, input: &Input) -> Result<Saliency> {
        self.network.run(input)
    }

    /// Cuts out the subject of `photo`, a JPEG, PNG or WebP file, and returns a file. `on_step` is
    /// called as each step begins.
    ///
    /// # Errors
    /// Any [`Error`].
    pub fn remove(
        &self,
        photo: &[u8],
        options: &Options,
        mut on_step: impl FnMut(Step),
    ) -> Result<Vec<u8>> {
        on_step(Step::Decode);
        let photo = read(photo, options.max_pixels)?;
        self.segment(photo, options, &mut on_step)?.into_file(options, on_step)
    }
}

/// Whether the network is to look at `photo`: not with the method `studio`, nor where the photo is cut
/// out already, the method is not `network` and no part of it is asked for.
pub fn needs_network(photo: &Image, options: &Options) -> bool {
    match options.method {
        Method::Network => true,
        Method::Studio => false,
        Method::Auto => options.focus.is_some() || !is_cut_out(photo),
    }
}

/// Finds the subject of `photo`, which is upright and is cut out already, when its own alpha is the
/// mask, or stands before a plain ground, by the ground's colours alone. No model is needed. `on_step` is called as each step begins.
///
/// # Errors
/// [`Error::BusyGround`], or [`Error::Option`] for a focus, which needs the network. That there is no subject is no
/// error here: [`Cutout::subject`] says so.
pub fn segment_studio(
    photo: Image,
    options: &Options,
    mut on_step: impl FnMut(Step),
) -> Result<Cutout> {
    if options.focus.is_some() {
        return Err(Error::Option {
            reason: "at and roi need the network: no method studio".into(),
        });
    }
    on_step(Step::Matte);
    if is_cut_out(&photo) {
        let (mask, subject) = own_mask(&photo);
        return Ok(Cutout::new(photo, mask, subject));
    }
    let ground = studio::recognise(&photo)?;
    let mask = studio::segment(&photo, &ground, options);
    let subject = Subject::find(&mask, studio::confidence(&mask));
    Ok(Cutout::new(photo, mask, subject))
}
