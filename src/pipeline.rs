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

use crate::cutout::Cutout;
use crate::engine::Engine;
#[cfg(feature = "onnx")]
use crate::engine::onnx::Onnx;
use crate::error::{Error, Result};
use crate::find::alpha::{is_cut_out, own_mask};
use crate::find::border::{cut_sides, narrow, reach_border, widen};
use crate::find::preprocess::preprocess;
use crate::find::subject::{self, Sides, Subject};
use crate::matte::{matte, studio};
use crate::options::{Method, Model, Options};
use crate::raster::{Image, Input, Saliency, View, shrink};
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
    /// [`Error::Model`], [`Error::Inference`] or [`Error::BusyGround`]. That there is no subject is no error here:
    /// [`Cutout::subject`] says so.
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
        let mut search = Search::new(photo, options.clone(), view, &mut on_step);
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

/// A photo whose subject is found look by look: [`Remover::segment`] in steps, for whoever runs the network
/// elsewhere, of a photo that [`needs_network`].
#[derive(Debug)]
pub struct Search {
    photo: Image,
    options: Options,
    view: View,
    looks: Looks,
}

/// What the network has seen.
#[derive(Debug)]
enum Looks {
    First(Input),
    /// Past these sides, which cut the subject.
    Second(Input, Sides),
    Done(Saliency),
}

impl Search {
    /// Begins. `photo` is upright; `view`: what the network takes. `on_step` is called as each step begins.
    pub fn new(photo: Image, options: Options, view: View, on_step: &mut dyn FnMut(Step)) -> Self {
        on_step(Step::Preprocess);
        let input = preprocess(shrink(&photo), view);
        on_step(Step::Inference);
        Self { photo, options, view, looks: Looks::First(input) }
    }

    /// What the network is to look at; None when it has seen enough.
    pub fn input(&self) -> Option<&Input> {
        match &self.looks {
            Looks::First(input) | Looks::Second(input, _) => Some(input),
            Looks::Done(_) => None,
        }
    }

    /// Takes what the network made of [`Search::input`].
    pub fn answer(&mut self, saliency: Saliency) {
        let small = shrink(&self.photo);
        let size = (small.width(), small.height());
        self.looks = match self.looks {
            Looks::Second(_, sides) => Looks::Done(narrow(&saliency, size, sides)),
            _ => {
                let saliency = reach_border(&saliency);
                let is_sure = subject::confidence(&saliency) >= subject::CONFIDENT;
                match cut_sides(&saliency).filter(|_| is_sure) {
                    Some(sides) => {
                        let wide = widen(small, sides);
                        Looks::Second(preprocess(&wide, self.view), sides)
                    }
                    None => Looks::Done(saliency),
                }
            }
        };
    }

    /// The cut-out, by what the network has seen. `on_step` is called as each step begins.
    ///
    /// # Panics
    /// When [`Search::input`] is not answered.
    pub fn finish(self, on_step: &mut dyn FnMut(Step)) -> Cutout {
        let Self { photo, options, looks: Looks::Done(saliency), .. } = self else {
            panic!("a look is missing")
        };
        on_step(Step::Matte);
        let small = shrink(&photo);
        let confidence = subject::confidence(&saliency);
        let mut mask = matte(&saliency, &photo, small, &options);
        if options.method == Method::Auto
            && confidence >= subject::CONFIDENT
            && let Ok(ground) = studio::recognise_in(small, &photo)
        {
            mask = studio::sharpen(mask, &photo, &ground);
        }
        let subject = Subject::find(&mask, confidence);
        Cutout::new(photo, mask, subject)
    }
}

/// Whether the network is to look at `photo`: not with the method `studio`, nor where the photo is cut
/// out already and the method is not `network`.
pub fn needs_network(photo: &Image, options: &Options) -> bool {
    match options.method {
        Method::Network => true,
        Method::Studio => false,
        Method::Auto => !is_cut_out(photo),
    }
}

/// Finds the subject of `photo`, which is upright and is cut out already, when its own alpha is the
/// mask, or stands before a plain ground, by the ground's colours alone. No model is needed. `on_step` is called as each step begins.
///
/// # Errors
/// [`Error::BusyGround`]. That there is no subject is no error here: [`Cutout::subject`] says so.
pub fn segment_studio(
    photo: Image,
    options: &Options,
    mut on_step: impl FnMut(Step),
) -> Result<Cutout> {
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
