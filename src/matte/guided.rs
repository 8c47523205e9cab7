//! In: a field of red, green, blue and a map. Out: for each cell the linear model of the map in the
//! photo's colours, and through it the mask of the whole photo.
//!
//! The guided filter with a colour guide (He, Sun and Tang 2010), in its fast form (He and Sun 2015,
//! arXiv 1505.00996): the models are found on the small field and read between its cells at the
//! photo's own resolution.

use crate::raster::field::{Field, lerp, neighbours, spans, window_means};
use crate::raster::{Image, larger, smaller};

/// The window's radius, as a part of the field's longer side.
const REACH: usize = 64;
/// The variance of colours below which the guide counts as flat, of the full range squared.
const FLAT: f32 = 1e-4;
/// Alphas up to here become 0, the rest is stretched.
const CLEAR: f32 = 0.1;
/// Alphas from here become 1.
const OPAQUE: f32 = 0.9;

/// Models of alpha x 255: three factors of 8-bit red, green and blue, and an offset.
pub(super) struct Guided {
    models: Field<[f32; 4]>,
    /// What a model says of every colour there is, where that is 0 or 255.
    sure: Vec<Option<u8>>,
}

impl Guided {
    pub(super) fn new(field: &Field<[f32; 4]>) -> Self {
        let Field { width, height, .. } = *field;
        let radius = (width.max(height) / REACH).max(1);
        let mut local = Field::<[f32; 4]>::new(width, height);
        window_means(
            width,
            height,
            radius,
            |index| moments(&field.cells[index]),
            |y, means| {
                let row = &mut local.cells[y * width..][..width];
                row.iter_mut().zip(means).for_each(|(model, means)| *model = fit(means));
            },
        );
        let mut models = Field::<[f32; 4]>::new(width, height);
        window_means(
            width,
            height,
            radius,
            |index| local.cells[index],
            |y, means| {
                let row = &mut models.cells[y * width..][..width];
                row.iter_mut().zip(means).for_each(|(model, mean)| *model = stretched(mean));
            },
        );
        let sure = models.cells.iter().map(surely).collect();
        Self { models, sure }
    }

    /// Alpha, u8, of the photo's rows from `first_row` on, as many as `alphas` holds.
    pub(super) fn apply(&self, photo: &Image, first_row: usize, alphas: &mut [u8]) {
        let (width, height) = (photo.width() as usize, photo.height() as usize);
        let spans = spans(width, self.models.width);
        let shares: Vec<f32> =
            (0..width).map(|x| neighbours(x, width, self.models.width).2).collect();
        let pixels = photo.pixels().chunks_exact(width * 4).skip(first_row);
        for (y, (alphas, pixels)) in (first_row..).zip(alphas.chunks_exact_mut(width).zip(pixels)) {
            let (above, below, _) = neighbours(y, height, self.models.height);
            let [above, below] = [above, below].map(|y| &self.sure[y * self.models.width..]);
            let row = self.models.row(y, height);
            for &(ref range, left, right) in &spans {
                let alphas = &mut alphas[range.clone()];
                if let Some(alpha) = above[left]
                    && [above[right], below[left], below[right]] == [Some(alpha); 3]
                {
                    alphas.fill(alpha);
                    continue;
                }
                let (left, right) = (&row.cell(left), &row.cell(right));
                let pixels = pixels[range.start * 4..].chunks_exact(4);
                for ((alpha, pixel), &share) in
                    alphas.iter_mut().zip(pixels).zip(&shares[range.clone()])
                {
                    let [r, g, b, offset] = lerp(left, right, share);
                    let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(f32::from);
                    *alpha =
                        (r * red + g * green + b * blue + offset + 0.5).clamp(0.0, 255.0) as u8;
                }
            }
        }
    }
}

/// What [`fit`] wants the means of.
fn moments(&[r, g, b, map]: &[f32; 4]) -> [f32; 16] {
    [
        r,
        g,
        b,
        map,
        r * map,
        g * map,
        b * map,
        r * r,
        r * g,
        r * b,
        g * g,
        g * b,
        b * b,
        0.0,
        0.0,
        0.0,
    ]
}

/// The linear model of the map in r, g and b that fits a window best, by least squares with `FLAT` as
/// the ridge.
fn fit(means: &[f32; 16]) -> [f32; 4] {
    let &[r, g, b, map, r_map, g_map, b_map, rr, rg, rb, gg, gb, bb, ..] = means;
    let (vrr, vgg, vbb) = (rr - r * r + FLAT, gg - g * g + FLAT, bb - b * b + FLAT);
    let (vrg, vrb, vgb) = (rg - r * g, rb - r * b, gb - g * b);
    let (cr, cg, cb) = (r_map - r * map, g_map - g * map, b_map - b * map);
    let (arr, arg, arb) = (vgg * vbb - vgb * vgb, vgb * vrb - vrg * vbb, vrg * vgb - vgg * vrb);
    let (agg, agb, abb) = (vrr * vbb - vrb * vrb, vrb * vrg - vrr * vgb, vrr * vgg - vrg * vrg);
    let share = 1.0 / (vrr * arr + vrg * arg + vrb * arb);
    let fr = (arr * cr + arg * cg + arb * cb) * share;
    let fg = (arg * cr + agg * cg + agb * cb) * share;
    let fb = (arb * cr + agb * cg + abb * cb) * share;
    [fr, fg, fb, map - fr * r - fg * g - fb * b]
}

/// From colours and alpha in [0, 1] to 8 bits, with `CLEAR` at 0 and `OPAQUE` at 255.
fn stretched(&[r, g, b, offset]: &[f32; 4]) -> [f32; 4] {
    let gain = 1.0 / (OPAQUE - CLEAR);
    [r * gain, g * gain, b * gain, (offset - CLEAR) * gain * 255.0]
}

/// 0 or 255, where the model says so of every colour there is.
fn surely(&[r, g, b, offset]: &[f32; 4]) -> Option<u8> {
    let most = offset + 255.0 * (larger(r, 0.0) + larger(g, 0.0) + larger(b, 0.0));
    let least = offset + 255.0 * (smaller(r, 0.0) + smaller(g, 0.0) + smaller(b, 0.0));
    if most <= 0.0 {
        Some(0)
    } else if least >= 255.0 {
        Some(255)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_that_is_linear_in_the_colours_is_found() {
        let mut field = Field::<[f32; 4]>::new(20, 20);
        for (index, cell) in field.cells.iter_mut().enumerate() {
            let [r, g, b] = [7, 11, 13].map(|step| (index * step % 17) as f32 / 16.0);
            *cell = [r, g, b, 0.3 * r + 0.2 * g + 0.1 * b + 0.2];
        }
        let mut means = [0.0; 16];
        for cell in &field.cells {
            means.iter_mut().zip(moments(cell)).for_each(|(mean, m)| *mean += m / 400.0);
        }
        for (seen, wanted) in fit(&means).into_iter().zip([0.3, 0.2, 0.1, 0.2]) {
            assert!((seen - wanted).abs() < 2e-3, "{seen} is not {wanted}");
        }
    }

    #[test]
    fn strips_equal_the_whole_bit_for_bit() {
        let (width, height) = (97, 61);
        let pixels: Vec<u8> = (0..width * height * 4).map(|i| (i * 7919 % 256) as u8).collect();
        let photo = Image::new(width as u32, height as u32, pixels);
        let mut field = crate::raster::field::guide(&photo, 40);
        let middle = field.width / 2;
        let columns = field.width;
        for (index, cell) in field.cells.iter_mut().enumerate() {
            cell[3] = f32::from(index % columns > middle);
        }
        let guided = Guided::new(&field);
        let mut whole = vec![0; width * height];
        guided.apply(&photo, 0, &mut whole);
        assert!(whole.iter().any(|&alpha| alpha > 0 && alpha < 255), "some alphas are soft");
        for strip in [1, 7, 60] {
            let mut parts = vec![0; width * height];
            for (index, rows) in parts.chunks_mut(strip * width).enumerate() {
                guided.apply(&photo, index * strip, rows);
            }
            assert_eq!(parts, whole, "strips of {strip} rows");
        }
    }
}
