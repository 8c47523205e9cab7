//! In: the size of a photo, its [`Subject`], a [`Frame`]. Out: a [`Placement`]: how large the canvas
//! is and which part of the photo lands where on it. Geometry alone; no pixel is touched.
//!
//! A frame grows around the subject's box: margins, then fill, then the aspect, then the shape of
//! the wanted size, each adding room and never taking any away. Without a subject the box is the
//! whole photo.

use crate::error::{Error, Result};
use crate::find::subject::{Sides, Subject};
use crate::options::{Frame, Length, Size};
use crate::raster::{Area, Rect};

/// Where a photo goes on a canvas.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placement {
    /// The canvas's width, px.
    pub width: u32,
    /// The canvas's height, px.
    pub height: u32,
    /// What the whole canvas shows, photo px.
    pub view: Area,
    /// The part of the photo that is drawn, photo px; inside the photo.
    pub source: Area,
    /// Where `source` is drawn, canvas px; inside the canvas.
    pub target: Rect,
}

impl Placement {
    /// Whether the canvas is the photo itself, pixel on pixel.
    pub fn is_whole(&self, width: u32, height: u32) -> bool {
        (self.width, self.height) == (width, height) && self.view == Area::whole(width, height)
    }
}

/// Room that must stay free around the subject, for its shadow: shares of the longer side of its
/// box above, right of, below and left of it.
pub type Room = [f64; 4];

/// Places a photo of `width` x `height` px. Of the frame's `size`, what is larger than the frame is
/// scaled up.
///
/// # Errors
/// [`Error::TooLarge`] when the canvas has more pixels than both the photo and `limit_px`.
pub fn place(
    (width, height): (u32, u32),
    subject: &Subject,
    frame: &Frame,
    room: Room,
    limit_px: u64,
) -> Result<Placement> {
    let framed = frame.crop
        || frame.aspect.is_some()
        || frame.fill.is_some()
        || frame.margin.iter().any(|&(Length::Px(n) | Length::Share(n))| n > 0.0);
    let photo = Rect { x: 0, y: 0, width, height };
    let cut = if frame.snap { subject.touches } else { Sides::default() };
    let bounds = subject.bounds.filter(|_| framed).unwrap_or(photo);
    let longer = f64::from(bounds.width.max(bounds.height));
    let exact = frame.size.is_some();
    let [top, right, bottom, left] = std::array::from_fn(|side| {
        if !framed {
            return [0.0; 2];
        }
        let margin = match frame.margin[side] {
            Length::Px(px) => f64::from(px),
            Length::Share(share) => f64::from(share) * longer,
        };
        let room = room[side] * longer;
        if exact { [margin, room] } else { [margin.round(), room.ceil()] }
    });
    let fill = frame.fill.filter(|_| framed).map(f64::from);
    let across = Axis::new(bounds.x, bounds.width, width, [left, right], [cut.left, cut.right]);
    let down = Axis::new(bounds.y, bounds.height, height, [top, bottom], [cut.top, cut.bottom]);
    let (mut w, mut h) = (across.least(fill), down.least(fill));
    let asked = frame.size.and_then(|size| Some((size.width?, size.height?)));
    let asked = asked.map(|(width, height)| f64::from(width) / f64::from(height));
    for aspect in [frame.aspect.map(f64::from), asked].into_iter().flatten() {
        (w, h) = (w.max(h * aspect), h.max(w / aspect));
    }
    let [align_x, align_y] = frame.align.map(f64::from);
    let view = if exact {
        Area { x: across.start(w, align_x), y: down.start(h, align_y), width: w, height: h }
    } else {
        let (w, h) = (w.round(), h.round());
        let (x, y) = (across.start(w, align_x).round(), down.start(h, align_y).round());
        Area { x, y, width: w, height: h }
    };
    let canvas = canvas(&view, frame.size);
    let limit_px = limit_px.max(u64::from(width) * u64::from(height));
    if canvas.0 * canvas.1 > limit_px as f64 {
        let [width, height] = [canvas.0, canvas.1].map(|side| side as u32);
        return Err(Error::TooLarge { width, height, limit_px });
    }
    Ok(land((width, height), view, (canvas.0 as u32, canvas.1 as u32)))
}

/// One direction of the frame.
struct Axis {
    /// First pixel of the subject's box.
    at: f64,
    /// Length of the box.
    length: f64,
    /// Margin and room before and behind it.
    around: [[f64; 2]; 2],
    /// Whether the photo cuts the subject before and behind.
    cut: [bool; 2],
}

impl Axis {
    fn new(at: u32, length: u32, photo: u32, mut around: [[f64; 2]; 2], cut: [bool; 2]) -> Self {
        let start = if cut[0] { 0 } else { at };
        let end = if cut[1] { photo } else { at + length };
        for side in 0..2 {
            if cut[side] {
                around[side] = [0.0; 2];
            }
        }
        Self { at: start.into(), length: (end - start).into(), around, cut }
    }

    /// The shortest frame: the box with its margins, and the box at its share of the frame.
    fn least(&self, fill: Option<f64>) -> f64 {
        let around: f64 = self.around.iter().map(|[margin, room]| margin.max(*room)).sum();
        let filled = match fill {
            Some(fill) if self.cut != [true; 2] => self.length / fill,
            _ => self.length,
        };
        (self.length + around).max(filled)
    }

    /// Where a frame of `length` starts. Spare room goes to the side that is not cut, else where
    /// `align` leaves it.
    fn start(&self, length: f64, align: f64) -> f64 {
        let [[margin, room], [margin_behind, room_behind]] = self.around;
        let before = match self.cut {
            [true, false] => 0.0,
            [false, true] => length - self.length,
            _ => {
                let spare = length - self.length - margin - margin_behind;
                let most = length - self.length - margin_behind.max(room_behind);
                (margin + spare * align).min(most).max(margin.max(room).min(most))
            }
        };
        self.at - before
    }
}

/// The canvas's width and height, px, whole numbers.
fn canvas(view: &Area, size: Option<Size>) -> (f64, f64) {
    let along = |side: u32, own: f64, other: f64| {
        (f64::from(side) * other / own).round().clamp(1.0, u32::MAX.into())
    };
    match size {
        None => (view.width, view.height),
        Some(Size { width: Some(width), height: Some(height) }) => (width.into(), height.into()),
        Some(Size { width: Some(width), .. }) => {
            (width.into(), along(width, view.width, view.height))
        }
        Some(Size { height, .. }) => {
            let height = height.unwrap_or(1);
            (along(height, view.height, view.width), height.into())
        }
    }
}

/// The photo's part of a canvas that shows `view`, at whole canvas pixels.
fn land(photo: (u32, u32), view: Area, (width, height): (u32, u32)) -> Placement {
    let (x, target_x) = land_axis(photo.0.into(), view.x, view.width, width);
    let (y, target_y) = land_axis(photo.1.into(), view.y, view.height, height);
    Placement {
        width,
        height,
        view,
        source: Area { x: x[0], y: y[0], width: x[1] - x[0], height: y[1] - y[0] },
        target: Rect {
            x: target_x[0],
            y: target_y[0],
            width: target_x[1] - target_x[0],
            height: target_y[1] - target_y[0],
        },
    }
}

fn land_axis(photo: f64, start: f64, length: f64, canvas: u32) -> ([f64; 2], [u32; 2]) {
    let scale = f64::from(canvas) / length;
    let ends = [start.max(0.0), (start + length).min(photo)];
    let mut target = ends.map(|end| ((end - start) * scale).round() as u32);
    target[0] = target[0].min(canvas - 1);
    target[1] = target[1].clamp(target[0] + 1, canvas);
    let source = target.map(|end| (start + f64::from(end) / scale).clamp(0.0, photo));
    // Less than one canvas pixel of the photo is in view.
    let source = if source[1] > source[0] { source } else { ends };
    (source, target)
}

#[cfg(test)]
mod tests;
