//! In: a [`Mask`] and [`Stroke`]s, in the order they were drawn. Out: the mask with the strokes
//! painted in: what a user keeps or erases by hand. The network is not asked again.

use crate::raster::{Mask, larger, smaller};

/// A brush of this radius, cells, touches the middle of one wherever it is.
const THINNEST: f32 = 0.71;

/// One movement of a round brush.
#[derive(Debug, Clone, PartialEq)]
pub struct Stroke {
    /// Whether what it touches belongs to the subject, or does not.
    pub keep: bool,
    /// Where it goes, `[x, y]` in px of the photo; one point is a dot.
    pub points: Vec<[f32; 2]>,
    /// The brush's radius, px, above 0.
    pub radius_px: f32,
    /// The share of the radius that is painted in full, 0 to 1; from there it fades to the rim.
    pub hardness: f32,
}

impl Stroke {
    /// Strokes as numbers in turn: keep (1) or erase (0), radius px, hardness, the number of points,
    /// and x, y of each. What is missing at the end is left out.
    pub fn parse(mut numbers: &[f32]) -> Vec<Self> {
        let mut strokes = Vec::new();
        while let [keep, radius_px, hardness, count, rest @ ..] = numbers {
            let (points, rest) = rest.split_at((*count as usize).saturating_mul(2).min(rest.len()));
            numbers = rest;
            strokes.push(Self {
                keep: *keep != 0.0,
                points: points.as_chunks().0.to_vec(),
                radius_px: *radius_px,
                hardness: *hardness,
            });
        }
        strokes
    }
}

/// Paints `strokes` over `mask`. A stroke that crosses itself counts once.
pub fn edit(mask: &Mask, strokes: &[Stroke]) -> Mask {
    let (width, height) = (mask.width(), mask.height());
    let mut values = mask.values().to_vec();
    for stroke in strokes {
        let Some(area) = Area::of(stroke, width, height) else { continue };
        let paint = area.paint(stroke);
        for (row, line) in paint.chunks_exact(area.width).enumerate() {
            let start = (area.y + row) * width as usize + area.x;
            for (value, &paint) in values[start..start + area.width].iter_mut().zip(line) {
                let target = if stroke.keep { 255.0 } else { 0.0 };
                let old = f32::from(*value);
                *value = (old + (target - old) * paint).round() as u8;
            }
        }
    }
    Mask::new(width, height, values)
}

/// The cells of a field of `width` x `height`, `scale` times the photo's size, that lie for the most part
/// under a stroke.
pub(super) fn touched(stroke: &Stroke, scale: f32, width: u32, height: u32) -> Vec<usize> {
    let stroke = Stroke {
        points: stroke.points.iter().map(|point| point.map(|place| place * scale)).collect(),
        radius_px: larger(stroke.radius_px * scale, THINNEST),
        hardness: 1.0,
        ..*stroke
    };
    let Some(area) = Area::of(&stroke, width, height) else { return vec![] };
    let paint = area.paint(&stroke);
    let painted = paint.iter().enumerate().filter(|&(_, &paint)| paint >= 0.5);
    painted
        .map(|(at, _)| (area.y + at / area.width) * width as usize + area.x + at % area.width)
        .collect()
}

/// The part of a picture that a stroke can touch, px.
struct Area {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
}

impl Area {
    /// `None`: the stroke lies outside, or paints nothing.
    fn of(stroke: &Stroke, width: u32, height: u32) -> Option<Self> {
        let radius = stroke.radius_px;
        let span = |axis: usize, size: u32| {
            let along = || stroke.points.iter().map(|point| point[axis]);
            let first = along().fold(f32::INFINITY, smaller) - radius;
            let last = along().fold(f32::NEG_INFINITY, larger) + radius;
            let first = first.floor().clamp(0.0, size as f32) as usize;
            let end = last.ceil().clamp(0.0, size as f32) as usize;
            (end > first).then(|| (first, end - first))
        };
        if stroke.points.is_empty() || radius.is_nan() || radius <= 0.0 {
            return None;
        }
        let ((x, width), (y, height)) = (span(0, width)?, span(1, height)?);
        Some(Self { x, y, width, height })
    }

    /// How strongly each pixel of the area is painted, `[height, width]`, 0 to 1.
    fn paint(&self, stroke: &Stroke) -> Vec<f32> {
        let mut paint = vec![0.0_f32; self.width * self.height];
        let ends = stroke.points.iter().skip(1).chain(stroke.points.last());
        for (&from, &to) in stroke.points.iter().zip(ends) {
            self.paint_segment(stroke, from, to, &mut paint);
        }
        paint
    }

    fn paint_segment(&self, stroke: &Stroke, from: [f32; 2], to: [f32; 2], paint: &mut [f32]) {
        let radius = stroke.radius_px;
        let full = radius * stroke.hardness.clamp(0.0, 1.0);
        let rows = self.y as f32..(self.y + self.height) as f32;
        let clip = |y: f32| (y.clamp(rows.start, rows.end) - rows.start) as usize;
        let first = clip((smaller(from[1], to[1]) - radius).floor());
        let end = clip((larger(from[1], to[1]) + radius).ceil());
        for row in first..end {
            for column in 0..self.width {
                let centre = [(self.x + column) as f32 + 0.5, (self.y + row) as f32 + 0.5];
                let distance = distance_to_segment(centre, from, to);
                let strength = if distance <= full {
                    1.0
                } else {
                    ((radius - distance) / (radius - full)).clamp(0.0, 1.0)
                };
                let painted = &mut paint[row * self.width + column];
                *painted = larger(*painted, strength);
            }
        }
    }
}

fn distance_to_segment(point: [f32; 2], from: [f32; 2], to: [f32; 2]) -> f32 {
    let along = [to[0] - from[0], to[1] - from[1]];
    let offset = [point[0] - from[0], point[1] - from[1]];
    let length_squared = along[0] * along[0] + along[1] * along[1];
    let share = if length_squared > 0.0 {
        ((offset[0] * along[0] + offset[1] * along[1]) / length_squared).clamp(0.0, 1.0)
    } else {
        0.0
    };
    let (dx, dy) = (offset[0] - share * along[0], offset[1] - share * along[1]);
    (dx * dx + dy * dy).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stroke(keep: bool, points: &[[f32; 2]], radius_px: f32) -> Stroke {
        Stroke { keep, points: points.to_vec(), radius_px, hardness: 1.0 }
    }

    fn at(mask: &Mask, x: u32, y: u32) -> u8 {
        mask.values()[(y * mask.width() + x) as usize]
    }

    #[test]
    fn keeps_and_erases_along_the_line_and_nowhere_else() {
        let mask = Mask::new(40, 20, vec![100; 800]);
        let edited = edit(
            &mask,
            &[stroke(true, &[[5.0, 10.0], [35.0, 10.0]], 3.0), stroke(false, &[[20.0, 10.0]], 2.0)],
        );
        assert_eq!([at(&edited, 6, 10), at(&edited, 30, 8), at(&edited, 20, 10)], [255, 255, 0]);
        assert_eq!([at(&edited, 6, 15), at(&edited, 0, 0), at(&edited, 39, 10)], [100; 3]);
    }

    #[test]
    fn a_soft_brush_fades_and_crossing_itself_changes_nothing() {
        let mask = Mask::new(31, 31, vec![0; 961]);
        let soft = |points: &[[f32; 2]]| {
            let stroke = Stroke { hardness: 0.0, ..stroke(true, points, 10.0) };
            edit(&mask, &[stroke])
        };
        let dot = soft(&[[15.5, 15.5]]);
        assert_eq!([at(&dot, 15, 15), at(&dot, 20, 15), at(&dot, 26, 15)], [255, 128, 0]);
        assert_eq!(soft(&[[15.5, 15.5], [15.5, 15.5], [15.5, 15.5]]), dot);
    }

    #[test]
    fn strokes_outside_or_without_size_leave_the_mask() {
        let mask = Mask::new(4, 4, (0..16).collect());
        let strange = [
            stroke(true, &[[-50.0, -50.0]], 3.0),
            stroke(true, &[], 3.0),
            stroke(true, &[[2.0, 2.0]], 0.0),
            stroke(true, &[[2.0, 2.0]], f32::NAN),
            stroke(true, &[[f32::NAN, 2.0]], 3.0),
        ];
        assert_eq!(edit(&mask, &strange), mask);
        assert_eq!(edit(&mask, &[stroke(false, &[[2.0, 2.0]], 1e9)]).values(), [0; 16]);
    }
}
