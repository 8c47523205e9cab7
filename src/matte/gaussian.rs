//! In: weighted moments of colours. Out: the Gaussian that they come from.

/// The deviation below which colours do not differ, of the full range.
pub(super) const NOISE: f32 = 0.005;

/// Three independent channels.
pub(super) struct Gaussian {
    pub(super) mean: [f32; 3],
    pub(super) variance: [f32; 3],
}

impl Gaussian {
    /// From weighted sums or means of what [`moments`] gives. Colours that deviate by less than `noise`,
    /// of the full range, do not differ.
    pub(super) fn of(moments: &[f32], noise: f32) -> Self {
        let share = 1.0 / moments[0];
        let mean = [1, 2, 3].map(|n| moments[n] * share);
        let variance = [0, 1, 2].map(|n| {
            let spread = moments[n + 4] * share - mean[n] * mean[n];
            spread.clamp(0.0, 1.0) + noise * noise
        });
        Self { mean, variance }
    }

    /// The squared Mahalanobis distance.
    pub(super) fn distance(&self, colour: &[f32; 4]) -> f32 {
        (0..3)
            .map(|n| (colour[n] - self.mean[n]) * (colour[n] - self.mean[n]) / self.variance[n])
            .sum()
    }

    pub(super) fn volume(&self) -> f32 {
        self.variance[0] * self.variance[1] * self.variance[2]
    }
}

/// 1, the channels of a colour, their squares and 0, times `weight`.
pub(super) fn moments(&[a, b, c, _]: &[f32; 4], weight: f32) -> [f32; 8] {
    [1.0, a, b, c, a * a, b * b, c * c, 0.0].map(|moment| moment * weight)
}
