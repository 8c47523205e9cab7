//! What a caller may choose: plain data, and one parser of names and words for the command line
//! and for JavaScript, so that both say the same.

mod model;
mod parse;
pub mod presets;

use std::sync::Arc;

use crate::raster::{INPUT_SIDE, Image, Rect};

pub use model::Model;

/// The default limit on width x height, px: what a 48 or 50 Mpx phone camera makes, and some air.
pub const MAX_PIXELS: u64 = 64_000_000;

/// Every choice. [`Options::parse`] takes them by name, as words.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Options {
    /// `max-pixels`: the limit on a photo's width x height, px, held against its header.
    pub max_pixels: u64,
    /// `input-size`: the side of the square that the network looks at, px; a multiple of 32 from
    /// 160 to 640.
    pub input_size: u32,
    /// `model`: `base` or `small`. Whoever loads models goes by it; a [`Remover`](crate::Remover)
    /// holds one and takes no other. `None` leaves it to them.
    pub model: Option<Model>,
    /// `method`: `auto`, `network` or `studio`.
    pub method: Method,
    /// `refine`: `off`, `fast` or `best`.
    pub refine: Refine,
    /// `decontaminate`: `true` or `false`. Whether the ground's colour is taken out of soft edges.
    pub decontaminate: bool,
    /// `holes`: `auto`, `open` or `fill`.
    pub holes: Holes,
    /// `subjects`: `all` or `largest`.
    pub subjects: Subjects,
    /// `at`: a point, `x,y`, or `roi`: a box, `x,y,width,height`; px of the upright photo. Which one of
    /// several subjects is wanted; a point takes one more look of the network. The last of both counts.
    pub focus: Option<Focus>,
    /// How the subject is framed.
    pub frame: Frame,
    /// `background`: `transparent`, a colour as `#rgb`, `#rrggbb`, `#rrggbbaa`, `white` or `black`,
    /// or `blur`, `blur 3%`. A picture is set as pixels, not as a word.
    pub background: Background,
    /// `background-fit`: `cover` or `contain`. How a background picture meets a frame of another
    /// shape.
    pub background_fit: Fit,
    /// `shadow`: `none`, `soft` or `keep`.
    pub shadow: Shadow,
    /// `outline`: `none`, or a width and a colour such as `12px white` or `2% #ff0`: a line around the
    /// subject, as of a sticker; per cent of the subject's longer side. A frame around the subject
    /// leaves it room.
    pub outline: Option<Outline>,
    /// `keep`: `subject`, or `background`: the photo without its subject, which takes shadow and outline
    /// with it.
    pub keep: Keep,
    /// `format`: `png`, `webp`, `jpeg` or `raw` (`[height, width, 4]` RGBA8, no header).
    pub format: Format,
    /// `quality`: 1 to 100. JPEG has 90 unless it is said, and from 90 on colours keep their full
    /// resolution. WebP is lossless unless it is said; then colours lose, alpha and masks never.
    pub quality: Option<u8>,
    /// `effort`: `fast` or `best`, of PNG.
    pub effort: Effort,
    /// `dpi`: 1 to 65535, what JPEG and PNG files say of their size in print; WebP cannot say it.
    pub dpi: Option<u16>,
    /// `channels`: `rgba`, or `alpha` for the mask alone as a grey picture; the frame applies to it.
    pub channels: Channels,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_pixels: MAX_PIXELS,
            input_size: INPUT_SIDE,
            model: None,
            method: Method::Auto,
            refine: Refine::Fast,
            decontaminate: true,
            holes: Holes::Auto,
            subjects: Subjects::All,
            focus: None,
            frame: Frame::default(),
            background: Background::Transparent,
            background_fit: Fit::Cover,
            shadow: Shadow::None,
            outline: None,
            keep: Keep::Subject,
            format: Format::Png,
            quality: None,
            effort: Effort::Fast,
            dpi: None,
            channels: Channels::Rgba,
        }
    }
}

/// Who finds the subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// The photo's own alpha, where it is cut out already; else the network, whose answer the
    /// colours of a plain studio ground sharpen.
    Auto,
    /// The network alone.
    Network,
    /// The photo's own alpha, or the ground's colours alone, without any model; refuses grounds that
    /// are not plain.
    Studio,
}

/// How the network's small map becomes a mask of the photo's size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refine {
    /// Resized, nothing else.
    Off,
    /// Guided by the photo, fast.
    Fast,
    /// Guided by the photo, with more care for hair, fringes and mesh.
    Best,
}

/// What happens to holes: what the subject surrounds on all sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holes {
    /// Opened where their colours are those of the ground outside, filled where they are the subject's.
    Auto,
    /// Left as the network sees them.
    Open,
    /// Filled.
    Fill,
}

/// Which subjects stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subjects {
    /// Every one that is not a speck: at least 1 % of the largest.
    All,
    /// The largest alone.
    Largest,
}

/// Which one of several subjects is wanted, px of the upright photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// The one at a point.
    At {
        /// Column.
        x: u32,
        /// Row.
        y: u32,
    },
    /// Those in a box, the region of interest.
    Roi(Rect),
}

/// How the subject is framed. Without `crop`, `aspect`, `fill` or a margin, the photo's own frame.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Frame {
    /// `crop`: `true` or `false`. Whether the frame closes around the subject.
    pub crop: bool,
    /// `margin`: 1, 2 or 4 lengths as in CSS, `5%` or `20px`; per cent of the subject's longer side.
    /// Implies `crop`.
    pub margin: [Length; 4],
    /// `aspect`: width / height of the frame, as `1`, `0.75` or `3:4`. Implies `crop`.
    pub aspect: Option<f32>,
    /// `fill`: the share of the frame, 0.05 to 1 or `85%`, that the subject's box spans on the side
    /// where it spans most. Implies `crop`; a margin is kept at least.
    pub fill: Option<f32>,
    /// `align`: `center`, `top`, `bottom`, `left`, `right` or two of them: where the subject stands
    /// in spare room. 0 is left or top, 1 right or bottom.
    pub align: [f32; 2],
    /// `snap`: `true` or `false`. Whether sides that the photo itself cut stay flush with the frame;
    /// where opposite sides are cut and the frame is longer, `align` decides.
    pub snap: bool,
    /// `size`: the output's size, `1600x1600`, `1600x` or `x1600`, px. The frame is scaled to it,
    /// also where that enlarges the photo; spare room on a side goes to the ground.
    pub size: Option<Size>,
}

impl Default for Frame {
    fn default() -> Self {
        Self {
            crop: false,
            margin: [Length::Px(0.0); 4],
            aspect: None,
            fill: None,
            align: [0.5, 0.5],
            snap: true,
            size: None,
        }
    }
}

/// A length along one side of the subject's box.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Length {
    /// Photo pixels.
    Px(f32),
    /// A share of the subject's longer side, 0 to 1.
    Share(f32),
}

/// The output's size, px; a side that is `None` follows from the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Width, px.
    pub width: Option<u32>,
    /// Height, px.
    pub height: Option<u32>,
}

/// What the subject is put on.
#[derive(Debug, Clone, PartialEq)]
pub enum Background {
    /// Nothing.
    Transparent,
    /// One colour, sRGB, straight alpha.
    Colour([u8; 4]),
    /// A picture.
    Picture(Arc<Image>),
    /// The photo's own ground, blurred; the subject does not bleed into it. The share of the
    /// frame's longer side that the blur's deviation takes.
    Blur(f32),
}

/// How a background picture meets a frame of another shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// Fills it, cut where it is too long.
    Cover,
    /// Whole, with room left free.
    Contain,
}

/// The subject's shadow. Black, as drawn in [`shadow`](crate::render::shadow).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shadow {
    /// None.
    None,
    /// A soft one, made from the mask. A frame around the subject leaves it room.
    Soft,
    /// The photo's own, where the ground is plain enough to tell it; elsewhere none.
    Keep,
}

/// A line around the subject.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outline {
    /// How far it reaches from the subject's contour.
    pub width: Length,
    /// sRGB, straight alpha.
    pub colour: [u8; 4],
}

/// What stays of the photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// The subject.
    Subject,
    /// Everything else, the subject a hole in it.
    Background,
}

/// The output file's format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// PNG, lossless.
    Png,
    /// WebP, lossless unless a quality is said; at most 16383 px a side.
    WebP,
    /// JPEG; what is transparent becomes white; at most 65535 px a side.
    Jpeg,
    /// `[height, width, 4]` RGBA8 without a header; `[height, width]` u8 for the mask alone.
    Raw,
}

impl Format {
    /// The media type of such a file.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Jpeg => "image/jpeg",
            Self::Raw => "application/octet-stream",
        }
    }
}

/// What a smaller file may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// Little.
    Fast,
    /// Thirty times that, for a sixth less.
    Best,
}

/// What the output holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channels {
    /// The picture.
    Rgba,
    /// The mask, as a grey picture.
    Alpha,
}
