//! In: a field whose fourth channel is a map in [0, 1]. Out: the same map with specks dropped, opaque
//! cores filled, and holes opened or filled.

use super::evidence::ycc;
use super::gaussian::{Gaussian, moments};
use crate::options::{Holes, Subjects};
use crate::raster::field::Field;
use crate::raster::smaller;

/// From here on the map says subject.
const SUBJECT: f32 = 0.5;
/// What is connected above this belongs together.
const HAZE: f32 = 0.2;
/// Subjects smaller than this share of the largest are specks.
const SPECK: f32 = 0.01;
/// Enclosed parts below this may be holes.
const DIP: f32 = 0.85;
/// Holes whose mean map is below this, the network is sure of.
const SURE_HOLE: f32 = 0.15;
/// What is further than this from the ground's colours and nearer than that to the subject's is no
/// hole, however sure the network is; squared Mahalanobis distances.
const FOREIGN: f32 = 25.0;
const OWN: f32 = 9.0;
/// The deviation below which the colours of a hole and its surroundings do not differ, of the full range.
const HOLE_NOISE: f32 = 0.02;
/// Deeper than this part of the longer side, a subject is opaque.
const CORE: usize = 24;

/// Cleans the map of `field`.
pub(crate) fn clean(field: &mut Field<[f32; 4]>, holes: Holes, subjects: Subjects) {
    drop_islands(field, subjects);
    if holes != Holes::Open {
        settle_holes(field, holes);
    }
    fill_cores(field);
}

/// Clears every part that is no subject: without a single sure cell, or small beside the largest.
fn drop_islands(field: &mut Field<[f32; 4]>, subjects: Subjects) {
    let parts = parts_where(field, |map| map >= HAZE);
    let mass =
        |part: &Vec<usize>| part.iter().filter(|&&index| field.cells[index][3] >= SUBJECT).count();
    let masses: Vec<usize> = parts.iter().map(mass).collect();
    let Some(largest) = (0..parts.len()).rev().max_by_key(|&part| masses[part]) else { return };
    if masses[largest] == 0 {
        return;
    }
    let least = (masses[largest] as f32 * SPECK).ceil() as usize;
    for (index, part) in parts.iter().enumerate() {
        let stays = match subjects {
            Subjects::All => masses[index] >= least,
            Subjects::Largest => index == largest,
        };
        if !stays {
            part.iter().for_each(|&index| field.cells[index][3] = 0.0);
        }
    }
}

/// Opens or fills what the subject encloses.
fn settle_holes(field: &mut Field<[f32; 4]>, holes: Holes) {
    let outside = outside(field);
    for part in parts_where(field, |map| map < DIP) {
        if part.iter().any(|&index| outside[index]) {
            continue;
        }
        let open = match holes {
            Holes::Fill => false,
            Holes::Open => return,
            Holes::Auto => match colours_of(field, &part, &outside) {
                Some(Colours::Ground) => true,
                Some(Colours::Subject) => false,
                Some(Colours::Neither) if mean_map(field, &part) >= SURE_HOLE => false,
                _ => continue,
            },
        };
        let settled = if open { 0.0 } else { 1.0 };
        part.iter().for_each(|&index| field.cells[index][3] = settled);
    }
}

/// The connected parts of the cells whose map `counts`.
fn parts_where(field: &Field<[f32; 4]>, counts: impl Fn(f32) -> bool) -> Vec<Vec<usize>> {
    field.parts(|index| counts(field.cells[index][3]))
}

fn mean_map(field: &Field<[f32; 4]>, part: &[usize]) -> f32 {
    part.iter().map(|&index| field.cells[index][3]).sum::<f32>() / part.len() as f32
}

/// Whose colours a part has.
enum Colours {
    Ground,
    Subject,
    Neither,
}

/// Compares the colours of `part` with those of the ground around the subject and of the subject around
/// it; `None` when no ground is near enough to compare.
fn colours_of(field: &Field<[f32; 4]>, part: &[usize], outside: &[bool]) -> Option<Colours> {
    let near = Near::around(part, field.width);
    let ground = colours(field, &near.grown(field, 4), |index, _| outside[index])?;
    let subject = colours(field, &near.grown(field, 1), |_, map| map >= DIP)?;
    let (mut nearer_ground, mut own) = (0, 0);
    for &index in part {
        let colour = ycc(&field.cells[index]);
        let (to_ground, to_subject) = (ground.distance(&colour), subject.distance(&colour));
        nearer_ground += usize::from(to_ground < to_subject);
        own += usize::from(to_ground > FOREIGN && to_subject < OWN);
    }
    let share = |count: usize| count as f32 / part.len() as f32;
    Some(if share(nearer_ground) > 0.6 {
        Colours::Ground
    } else if share(own) > 0.5 {
        Colours::Subject
    } else {
        Colours::Neither
    })
}

/// Rows and columns, both ends included.
struct Near {
    rows: [usize; 2],
    columns: [usize; 2],
}

impl Near {
    fn around(part: &[usize], width: usize) -> Self {
        let mut around = Self { rows: [usize::MAX, 0], columns: [usize::MAX, 0] };
        for &index in part {
            let (row, column) = (index / width, index % width);
            around.rows = [around.rows[0].min(row), around.rows[1].max(row)];
            around.columns = [around.columns[0].min(column), around.columns[1].max(column)];
        }
        around
    }

    /// Wider on all sides by `times` its longer side and a twentieth of the field's.
    fn grown(&self, field: &Field<[f32; 4]>, times: usize) -> Self {
        let longer = (self.rows[1] - self.rows[0]).max(self.columns[1] - self.columns[0]) + 1;
        let by = times * longer + field.width.max(field.height) / 20;
        let grow =
            |[from, to]: [usize; 2], end: usize| [from.saturating_sub(by), (to + by).min(end - 1)];
        Self { rows: grow(self.rows, field.height), columns: grow(self.columns, field.width) }
    }
}

/// The Y, Cb and Cr of what `counts` takes (index, map) within `near`; `None` below ten cells.
fn colours(
    field: &Field<[f32; 4]>,
    near: &Near,
    counts: impl Fn(usize, f32) -> bool,
) -> Option<Gaussian> {
    let mut sums = [0.0; 8];
    for row in near.rows[0]..=near.rows[1] {
        for column in near.columns[0]..=near.columns[1] {
            let index = row * field.width + column;
            let cell = &field.cells[index];
            if counts(index, cell[3]) {
                sums.iter_mut()
                    .zip(moments(&ycc(cell), 1.0))
                    .for_each(|(sum, moment)| *sum += moment);
            }
        }
    }
    (sums[0] >= 10.0).then(|| Gaussian::of(&sums, HOLE_NOISE))
}

/// Which cells are ground that reaches the border.
fn outside(field: &Field<[f32; 4]>) -> Vec<bool> {
    let mut outside = vec![false; field.cells.len()];
    for part in parts_where(field, |map| map < SUBJECT) {
        if part.iter().any(|&index| field.is_border(index)) {
            part.iter().for_each(|&index| outside[index] = true);
        }
    }
    outside
}

/// Raises the map inside a subject, the deeper the more, so that no body is half transparent.
fn fill_cores(field: &mut Field<[f32; 4]>) {
    let core = (field.width.max(field.height) / CORE).max(2) as f32;
    let depths = depths(field);
    for (cell, depth) in field.cells.iter_mut().zip(depths) {
        let share = (2.0 * depth / core - 1.0).clamp(0.0, 1.0);
        cell[3] += (1.0 - cell[3]) * share;
    }
}

/// How far each cell is from what is no subject, cells; beyond the border everything is as inside.
/// Two passes with steps of 1 and 1.4 (Borgefors 1986).
fn depths(field: &Field<[f32; 4]>) -> Vec<f32> {
    let Field { width, height, .. } = *field;
    let far = (width + height) as f32;
    let mut depths: Vec<f32> =
        field.cells.iter().map(|cell| if cell[3] < SUBJECT { 0.0 } else { far }).collect();
    let nearer = |depths: &[f32], at: usize, neighbours: [(bool, usize, f32); 4]| {
        neighbours
            .into_iter()
            .filter(|&(inside, ..)| inside)
            .map(|(_, index, step)| depths[index] + step)
            .fold(depths[at], |least, depth| smaller(depth, least))
    };
    for at in 0..width * height {
        let (x, up) = (at % width, at.wrapping_sub(width));
        let above = at >= width;
        let known = [
            (x > 0, at.wrapping_sub(1), 1.0),
            (above, up, 1.0),
            (above && x > 0, up.wrapping_sub(1), 1.4),
            (above && x + 1 < width, up.wrapping_add(1), 1.4),
        ];
        depths[at] = nearer(&depths, at, known);
    }
    for at in (0..width * height).rev() {
        let (x, down) = (at % width, at + width);
        let below = down < width * height;
        let known = [
            (x + 1 < width, at + 1, 1.0),
            (below, down, 1.0),
            (below && x + 1 < width, down + 1, 1.4),
            (below && x > 0, down.wrapping_sub(1), 1.4),
        ];
        depths[at] = nearer(&depths, at, known);
    }
    depths
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: usize = 60;

    /// A map drawn by `map(x, y)` over a photo drawn by `colour(x, y)`.
    fn drawn(
        map: impl Fn(usize, usize) -> f32,
        colour: impl Fn(usize, usize) -> [f32; 3],
    ) -> Field<[f32; 4]> {
        let mut field = Field::<[f32; 4]>::new(SIDE, SIDE);
        for (index, cell) in field.cells.iter_mut().enumerate() {
            let (x, y) = (index % SIDE, index / SIDE);
            let [r, g, b] = colour(x, y);
            *cell = [r, g, b, map(x, y)];
        }
        field
    }

    fn square(x: usize, y: usize, from: usize, side: usize) -> bool {
        (from..from + side).contains(&x) && (from..from + side).contains(&y)
    }

    fn grey(_: usize, _: usize) -> [f32; 3] {
        [0.5; 3]
    }

    fn map_at(field: &Field<[f32; 4]>, x: usize, y: usize) -> f32 {
        field.cells[y * SIDE + x][3]
    }

    #[test]
    fn specks_and_haze_go_and_a_pair_stays() {
        let shoes = |x, y| square(x, y, 5, 15) || square(x, y, 35, 12);
        let speck = |x, y| square(x, y, 55, 1);
        let haze = |x, y| square(x, y, 50, 3);
        let map = |x, y| {
            if shoes(x, y) || speck(x, y) {
                0.9
            } else if haze(x, y) {
                0.4
            } else {
                0.0
            }
        };
        let mut field = drawn(map, grey);
        clean(&mut field, Holes::Auto, Subjects::All);
        assert!(map_at(&field, 10, 10) >= 0.9 && map_at(&field, 40, 40) >= 0.9);
        assert_eq!((map_at(&field, 55, 55), map_at(&field, 51, 51)), (0.0, 0.0));

        clean(&mut field, Holes::Auto, Subjects::Largest);
        assert!(map_at(&field, 10, 10) >= 0.9);
        assert_eq!(map_at(&field, 40, 40), 0.0);
    }

    #[test]
    fn where_nothing_is_sure_nothing_is_dropped() {
        let mut field = drawn(|x, y| if square(x, y, 10, 10) { 0.4 } else { 0.0 }, grey);
        let before = field.clone();
        clean(&mut field, Holes::Auto, Subjects::All);
        assert_eq!(field, before);
    }

    #[test]
    fn a_ring_is_opened_by_the_colour_of_the_ground_and_a_print_is_not() {
        let ring = |x, y| square(x, y, 10, 40) && !square(x, y, 25, 10);
        let map = |x, y| {
            if ring(x, y) {
                1.0
            } else if square(x, y, 25, 10) {
                0.6
            } else {
                0.0
            }
        };
        let gold = |x, y| if ring(x, y) { [0.8, 0.7, 0.2] } else { [0.9, 0.9, 0.9] };
        let mut field = drawn(map, gold);
        clean(&mut field, Holes::Auto, Subjects::All);
        assert_eq!(map_at(&field, 30, 30), 0.0);

        let print = |x, y| if square(x, y, 25, 10) { [0.7, 0.1, 0.1] } else { gold(x, y) };
        let mut field = drawn(map, print);
        clean(&mut field, Holes::Auto, Subjects::All);
        assert_eq!(map_at(&field, 30, 30), 1.0);

        let mut field = drawn(map, gold);
        clean(&mut field, Holes::Fill, Subjects::All);
        assert_eq!(map_at(&field, 30, 30), 1.0);

        let seen = |x, y| if square(x, y, 25, 10) { 0.3 } else { map(x, y) };
        let mut field = drawn(seen, gold);
        clean(&mut field, Holes::Open, Subjects::All);
        assert_eq!(map_at(&field, 30, 30), 0.3);
    }

    #[test]
    fn what_has_the_colours_of_the_subject_and_not_of_the_ground_is_no_hole() {
        let panel = |x, y| square(x, y, 15, 12);
        let map = |x, y| f32::from(square(x, y, 10, 40) && !panel(x, y));
        let blue = |x, y| panel(x, y) || x > 30;
        let shoe = |x, y| match square(x, y, 10, 40) {
            true if blue(x, y) => [0.2, 0.3, 0.6],
            true => [0.8, 0.5, 0.2],
            false => [0.5; 3],
        };
        let mut field = drawn(map, shoe);
        clean(&mut field, Holes::Auto, Subjects::All);
        assert_eq!(map_at(&field, 20, 20), 1.0);
    }

    #[test]
    fn a_hole_of_neither_colour_that_the_network_is_sure_of_stays() {
        let map = |x, y| f32::from(square(x, y, 10, 40) && !square(x, y, 25, 10));
        let colour = |x, y| if square(x, y, 25, 10) { [0.1, 0.6, 0.1] } else { [0.9, 0.9, 0.9] };
        let mut field = drawn(map, colour);
        clean(&mut field, Holes::Auto, Subjects::All);
        assert_eq!(map_at(&field, 30, 30), 0.0);
    }

    #[test]
    fn the_inside_is_opaque_and_the_rim_is_not_touched() {
        let mut field = drawn(|x, y| if square(x, y, 10, 40) { 0.7 } else { 0.0 }, grey);
        clean(&mut field, Holes::Open, Subjects::All);
        assert_eq!(map_at(&field, 30, 30), 1.0);
        assert_eq!(map_at(&field, 10, 30), 0.7);
        assert_eq!(map_at(&field, 5, 30), 0.0);
    }

    #[test]
    fn a_subject_cut_by_the_frame_is_solid_up_to_it() {
        let mut field =
            drawn(|x, y| if (10..50).contains(&x) && y >= 10 { 0.7 } else { 0.0 }, grey);
        clean(&mut field, Holes::Open, Subjects::All);
        assert_eq!(map_at(&field, 30, SIDE - 1), 1.0);
    }
}
