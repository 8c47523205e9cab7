//! Many threads, one order.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;

/// Calls `work` with each item in one of `jobs` threads, and `take` with what it gave, in the order of
/// the items.
pub(super) fn in_order<T: Sync, R: Send>(
    items: &[T],
    jobs: usize,
    work: impl Fn(&T) -> R + Sync,
    mut take: impl FnMut(R),
) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let (give, given) = sync_channel(jobs * 4);
        for _ in 0..jobs.min(items.len()) {
            let (give, next, work) = (give.clone(), &next, &work);
            scope.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else { return };
                    if give.send((index, work(item))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(give);
        let (mut waiting, mut turn) = (BTreeMap::new(), 0);
        for (index, result) in given {
            waiting.insert(index, result);
            while let Some(result) = waiting.remove(&turn) {
                take(result);
                turn += 1;
            }
        }
    });
}
