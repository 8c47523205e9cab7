//! Boundary F: how much of either of two outlines lies near the other.

/// `[height, width]` truths.
pub(super) struct Region<'a> {
    pub(super) width: usize,
    pub(super) is_in: &'a [bool],
}

impl Region<'_> {
    /// The pixels that are in and have a neighbour of eight that is not; the frame is no edge.
    fn outline(&self) -> Vec<bool> {
        let (width, height) = (self.width, self.is_in.len() / self.width);
        let mut inside: Vec<bool> = Vec::with_capacity(self.is_in.len());
        for row in self.is_in.chunks_exact(width) {
            inside.extend(
                (0..width)
                    .map(|x| row[x] && (x == 0 || row[x - 1]) && (x + 1 == width || row[x + 1])),
            );
        }
        let mut outline = Vec::with_capacity(self.is_in.len());
        for y in 0..height {
            let row = |y: usize| &inside[y * width..][..width];
            let (above, own, below) =
                (row(y.saturating_sub(1)), row(y), row((y + 1).min(height - 1)));
            let is_in = &self.is_in[y * width..][..width];
            outline.extend((0..width).map(|x| is_in[x] && !(above[x] && own[x] && below[x])));
        }
        outline
    }
}

/// The F measure of two regions' outlines, 0 to 1: precision and recall are the shares of either that
/// lie within `reach_px` of the other (Euclidean). 1 when neither has an outline, 0 when one has.
pub(super) fn boundary_f(found: &Region<'_>, truth: &Region<'_>, reach_px: f32) -> f64 {
    let (a, b) = (found.outline(), truth.outline());
    let (in_a, in_b) = (count(&a), count(&b));
    if in_a == 0 || in_b == 0 {
        return if in_a == in_b { 1.0 } else { 0.0 };
    }
    let disc = disc(reach_px);
    let precision = near(&a, &b, found.width, &disc) as f64 / in_a as f64;
    let recall = near(&b, &a, found.width, &disc) as f64 / in_b as f64;
    2.0 * precision * recall / (precision + recall).max(1e-9)
}

fn count(line: &[bool]) -> usize {
    line.iter().filter(|&&on| on).count()
}

/// Every step of at most `reach_px`, the shortest first.
fn disc(reach_px: f32) -> Vec<(isize, isize)> {
    let reach = reach_px as isize;
    let length = |&(x, y): &(isize, isize)| x * x + y * y;
    let square = (-reach..=reach).flat_map(|y| (-reach..=reach).map(move |x| (x, y)));
    let mut disc: Vec<_> =
        square.filter(|step| length(step) as f32 <= reach_px * reach_px).collect();
    disc.sort_by_key(length);
    disc
}

/// How many pixels of `line` have one of `other` within the disc.
fn near(line: &[bool], other: &[bool], width: usize, disc: &[(isize, isize)]) -> usize {
    let height = line.len() / width;
    let is_near = |at: usize| {
        let (x, y) = ((at % width) as isize, (at / width) as isize);
        disc.iter().any(|&(dx, dy)| {
            let (x, y) = (x + dx, y + dy);
            (0..width as isize).contains(&x)
                && (0..height as isize).contains(&y)
                && other[y as usize * width + x as usize]
        })
    };
    (0..line.len()).filter(|&at| line[at] && is_near(at)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A square of 6 px in 20, `x` px from the left.
    fn square(x: usize) -> Vec<bool> {
        (0..400).map(|at| (x..x + 6).contains(&(at % 20)) && (5..11).contains(&(at / 20))).collect()
    }

    fn f(found: &[bool], truth: &[bool], reach_px: f32) -> f64 {
        let region = |is_in| Region { width: 20, is_in };
        boundary_f(&region(found), &region(truth), reach_px)
    }

    #[test]
    fn an_outline_is_one_pixel_wide_and_leaves_the_frame_out() {
        let square = square(0);
        let outline = Region { width: 20, is_in: &square }.outline();
        assert_eq!(count(&outline), 6 + 6 + 4);
        assert_eq!(count(&Region { width: 20, is_in: &[true; 400] }.outline()), 0);
    }

    #[test]
    fn what_is_near_counts() {
        assert_eq!(f(&square(3), &square(3), 0.0), 1.0);
        assert_eq!(f(&square(3), &square(6), 3.0), 1.0);
        assert!(f(&square(3), &square(6), 2.0) < 1.0);
        assert_eq!(f(&square(0), &square(13), 3.0), 0.0);
        assert_eq!(f(&[false; 400], &square(3), 3.0), 0.0);
        assert_eq!(f(&[false; 400], &[true; 400], 3.0), 1.0);
    }
}
