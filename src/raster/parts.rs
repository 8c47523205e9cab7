//! In: which cells of a map count. Out: the connected parts of them.

/// The connected parts (4 neighbours) of the cells that `counts`, `[rows, columns]`, as the indices
/// of cells; in the order of each part's first cell.
pub(crate) fn parts(mut counts: Vec<bool>, columns: usize) -> Vec<Vec<usize>> {
    let mut parts = Vec::new();
    for start in 0..counts.len() {
        if !std::mem::take(&mut counts[start]) {
            continue;
        }
        let mut part = vec![start];
        let mut next = 0;
        while let Some(&from) = part.get(next) {
            next += 1;
            for to in beside(from, columns, counts.len()) {
                if std::mem::take(&mut counts[to]) {
                    part.push(to);
                }
            }
        }
        parts.push(part);
    }
    parts
}

/// Left, right, above and below cell `at` of `cells` in rows of `columns`.
pub(crate) fn beside(at: usize, columns: usize, cells: usize) -> impl Iterator<Item = usize> {
    let x = at % columns;
    [
        (x > 0).then(|| at - 1),
        (x + 1 < columns).then(|| at + 1),
        at.checked_sub(columns),
        Some(at + columns).filter(|&to| to < cells),
    ]
    .into_iter()
    .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
