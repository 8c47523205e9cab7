//! In: [`Labels`] found and true. Out: a [`ClassScore`] of one picture or of many: pixel accuracy and
//! the mean intersection over union, as Segmenter, SETR and mmsegmentation count them.

use super::Labels;

/// Labels are bytes.
const LABELS: usize = 256;

/// Pixels by class: found, true, and both.
#[derive(Debug, Clone)]
pub struct Classes {
    found: [u64; LABELS],
    truth: [u64; LABELS],
    both: [u64; LABELS],
}

/// How well labels meet their truth.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassScore {
    /// The share of all pixels whose class is right (aAcc).
    pub pixel_accuracy: f64,
    /// The mean of `iou` (mIoU).
    pub miou: f64,
    /// Intersection over union by class, of those that were found or are there.
    pub iou: Vec<(u8, f64)>,
}

impl Default for Classes {
    fn default() -> Self {
        Self { found: [0; LABELS], truth: [0; LABELS], both: [0; LABELS] }
    }
}

impl Classes {
    /// Counts one picture. `found` of another size is brought to that of `truth` by the nearest
    /// pixel; pixels whose true class is `ignored` are left out.
    pub fn of(found: &Labels, truth: &Labels, ignored: Option<u8>) -> Self {
        let mut counts = Self::default();
        let nearest = |at: u32, from: u32, to: u32| {
            ((f64::from(at) + 0.5) * f64::from(from) / f64::from(to)) as usize
        };
        let (width, height) = (truth.width(), truth.height());
        let columns: Vec<usize> = (0..width).map(|x| nearest(x, found.width(), width)).collect();
        for (y, row) in (0..height).zip(truth.values().chunks_exact(width as usize)) {
            let y = nearest(y, found.height(), height);
            let labels = &found.values()[y * found.width() as usize..];
            for (&truth, &x) in row.iter().zip(&columns) {
                let found = labels[x];
                if ignored == Some(truth) {
                    continue;
                }
                counts.found[usize::from(found)] += 1;
                counts.truth[usize::from(truth)] += 1;
                counts.both[usize::from(truth)] += u64::from(truth == found);
            }
        }
        counts
    }

    /// Adds the pixels of another picture.
    pub fn add(&mut self, other: &Self) {
        let all = [
            (&mut self.found, &other.found),
            (&mut self.truth, &other.truth),
            (&mut self.both, &other.both),
        ];
        for (counts, others) in all {
            counts.iter_mut().zip(others).for_each(|(count, other)| *count += other);
        }
    }

    /// `None` without a pixel.
    pub fn score(&self) -> Option<ClassScore> {
        let iou: Vec<(u8, f64)> = (0..=u8::MAX)
            .filter_map(|class| {
                let at = usize::from(class);
                let union = self.found[at] + self.truth[at] - self.both[at];
                (union > 0).then(|| (class, self.both[at] as f64 / union as f64))
            })
            .collect();
        let pixels = self.truth.iter().sum::<u64>();
        (pixels > 0).then(|| ClassScore {
            pixel_accuracy: self.both.iter().sum::<u64>() as f64 / pixels as f64,
            miou: iou.iter().map(|(_, iou)| iou).sum::<f64>() / iou.len() as f64,
            iou,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_scored_over_all_pixels() {
        let truth = Labels::of(4, 1, vec![0, 1, 1, 2]);
        let found = Labels::of(4, 1, vec![0, 1, 3, 2]);
        let mut counts = Classes::of(&found, &truth, None);
        let score = counts.score().unwrap();
        assert_eq!(score.pixel_accuracy, 0.75);
        assert_eq!(score.iou, [(0, 1.0), (1, 0.5), (2, 1.0), (3, 0.0)]);
        assert_eq!(score.miou, 2.5 / 4.0);
        counts.add(&Classes::of(&truth, &truth, None));
        assert_eq!(counts.score().unwrap().iou[1], (1, 0.75));
    }

    #[test]
    fn the_ignored_class_counts_nowhere() {
        let truth = Labels::of(4, 1, vec![0, 1, 255, 255]);
        let found = Labels::of(2, 1, vec![0, 5]);
        let score = Classes::of(&found, &truth, Some(255)).score().unwrap();
        assert_eq!((score.pixel_accuracy, score.iou), (0.5, vec![(0, 0.5), (1, 0.0)]));
        let ignored = Labels::of(1, 1, vec![9]);
        assert_eq!(Classes::of(&ignored, &ignored, Some(9)).score(), None);
    }
}
