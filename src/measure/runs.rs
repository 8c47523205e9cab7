//! In: iMaterialist's `EncodedPixels`: pairs of start and length, from 1, down the columns, as in
//! `28933 4 29312 3`. Out: those pixels of [`Labels`] set to one label.

/// A label for each pixel: `[height, width]` u8, 0 where nothing was painted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    width: u32,
    height: u32,
    values: Vec<u8>,
}

impl Labels {
    /// Nothing but 0.
    ///
    /// # Panics
    /// When a side is 0.
    pub fn new(width: u32, height: u32) -> Self {
        assert!(width > 0 && height > 0, "a picture has at least one pixel");
        Self { width, height, values: vec![0; width as usize * height as usize] }
    }

    /// Wraps `values`, `[height, width]` u8, row by row from the top.
    ///
    /// # Panics
    /// When a side is 0 or `values` is not `width * height` bytes long.
    pub fn of(width: u32, height: u32, values: Vec<u8>) -> Self {
        assert!(width > 0 && height > 0, "a picture has at least one pixel");
        assert_eq!(values.len(), width as usize * height as usize);
        Self { width, height, values }
    }

    /// Width, px.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height, px.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// `[height, width]` u8.
    pub fn values(&self) -> &[u8] {
        &self.values
    }
}

/// What is wrong with a row of runs; what is right in it is painted all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A start without a length.
    Odd,
    /// Something that is no whole number, or a start of 0; what follows it is lost.
    NoNumber,
    /// A run that goes beyond the last pixel.
    PastEnd,
}

/// Sets the pixels of `runs` to `label`.
///
/// # Errors
/// The first [`Fault`]; all whole runs before and after it are painted, up to the last pixel.
pub fn paint(labels: &mut Labels, runs: &[u8], label: u8) -> Result<(), Fault> {
    let mut fault = None;
    let mut numbers = runs.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    while let Some(start) = numbers.next() {
        let Some(start) = number(start).and_then(|start| start.checked_sub(1)) else {
            fault.get_or_insert(Fault::NoNumber);
            break;
        };
        let Some(length) = numbers.next() else {
            fault.get_or_insert(Fault::Odd);
            break;
        };
        let Some(length) = number(length) else {
            fault.get_or_insert(Fault::NoNumber);
            break;
        };
        let pixels = labels.values.len() as u64;
        if start.saturating_add(length) > pixels {
            fault.get_or_insert(Fault::PastEnd);
        }
        fill(
            labels,
            start.min(pixels) as usize,
            length.min(pixels.saturating_sub(start)) as usize,
            label,
        );
    }
    fault.map_or(Ok(()), Err)
}

/// `length` pixels down the columns, from the pixel `start` on; all of them are inside.
fn fill(labels: &mut Labels, start: usize, length: usize, label: u8) {
    let (width, height) = (labels.width as usize, labels.height as usize);
    let (mut x, mut y, mut left) = (start / height, start % height, length);
    while left > 0 {
        let part = left.min(height - y);
        let column = labels.values[y * width + x..].iter_mut().step_by(width);
        column.take(part).for_each(|value| *value = label);
        left -= part;
        (x, y) = (x + 1, 0);
    }
}

fn number(word: &[u8]) -> Option<u64> {
    std::str::from_utf8(word).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn painted(runs: &str) -> (Vec<u8>, Result<(), Fault>) {
        let mut labels = Labels::new(3, 2);
        let fault = paint(&mut labels, runs.as_bytes(), 7);
        (labels.values, fault)
    }

    #[test]
    fn runs_go_down_the_columns_from_1() {
        assert_eq!(painted("1 1 4 2"), (vec![7, 0, 7, 0, 7, 0], Ok(())));
        assert_eq!(painted(" 2  3\t6 1 "), (vec![0, 7, 0, 7, 7, 7], Ok(())));
        assert_eq!(painted("1 6"), (vec![7; 6], Ok(())));
        assert_eq!(painted(""), (vec![0; 6], Ok(())));
    }

    #[test]
    fn what_is_right_in_a_broken_row_is_painted() {
        let first = vec![7, 0, 0, 0, 0, 0];
        let both = vec![7, 0, 0, 0, 0, 7];
        assert_eq!(painted("1 1 5"), (first.clone(), Err(Fault::Odd)));
        assert_eq!(painted("1 1 x 2 3 1"), (first.clone(), Err(Fault::NoNumber)));
        assert_eq!(painted("1 1 2 -1 3 1"), (first.clone(), Err(Fault::NoNumber)));
        assert_eq!(painted("1 1 0 2"), (first.clone(), Err(Fault::NoNumber)));
        assert_eq!(painted("6 9 1 1"), (both.clone(), Err(Fault::PastEnd)));
        assert_eq!(painted("7 1 1 1"), (first.clone(), Err(Fault::PastEnd)));
        let huge = format!("1 1 6 {}", u64::MAX);
        assert_eq!(painted(&huge), (both, Err(Fault::PastEnd)));
        let beyond = format!("1 1 {0}{0} 1", u64::MAX);
        assert_eq!(painted(&beyond), (first, Err(Fault::NoNumber)));
    }
}
