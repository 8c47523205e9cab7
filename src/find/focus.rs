//! In: a [`Saliency`] and the [`Focus`] that a caller set. Out: the saliency of what is wanted alone, and
//! where to look at it more closely.
//!
//! What the network found falls into cores, the connected parts of the map that count as found; every
//! place that hesitates belongs to the core that is nearest over such places. Of a point its core is
//! wanted, of a box the cores that lie in it for the most part.

use crate::options::Focus;
use crate::raster::field::Field;
use crate::raster::{Rect, Saliency, larger, smaller};

/// From this saliency on a place counts as found,
const FOUND: f32 = 0.5;
/// and from this on it may belong to what is found beside it.
const HAZE: f32 = 0.05;
/// A point may miss its core by this share of the map's side.
const MISS: f32 = 0.05;
/// A core lies in a box when this share of it does.
const INSIDE: f32 = 0.5;
/// Room around what is looked at more closely, a share of its longer side.
const ROOM: f64 = 0.15;
/// A point where nothing was found is looked at with so much of the photo's longer side around it.
const AROUND: f64 = 0.5;
/// A closer look at more than this share of the photo shows nothing new.
const WHOLE: f64 = 0.7;

/// `saliency` shows the part `shown` of the photo. What is not wanted becomes 0.
pub fn single_out(saliency: &Saliency, focus: Focus, shown: Rect) -> Saliency {
    let cores = Cores::of(saliency);
    let wanted = cores.wanted(focus, shown);
    let value = |(&value, owner): (&f32, &Option<usize>)| match owner {
        Some(owner) if wanted[*owner] => value,
        _ => 0.0,
    };
    let values = saliency.values().iter().zip(&cores.owners.cells).map(value).collect();
    Saliency::new(saliency.side(), values)
}

/// The part of a photo of `size` to look at: of a box at once, of a point after a first look at all of
/// the photo, [`single_out`]. `None` when it is as good as all, or was looked at.
pub fn closer(first: Option<&Saliency>, focus: Focus, size: (u32, u32)) -> Option<Rect> {
    let (width, height) = (f64::from(size.0), f64::from(size.1));
    let [left, top, right, bottom] = match (focus, first) {
        (Focus::Roi(Rect { x, y, width, height }), None) => {
            [x, y, x + width, y + height].map(f64::from)
        }
        (Focus::At { x, y }, Some(first)) => match bounds(first) {
            Some(bounds) => {
                let [x, y] = [width, height].map(|length| length / f64::from(first.side()));
                [bounds[0] * x, bounds[1] * y, bounds[2] * x, bounds[3] * y]
            }
            None => {
                let half = AROUND / 2.0 * width.max(height);
                let (x, y) = (f64::from(x), f64::from(y));
                [x - half, y - half, x + half, y + half]
            }
        },
        _ => return None,
    };
    let room = ROOM * (right - left).max(bottom - top);
    let [left, top] = [left - room, top - room].map(|at| at.floor().max(0.0));
    let (right, bottom) = ((right + room).ceil().min(width), (bottom + room).ceil().min(height));
    let area = (right - left) * (bottom - top);
    (area < WHOLE * width * height).then_some(Rect {
        x: left as u32,
        y: top as u32,
        width: (right - left) as u32,
        height: (bottom - top) as u32,
    })
}

/// Left, upper, right and lower edge of what is found.
fn bounds(saliency: &Saliency) -> Option<[f64; 4]> {
    let side = saliency.side() as usize;
    let found = (0..side * side).filter(|&at| saliency.values()[at] >= FOUND);
    let all = found.fold(None, |bounds: Option<[usize; 4]>, at| {
        let (x, y) = (at % side, at / side);
        let [left, top, right, bottom] = bounds.unwrap_or([x, y, x + 1, y + 1]);
        Some([left.min(x), top.min(y), right.max(x + 1), bottom.max(y + 1)])
    });
    all.map(|bounds| bounds.map(|at| at as f64))
}

/// What was found, part by part.
struct Cores {
    cores: Vec<Vec<usize>>,
    /// The core that each place belongs to.
    owners: Field<Option<usize>>,
}

impl Cores {
    fn of(saliency: &Saliency) -> Self {
        let side = saliency.side() as usize;
        let values = saliency.values();
        let mut owners = Field { width: side, height: side, cells: vec![None; side * side] };
        let cores = owners.parts(|at| values[at] >= FOUND);
        let mut reached = Vec::new();
        for (core, places) in cores.iter().enumerate() {
            places.iter().for_each(|&at| owners.cells[at] = Some(core));
            reached.extend_from_slice(places);
        }
        let places = Field { width: side, height: side, cells: vec![(); side * side] };
        places.flood(&mut reached, |from, to| {
            let is_new = owners.cells[to].is_none() && values[to] >= HAZE;
            if is_new {
                owners.cells[to] = owners.cells[from];
            }
            is_new
        });
        Self { cores, owners }
    }

    /// Which cores are.
    fn wanted(&self, focus: Focus, shown: Rect) -> Vec<bool> {
        let side = self.owners.width;
        let across = |x: u32| (x as f32 - shown.x as f32) * side as f32 / shown.width as f32;
        let down = |y: u32| (y as f32 - shown.y as f32) * side as f32 / shown.height as f32;
        let centre = |at: usize| ((at % side) as f32 + 0.5, (at / side) as f32 + 0.5);
        let (scores, least): (Vec<f32>, f32) = match focus {
            Focus::At { x, y } => {
                let (x, y) = (across(x), down(y));
                let square = |at: &usize| (centre(*at).0 - x).powi(2) + (centre(*at).1 - y).powi(2);
                let nearest = |core: &Vec<usize>| -core.iter().map(square).fold(f32::MAX, smaller);
                (self.cores.iter().map(nearest).collect(), -(MISS * side as f32).powi(2))
            }
            Focus::Roi(Rect { x, y, width, height }) => {
                let (left, right) = (across(x), across(x + width));
                let (top, bottom) = (down(y), down(y + height));
                let is_inside = |at: &&usize| {
                    let (x, y) = centre(**at);
                    (left..right).contains(&x) && (top..bottom).contains(&y)
                };
                let inside = |core: &Vec<usize>| core.iter().filter(is_inside).count() as f32;
                let shares: Vec<f32> =
                    self.cores.iter().map(|core| inside(core) / core.len() as f32).collect();
                if shares.iter().any(|&share| share >= INSIDE) {
                    return shares.iter().map(|&share| share >= INSIDE).collect();
                }
                (self.cores.iter().map(inside).collect(), 1.0)
            }
        };
        let best = scores.iter().copied().fold(f32::MIN, larger);
        let first = scores.iter().position(|&score| score == best && score >= least);
        (0..scores.len()).map(|core| Some(core) == first).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: u32 = 40;
    const SHOWN: Rect = Rect { x: 0, y: 0, width: 400, height: 200 };

    /// Two squares that a bridge of haze connects, and a small one.
    fn map() -> Saliency {
        let at = |i: u32| {
            let (x, y) = (i % SIDE, i / SIDE);
            match (x, y) {
                (4..14, 10..20) => 0.9,
                (22..34, 10..24) => 0.8,
                (14..22, 14) => 0.3,
                (2..4, 34..36) => 0.7,
                _ => 0.02,
            }
        };
        Saliency::new(SIDE, (0..SIDE * SIDE).map(at).collect())
    }

    #[test]
    fn a_point_wants_its_own_part() {
        let at = |x, y| single_out(&map(), Focus::At { x, y }, SHOWN);
        assert_eq!(bounds(&at(90, 70)), Some([4.0, 10.0, 14.0, 20.0]));
        assert_eq!(bounds(&at(250, 80)), Some([22.0, 10.0, 34.0, 24.0]));
        assert_eq!(bounds(&at(50, 175)), Some([2.0, 34.0, 4.0, 36.0]), "10 px beside it");
        assert_eq!(bounds(&at(200, 20)), None, "nothing is near");
        let one = at(90, 70);
        let bridge: Vec<f32> = (14..22).map(|x| one.values()[14 * 40 + x]).collect();
        assert_eq!(bridge, [0.3, 0.3, 0.3, 0.3, 0.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn a_box_wants_what_lies_in_it_for_the_most_part() {
        let roi = |x, y, width, height| {
            bounds(&single_out(&map(), Focus::Roi(Rect { x, y, width, height }), SHOWN))
        };
        assert_eq!(roi(0, 0, 200, 200), Some([2.0, 10.0, 14.0, 36.0]));
        assert_eq!(roi(40, 40, 200, 70), Some([4.0, 10.0, 14.0, 20.0]));
        assert_eq!(roi(250, 60, 20, 20), Some([22.0, 10.0, 34.0, 24.0]), "a box within it");
        assert_eq!(roi(150, 0, 30, 20), None);
    }

    #[test]
    fn a_closer_look_has_room_and_stays_inside() {
        let size = (400, 200);
        let focus = Focus::At { x: 90, y: 70 };
        let first = single_out(&map(), focus, SHOWN);
        let expected = Rect { x: 25, y: 35, width: 130, height: 80 };
        assert_eq!(closer(Some(&first), focus, size), Some(expected));
        let nothing = Saliency::new(SIDE, vec![0.0; (SIDE * SIDE) as usize]);
        let around = closer(Some(&nothing), Focus::At { x: 10, y: 100 }, size).unwrap();
        assert_eq!((around.x, around.y, around.height), (0, 0, 200));
        let all = Focus::Roi(Rect { x: 0, y: 0, width: 390, height: 200 });
        assert_eq!(closer(None, all, size), None);
        let roi = Focus::Roi(Rect { x: 40, y: 50, width: 100, height: 50 });
        assert_eq!(closer(None, roi, size), Some(expected));
        assert_eq!(closer(Some(&first), roi, size), None, "it was looked at");
        assert_eq!(closer(None, focus, size), None, "nothing is known of a point yet");
    }
}
