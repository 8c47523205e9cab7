//! In: an [`Image`], RGBA8, a photo made smaller. Out: [`Cells`]: mean, lowest and highest
//! colour of each square, from one pass in strips.

use crate::raster::Image;
use crate::raster::field::Field;

/// The longer side of the grid is at most this many cells.
const LONGEST_SIDE: u32 = 256;
/// A strip of more rows would overflow the 16-bit sums.
const MAX_SIZE: u32 = 257;

/// One square of the photo, RGB.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cell {
    pub(super) mean: [f32; 3],
    pub(super) low: [u8; 3],
    pub(super) high: [u8; 3],
}

/// The squares of a photo, row by row from the top. The last ones may be cut by the photo's edge.
pub(super) type Cells = Field<Cell>;

/// The squares of `photo` and their side, px. `None` when it is so long that a side would be more than
/// 257 px.
pub(super) fn cells(photo: &Image) -> Option<(Cells, usize)> {
    let size = photo.width().max(photo.height()).div_ceil(LONGEST_SIDE);
    if size > MAX_SIZE {
        return None;
    }
    let (size, width) = (size as usize, photo.width() as usize);
    let mut cells = Vec::new();
    let mut strip = Strip::new(width * 4);
    for rows in photo.pixels().chunks(width * 4 * size) {
        strip.reduce(rows);
        strip.push_cells(size, rows.len() / (width * 4), &mut cells);
    }
    let columns = width.div_ceil(size);
    Some((Field { width: columns, height: cells.len() / columns, cells }, size))
}

/// Sum, lowest and highest of each column of a strip: `[width * 4]`.
struct Strip {
    sums: Vec<u16>,
    low: Vec<u8>,
    high: Vec<u8>,
}

impl Strip {
    fn new(bytes: usize) -> Self {
        Self { sums: vec![0; bytes], low: vec![0; bytes], high: vec![0; bytes] }
    }

    fn reduce(&mut self, rows: &[u8]) {
        self.sums.fill(0);
        self.low.fill(255);
        self.high.fill(0);
        for row in rows.chunks_exact(self.sums.len()) {
            for (sum, &value) in self.sums.iter_mut().zip(row) {
                *sum += u16::from(value);
            }
            for (low, &value) in self.low.iter_mut().zip(row) {
                *low = value.min(*low);
            }
            for (high, &value) in self.high.iter_mut().zip(row) {
                *high = value.max(*high);
            }
        }
    }

    fn push_cells(&self, size: usize, rows: usize, cells: &mut Vec<Cell>) {
        let step = 4 * size;
        let columns = self.sums.chunks(step).zip(self.low.chunks(step)).zip(self.high.chunks(step));
        for ((sums, low), high) in columns {
            let count = (sums.len() / 4 * rows) as f32;
            let channel = |c: usize| sums[c..].iter().step_by(4).map(|&sum| u32::from(sum)).sum();
            let sums: [u32; 3] = [channel(0), channel(1), channel(2)];
            let lowest = |c: usize| low[c..].iter().step_by(4).copied().min().unwrap_or(255);
            let highest = |c: usize| high[c..].iter().step_by(4).copied().max().unwrap_or(0);
            cells.push(Cell {
                mean: sums.map(|sum| sum as f32 / count),
                low: [lowest(0), lowest(1), lowest(2)],
                high: [highest(0), highest(1), highest(2)],
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_hold_what_a_plain_loop_finds() {
        for (width, height) in [(1, 1), (7, 3), (256, 2), (257, 5), (3, 1000), (800, 777)] {
            let pixels: Vec<u8> = (0..width * height * 4)
                .map(|i: u32| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
                .collect();
            let photo = Image::new(width, height, pixels);
            let (grid, size) = cells(&photo).unwrap();
            assert_eq!(grid.cells.len(), grid.width * grid.height);
            for (at, cell) in grid.cells.iter().enumerate() {
                let (left, top) = (at % grid.width * size, at / grid.width * size);
                for c in 0..3 {
                    let mut values = vec![];
                    for y in top..(top + size).min(height as usize) {
                        for x in left..(left + size).min(width as usize) {
                            values.push(photo.pixels()[(y * width as usize + x) * 4 + c]);
                        }
                    }
                    let sum: u32 = values.iter().map(|&value| u32::from(value)).sum();
                    assert_eq!(cell.mean[c], sum as f32 / values.len() as f32, "{width}x{height}");
                    assert_eq!(cell.low[c], *values.iter().min().unwrap());
                    assert_eq!(cell.high[c], *values.iter().max().unwrap());
                }
            }
        }
    }

    #[test]
    fn endless_strips_have_no_cells() {
        assert_eq!(cells(&Image::new(1, 256 * 257 + 1, vec![0; (256 * 257 + 1) * 4])), None);
    }
}
