//! In: values of a `width` x `height` map, asked for cell by cell. Out: their means over a square
//! window, row by row. O(N) whatever the radius; no product is ever stored.

/// Hands each row of window means, `[width][N]`, to `take_row`. The window reaches `radius` cells to
/// all sides and is cut at the borders. `value(index)` is read twice per cell.
pub(crate) fn window_means<const N: usize>(
    width: usize,
    height: usize,
    radius: usize,
    value: impl Fn(usize) -> [f32; N],
    mut take_row: impl FnMut(usize, &[[f32; N]]),
) {
    let mut columns = vec![[0.0; N]; width];
    let mut means = vec![[0.0; N]; width];
    let enter = |columns: &mut [[f32; N]], y: usize| {
        for (x, sum) in columns.iter_mut().enumerate() {
            add(sum, &value(y * width + x));
        }
    };
    for y in 0..radius.min(height) {
        enter(&mut columns, y);
    }
    for y in 0..height {
        if y + radius < height {
            enter(&mut columns, y + radius);
        }
        if y > radius {
            for (x, sum) in columns.iter_mut().enumerate() {
                subtract(sum, &value((y - radius - 1) * width + x));
            }
        }
        let rows = reach(y, radius, height);
        let mut sum = [0.0; N];
        for column in &columns[..radius.min(width)] {
            add(&mut sum, column);
        }
        for x in 0..width {
            if x + radius < width {
                add(&mut sum, &columns[x + radius]);
            }
            if x > radius {
                subtract(&mut sum, &columns[x - radius - 1]);
            }
            let share = 1.0 / (rows * reach(x, radius, width)) as f32;
            means[x] = sum.map(|sum| sum * share);
        }
        take_row(y, &means);
    }
}

/// How many of `length` cells lie within `radius` of `at`.
fn reach(at: usize, radius: usize, length: usize) -> usize {
    (at + radius).min(length - 1) - at.saturating_sub(radius) + 1
}

fn add<const N: usize>(sum: &mut [f32; N], value: &[f32; N]) {
    sum.iter_mut().zip(value).for_each(|(sum, value)| *sum += value);
}

fn subtract<const N: usize>(sum: &mut [f32; N], value: &[f32; N]) {
    sum.iter_mut().zip(value).for_each(|(sum, value)| *sum -= value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_those_of_a_plain_loop() {
        for (width, height, radius) in
            [(1, 1, 0), (1, 1, 5), (7, 5, 1), (7, 5, 2), (3, 40, 4), (40, 3, 4), (16, 16, 20)]
        {
            let map: Vec<f32> = (0..width * height).map(|i| ((i * 37) % 11) as f32).collect();
            let mut seen = vec![];
            let value = |i: usize| [map[i], 1.0];
            window_means(width, height, radius, value, |_, row| seen.extend_from_slice(row));
            for y in 0..height {
                for x in 0..width {
                    let (mut sum, mut count) = (0.0, 0.0);
                    for v in y.saturating_sub(radius)..=(y + radius).min(height - 1) {
                        for u in x.saturating_sub(radius)..=(x + radius).min(width - 1) {
                            sum += map[v * width + u];
                            count += 1.0;
                        }
                    }
                    let [mean, one] = seen[y * width + x];
                    let at = format!("{width}x{height} radius {radius} at {x},{y}");
                    assert!((mean - sum / count).abs() < 1e-4, "{at}: {mean}");
                    assert!((one - 1.0).abs() < 1e-6, "{at}: {one}");
                }
            }
        }
    }
}
