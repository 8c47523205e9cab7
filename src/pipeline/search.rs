//! In: a photo, and what the network makes of it look by look. Out: its [`Cutout`].

use crate::cutout::Cutout;
use crate::error::{Error, Result};
use crate::find::border::{cut_sides, narrow, reach_border, widen};
use crate::find::focus::{closer, single_out};
use crate::find::preprocess::preprocess;
use crate::find::subject::{self, Sides, Subject};
use crate::matte::{map, matte, studio};
use crate::options::{Focus, Method, Options};
use crate::raster::resample::{crop, paste_mask};
use crate::raster::{Image, Input, Rect, Saliency, View, shrink};
use crate::step::Step;

/// A photo whose subject is found look by look: [`Remover::segment`](super::Remover::segment) in steps, for whoever runs
/// the network elsewhere, of a photo that [`needs_network`](super::needs_network).
/// Where one subject of several is wanted, that part of the photo alone is looked at: a box at once, a point after a
/// look at all of it.
#[derive(Debug)]
pub struct Search {
    /// What is looked at,
    photo: Image,
    /// and the photo that it is a part of.
    whole: Option<(Image, Rect)>,
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
    ///
    /// # Errors
    /// [`Error::Option`] when the focus lies outside the photo.
    pub fn new(
        photo: Image,
        options: Options,
        view: View,
        on_step: &mut dyn FnMut(Step),
    ) -> Result<Self> {
        must_be_inside(options.focus, &photo)?;
        on_step(Step::Preprocess);
        let size = (photo.width(), photo.height());
        let (photo, whole) = match options.focus.and_then(|focus| closer(None, focus, size)) {
            Some(part) => (crop(&photo, part), Some((photo, part))),
            None => (photo, None),
        };
        let input = preprocess(shrink(&photo), view);
        on_step(Step::Inference);
        Ok(Self { photo, whole, options, view, looks: Looks::First(input) })
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
        if let Looks::Second(_, sides) = self.looks {
            let size = (small.width(), small.height());
            self.looks = Looks::Done(narrow(&saliency, size, sides));
            return;
        }
        let saliency = reach_border(&saliency);
        if let Some(part) = self.closer(&saliency) {
            let photo = crop(&self.photo, part);
            self.looks = Looks::First(preprocess(shrink(&photo), self.view));
            self.whole = Some((std::mem::replace(&mut self.photo, photo), part));
            return;
        }
        let is_sure = subject::confidence(&saliency) >= subject::CONFIDENT;
        self.looks = match cut_sides(&saliency).filter(|_| is_sure) {
            Some(sides) => Looks::Second(preprocess(&widen(small, sides), self.view), sides),
            None => Looks::Done(saliency),
        };
    }

    /// The part of the photo that shows what is wanted, after a look at all of it.
    fn closer(&self, first: &Saliency) -> Option<Rect> {
        let focus = self.options.focus.filter(|_| self.whole.is_none())?;
        let size = (self.photo.width(), self.photo.height());
        closer(Some(&single_out(first, focus, Rect::whole(size))), focus, size)
    }

    /// The cut-out, by what the network has seen. `on_step` is called as each step begins.
    ///
    /// # Panics
    /// When [`Search::input`] is not answered.
    pub fn finish(self, on_step: &mut dyn FnMut(Step)) -> Cutout {
        let Self { photo, whole, options, looks: Looks::Done(mut saliency), .. } = self else {
            panic!("a look is missing")
        };
        on_step(Step::Matte);
        let shown = match &whole {
            Some((_, part)) => *part,
            None => Rect::whole((photo.width(), photo.height())),
        };
        if let Some(focus) = options.focus {
            saliency = single_out(&saliency, focus, shown);
        }
        let map = map(&saliency);
        let small = shrink(&photo);
        let confidence = subject::confidence(&saliency);
        let mut mask = matte(&map, &photo, small, &options);
        if options.method == Method::Auto
            && options.focus.is_none()
            && confidence >= subject::CONFIDENT
            && let Ok(ground) = studio::recognise_in(small, &photo)
        {
            mask = studio::sharpen(mask, &photo, &ground, options.holes);
        }
        let (photo, mask) = match whole {
            Some((whole, part)) => {
                let mask = paste_mask(&mask, (whole.width(), whole.height()), part);
                (whole, mask)
            }
            None => (photo, mask),
        };
        let subject = Subject::find(&mask, confidence);
        Cutout::new(photo, mask, subject).with_map(options.focus.is_none().then_some(map))
    }
}

fn must_be_inside(focus: Option<Focus>, photo: &Image) -> Result<()> {
    let (x, y) = match focus {
        None => return Ok(()),
        Some(Focus::At { x, y }) => (x, y),
        Some(Focus::Roi(Rect { x, y, .. })) => (x, y),
    };
    let (width, height) = (photo.width(), photo.height());
    if x < width && y < height {
        return Ok(());
    }
    let name = if matches!(focus, Some(Focus::At { .. })) { "at" } else { "roi" };
    let reason = format!("{name} begins at {x},{y}; the photo is {width}x{height} px");
    Err(Error::Option { reason })
}
