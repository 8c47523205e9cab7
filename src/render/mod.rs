//! In: a photo, its [`Mask`] and its [`Subject`]. Out: the picture that [`Options`] ask for, an
//! [`Image`], straight alpha.
//!
//! ```text
//! Subject ─ frame ─> Placement ─┬─ ground ────────────────┐
//!                               ├─ shadow, outline ───────┤
//! photo, Mask ── compose ───────┴─ resample ─> cut-out ─ paint ─> Image
//!             (foreground)
//! ```

pub mod compose;
pub mod foreground;
pub mod frame;
pub mod ground;
pub mod outline;
pub mod paint;
pub mod shadow;
mod sheet;

use std::borrow::Cow;

use self::compose::{Cut, compose};
use self::frame::{Placement, place};
use self::ground::Ground;
use self::outline::Line;
use self::paint::paint;
use self::shadow::Shade;
use crate::error::Result;
use crate::find::subject::Subject;
use crate::options::{Background, Channels, Keep, Options, Outline, Shadow};
use crate::raster::resample::{crop, crop_mask, part, resample, resample_mask};
use crate::raster::{Image, Mask};

/// Frame, background, shadow and channels as `options` say. `photo` and `mask` are of one size.
///
/// # Errors
/// [`Error::TooLarge`](crate::Error::TooLarge) when the frame asks for more than `options.max_pixels`.
pub fn render(
    photo: Cow<'_, Image>,
    mask: &Mask,
    subject: &Subject,
    options: &Options,
) -> Result<Image> {
    let size = (photo.width(), photo.height());
    let (shadow, outline) = drawn(options);
    let rooms = [shadow::room(shadow), outline::room(outline, subject.bounds)];
    let room = std::array::from_fn(|side| rooms[0][side].max(rooms[1][side]));
    let placement = place(size, subject, &options.frame, room, options.max_pixels)?;
    let kept = kept(mask, subject, options.keep);
    if options.channels == Channels::Alpha {
        return Ok(draw_mask(&kept, &placement));
    }
    let (background, fit) = (&options.background, options.background_fit);
    let ground = Ground::new(background, fit, &photo, mask, &placement);
    let shade = Shade::new(shadow, &photo, mask, subject, &placement);
    let line = Line::new(outline, mask, subject, &placement);
    let Placement { source, target, .. } = placement;
    let to = (target.width, target.height);
    let part = part(source, to, size);
    let how = match options.decontaminate {
        _ if subject.is_own => Cut::Own,
        true => Cut::Clean,
        false => Cut::Plain,
    };
    let cut = if (part.width, part.height) == size {
        compose(photo.into_owned(), &kept, how)
    } else {
        let cropped = crop(&photo, part);
        drop(photo);
        compose(cropped, &crop_mask(&kept, part), how)
    };
    let drawn = resample(cut, part, source, to);
    if shade.is_none()
        && line.is_none()
        && *background == Background::Transparent
        && (drawn.width(), drawn.height()) == (placement.width, placement.height)
    {
        return Ok(drawn);
    }
    Ok(paint(drawn, &placement, &ground, shade.as_ref(), line.as_ref()))
}

/// What lies around the subject, and goes with it.
fn drawn(options: &Options) -> (Shadow, Option<Outline>) {
    match options.keep {
        Keep::Subject => (options.shadow, options.outline),
        Keep::Background => (Shadow::None, None),
    }
}

/// How much of each pixel stays. Of a photo that came cut out there is no ground.
fn kept<'a>(mask: &'a Mask, subject: &Subject, keep: Keep) -> Cow<'a, Mask> {
    let turned = |value: &u8| if subject.is_own { 0 } else { 255 - value };
    match keep {
        Keep::Subject => Cow::Borrowed(mask),
        Keep::Background => {
            let values = mask.values().iter().map(turned).collect();
            Cow::Owned(Mask::new(mask.width(), mask.height(), values))
        }
    }
}

/// The mask as a grey, opaque picture, black outside the photo.
fn draw_mask(mask: &Mask, placement: &Placement) -> Image {
    let Placement { source, target, .. } = *placement;
    let mask = resample_mask(mask, source, (target.width, target.height));
    let grey: Vec<u8> = mask.values().iter().flat_map(|&v| [v, v, v, 255]).collect();
    let grey = Image::new(mask.width(), mask.height(), grey);
    paint(grey, placement, &Ground::plain([0, 0, 0, 255], placement), None, None)
}
