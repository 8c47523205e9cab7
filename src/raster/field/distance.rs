//! In: a field of squared distances, each to something near. Out: of every cell, the least sum of a
//! field's value and the squared way to it: exact Euclidean distances (Felzenszwalb and Huttenlocher
//! 2012, Distance Transforms of Sampled Functions, Theory of Computing 8).

use super::Field;

/// Further than anything.
pub(crate) const FAR: f64 = 1e20;

/// Squares in, squares out; a cell's side is 1.
pub(crate) fn nearest(field: &mut Field<f64>) {
    let (width, height) = (field.width, field.height);
    let mut line = Line::new(width.max(height));
    for row in field.cells.chunks_exact_mut(width) {
        line.transform(row);
    }
    let mut column = vec![0.0; height];
    for x in 0..width {
        let cells = field.cells[x..].iter_mut().step_by(width);
        column.iter_mut().zip(cells).for_each(|(to, from)| *to = *from);
        line.transform(&mut column);
        let cells = field.cells[x..].iter_mut().step_by(width);
        cells.zip(&column).for_each(|(to, from)| *to = *from);
    }
}

/// The lower envelope of parabolas: where each stands, its height, and where it begins to be the lowest.
struct Line {
    parabolas: Vec<(f64, f64, f64)>,
}

impl Line {
    fn new(length: usize) -> Self {
        Self { parabolas: Vec::with_capacity(length) }
    }

    fn transform(&mut self, cells: &mut [f64]) {
        self.parabolas.clear();
        for (x, &height) in cells.iter().enumerate().filter(|(_, height)| **height < FAR) {
            let x = x as f64;
            let mut begin = f64::NEG_INFINITY;
            while let Some(&(other, low, from)) = self.parabolas.last() {
                begin = ((height + x * x) - (low + other * other)) / (2.0 * (x - other));
                if begin > from {
                    break;
                }
                self.parabolas.pop();
                begin = f64::NEG_INFINITY;
            }
            self.parabolas.push((x, height, begin));
        }
        let Some(&(mut x, mut height, _)) = self.parabolas.first() else { return };
        let mut next = 1;
        for (at, cell) in cells.iter_mut().enumerate() {
            let at = at as f64;
            while let Some(&(other, low, _)) = self.parabolas.get(next).filter(|p| p.2 <= at) {
                (x, height, next) = (other, low, next + 1);
            }
            *cell = (at - x) * (at - x) + height;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_finds_the_nearest() {
        let (width, height) = (13, 9);
        let seeds = [(2, 1, 0.0), (11, 2, 0.09), (5, 8, 0.25), (6, 8, 0.0)];
        let mut field = Field { width, height, cells: vec![FAR; width * height] };
        seeds.iter().for_each(|&(x, y, square)| field.cells[y * width + x] = square);
        nearest(&mut field);
        for (at, cell) in field.cells.iter().enumerate() {
            let to = |&(x, y, square): &(usize, usize, f64)| {
                let (x, y) = (x as f64 - (at % width) as f64, y as f64 - (at / width) as f64);
                x * x + y * y + square
            };
            let least = seeds.iter().map(to).fold(FAR, f64::min);
            assert!((cell - least).abs() < 1e-9, "{at}: {cell}, not {least}");
        }
        let mut empty = Field { width: 3, height: 2, cells: vec![FAR; 6] };
        nearest(&mut empty);
        assert!(empty.cells == [FAR; 6]);
    }
}
