//! Three box blurs of a [`Field`], close to a Gaussian (Wells 1986); edges are continued.

use super::Field;

impl<const N: usize> Field<[f32; N]> {
    /// Blurs by boxes of `2 * radius + 1` cells. The deviation is the square root of
    /// `radius * (radius + 1)` cells.
    pub(crate) fn blur(&mut self, radius: usize) {
        let mut line = Vec::new();
        for _ in 0..3 {
            for row in self.cells.chunks_exact_mut(self.width) {
                line.clear();
                line.extend_from_slice(row);
                slide(&line, radius, |x, mean| row[x] = mean);
            }
            for x in 0..self.width {
                line.clear();
                line.extend(self.cells[x..].iter().step_by(self.width));
                let (cells, width) = (&mut self.cells, self.width);
                slide(&line, radius, |y, mean| cells[y * width + x] = mean);
            }
        }
    }
}

/// The radius of [`Field::blur`] whose deviation is nearest to `cells`.
pub(crate) fn radius_of(cells: f64) -> usize {
    (((4.0 * cells * cells + 1.0).sqrt() - 1.0) / 2.0).round() as usize
}

/// Means over `2 * radius + 1` values, the ends continued.
fn slide<const N: usize>(line: &[[f32; N]], radius: usize, mut put: impl FnMut(usize, [f32; N])) {
    let (last, count) = (line.len() - 1, (2 * radius + 1) as f32);
    let mut sum = line[0].map(|value| value * (radius + 1) as f32);
    let add = |sum: &mut [f32; N], at: usize, sign: f32| {
        sum.iter_mut().zip(line[at.min(last)]).for_each(|(sum, value)| *sum += sign * value);
    };
    (1..=radius).for_each(|at| add(&mut sum, at, 1.0));
    for at in 0..=last {
        put(at, sum.map(|value| value / count));
        add(&mut sum, at + radius + 1, 1.0);
        add(&mut sum, at.saturating_sub(radius), -1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blur_keeps_the_mean_and_has_its_deviation() {
        let mut field = Field::<[f32; 1]>::new(61, 1);
        field.cells[30] = [1.0];
        field.blur(4);
        let mean: f32 = field.cells.iter().map(|cell| cell[0]).sum();
        let square = |(x, cell): (usize, &[f32; 1])| (x as f32 - 30.0).powi(2) * cell[0];
        let variance: f32 = field.cells.iter().enumerate().map(square).sum();
        assert!((mean - 1.0).abs() < 1e-5 && (variance - 20.0).abs() < 1e-3, "{mean} {variance}");
        assert_eq!(radius_of(20.0_f64.sqrt()), 4);
    }
}
