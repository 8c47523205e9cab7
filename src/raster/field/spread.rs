//! In: colours, each with a weight. Out: colours everywhere, smooth where weights are 0.
//!
//! Pull and push over an image pyramid (Gortler et al. 1996, The Lumigraph): colours are averaged down
//! by their weights until every gap is closed, then read back up where the weights left room.

use super::{Field, lerp, neighbours};
use crate::raster::larger;

/// `weighted`: red, green, blue times weight, and weight in [0, 1]. The result's fourth channel is 0
/// where no cell had any weight, else 1.
pub(crate) fn spread(weighted: Field<[f32; 4]>) -> Field<[f32; 4]> {
    if weighted.width * weighted.height == 1 {
        let [r, g, b, weight] = weighted.cells[0];
        let cell = if weight > 0.0 { [r / weight, g / weight, b / weight, 1.0] } else { [0.0; 4] };
        return Field { cells: vec![cell], ..weighted };
    }
    let coarse = spread(halved(&weighted));
    let mut fine = weighted;
    let mut row = vec![[0.0; 4]; coarse.width];
    for (y, cells) in fine.cells.chunks_exact_mut(fine.width).enumerate() {
        let between = coarse.row(y, fine.height);
        row.iter_mut().enumerate().for_each(|(x, cell)| *cell = between.cell(x));
        for (x, cell) in cells.iter_mut().enumerate() {
            let room = 1.0 - cell[3];
            if room == 0.0 {
                continue;
            }
            let (left, right, share) = neighbours(x, fine.width, coarse.width);
            let below = lerp(&row[left], &row[right], share);
            *cell = std::array::from_fn(|n| cell[n] + room * below[n]);
        }
    }
    fine
}

/// Sums of 2 x 2 cells, weights held at 1.
fn halved(field: &Field<[f32; 4]>) -> Field<[f32; 4]> {
    let (width, height) = (field.width.div_ceil(2), field.height.div_ceil(2));
    let mut small = Field::<[f32; 4]>::new(width, height);
    for (y, row) in field.cells.chunks_exact(field.width).enumerate() {
        for (x, cell) in row.iter().enumerate() {
            let sum = &mut small.cells[y / 2 * width + x / 2];
            sum.iter_mut().zip(cell).for_each(|(sum, value)| *sum += value);
        }
    }
    for cell in &mut small.cells {
        let share = 1.0 / larger(cell[3], 1.0);
        *cell = cell.map(|value| value * share);
    }
    small
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_colours_stay_and_gaps_are_filled_with_them() {
        let (width, height) = (13, 9);
        let mut field = Field::<[f32; 4]>::new(width, height);
        field.cells[2 * width + 3] = [0.2, 0.4, 0.6, 1.0];
        field.cells[5 * width + 9] = [0.2, 0.4, 0.6, 1.0];
        for cell in spread(field).cells {
            for (seen, wanted) in cell.iter().zip([0.2, 0.4, 0.6, 1.0]) {
                assert!((seen - wanted).abs() < 1e-5, "{cell:?}");
            }
        }
    }

    #[test]
    fn the_nearer_colour_wins() {
        let mut field = Field::<[f32; 4]>::new(64, 1);
        field.cells[0] = [1.0, 0.0, 0.0, 1.0];
        field.cells[63] = [0.0, 0.0, 1.0, 1.0];
        let spread = spread(field);
        assert!(spread.cells[10][0] > 0.7 && spread.cells[53][2] > 0.7);
        assert_eq!(spread.cells[0], [1.0, 0.0, 0.0, 1.0]);
    }

    #[test]
    fn nothing_known_stays_nothing() {
        assert_eq!(spread(Field::new(5, 3)).cells, vec![[0.0; 4]; 15]);
    }
}
