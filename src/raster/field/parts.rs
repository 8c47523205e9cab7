//! Which cells of a [`Field`] lie beside each other, and what is connected.

use super::Field;

impl<C> Field<C> {
    /// Left, right, above and below `at`.
    pub(crate) fn beside(&self, at: usize) -> impl Iterator<Item = usize> + use<C> {
        let x = at % self.width;
        let below = Some(at + self.width).filter(|&to| to < self.cells.len());
        [
            (x > 0).then(|| at - 1),
            (x + 1 < self.width).then(|| at + 1),
            at.checked_sub(self.width),
            below,
        ]
        .into_iter()
        .flatten()
    }

    /// The up to eight cells around `at`.
    pub(crate) fn around(&self, at: usize) -> impl Iterator<Item = usize> + use<C> {
        let x = at % self.width;
        let (left, right) = (usize::from(x > 0), usize::from(x + 1 < self.width));
        let below = Some(at + self.width).filter(|&to| to < self.cells.len());
        [at.checked_sub(self.width), Some(at), below]
            .into_iter()
            .flatten()
            .flat_map(move |to| to - left..=to + right)
            .filter(move |&to| to != at)
    }

    /// Whether `at` is one of the outermost cells.
    pub(crate) fn is_border(&self, at: usize) -> bool {
        let (x, y) = (at % self.width, at / self.width);
        x == 0 || y == 0 || x + 1 == self.width || y + 1 == self.height
    }

    /// The cells of `within` beside others, which a growth starts from.
    pub(crate) fn rim(&self, within: impl Fn(usize) -> bool) -> Vec<usize> {
        let is_rim = |&at: &usize| within(at) && self.beside(at).any(|to| !within(to));
        (0..self.cells.len()).filter(is_rim).collect()
    }

    /// Adds to `found` what is reached from it over the sides of cells. `takes(from, to)` is asked
    /// for each step and answers once with yes for each cell.
    pub(crate) fn flood(
        &self,
        found: &mut Vec<usize>,
        mut takes: impl FnMut(usize, usize) -> bool,
    ) {
        let mut next = 0;
        while let Some(&from) = found.get(next) {
            next += 1;
            found.extend(self.beside(from).filter(|&to| takes(from, to)));
        }
    }

    /// The connected parts (4 neighbours) of the cells that count, in the order of each part's first
    /// cell.
    pub(crate) fn parts(&self, counts: impl Fn(usize) -> bool) -> Vec<Vec<usize>> {
        let mut left: Vec<bool> = (0..self.cells.len()).map(counts).collect();
        let mut parts = Vec::new();
        for start in 0..left.len() {
            if std::mem::take(&mut left[start]) {
                let mut part = vec![start];
                self.flood(&mut part, |_, to| std::mem::take(&mut left[to]));
                parts.push(part);
            }
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(counts: Vec<bool>, width: usize) -> Vec<Vec<usize>> {
        let map = Field { width, height: counts.len() / width, cells: counts };
        map.parts(|at| map.cells[at])
    }

    #[test]
    fn what_touches_by_a_side_is_one_part() {
        let map = "##..#
                   .#..#
                   #..##";
        let counts = map.bytes().filter(|b| b"#.".contains(b)).map(|b| b == b'#').collect();
        assert_eq!(parts(counts, 5), [vec![0, 1, 6], vec![4, 9, 14, 13], vec![10]]);
        assert_eq!(parts(vec![], 5), Vec::<Vec<usize>>::new());
        assert_eq!(parts(vec![true; 3], 1), [vec![0, 1, 2]]);
    }

    #[test]
    fn corners_have_fewer_neighbours() {
        let map = Field { width: 3, height: 2, cells: vec![(); 6] };
        let around = |at| map.around(at).collect::<Vec<_>>();
        assert_eq!([around(0), around(4)], [vec![1, 3, 4], vec![0, 1, 2, 3, 5]]);
        assert_eq!(map.rim(|at| at % 3 < 2), [1, 4]);
        let tall = Field { width: 1, height: 3, cells: vec![(); 3] };
        assert_eq!(tall.around(1).collect::<Vec<_>>(), [0, 2]);
        assert!((0..3).all(|at| tall.is_border(at)));
    }
}
