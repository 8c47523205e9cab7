//! Pictures that must not change unnoticed.

use image::DynamicImage;

use crate::root;

/// Compares with `tests/golden/NAME.png`, exactly: the network computes in integers, and what is
/// float around it is rounded the same on every machine. `CLEANCUT_REWRITE=1` writes it anew. On
/// failure the difference lies in `tests/diffs/NAME.png`.
pub(crate) fn check(name: &str, picture: &DynamicImage) {
    let path = root().join(format!("tests/golden/{name}.png"));
    if std::env::var_os("CLEANCUT_REWRITE").is_some() {
        picture.save(&path).unwrap();
        return;
    }
    let golden = image::open(&path).unwrap_or_else(|error| {
        panic!("{}: {error}; CLEANCUT_REWRITE=1 cargo test writes it", path.display())
    });
    assert_eq!(picture.color(), golden.color(), "{name}");
    assert_eq!((picture.width(), picture.height()), (golden.width(), golden.height()), "{name}");
    let pairs = picture.as_bytes().iter().zip(golden.as_bytes());
    let mut difference: Vec<u8> = pairs.map(|(a, b)| a.abs_diff(*b)).collect();
    let worst = difference.iter().copied().max().unwrap_or(0);
    if worst == 0 {
        return;
    }
    let diffs = root().join("tests/diffs");
    std::fs::create_dir_all(&diffs).unwrap();
    if picture.color().has_alpha() {
        let channels = usize::from(picture.color().channel_count());
        difference.iter_mut().skip(channels - 1).step_by(channels).for_each(|a| *a = 255);
    }
    let saved = diffs.join(format!("{name}.png"));
    let (width, height) = (picture.width(), picture.height());
    image::save_buffer(saved, &difference, width, height, picture.color()).unwrap();
    panic!("{name} differs by up to {worst} levels; see tests/diffs/{name}.png");
}
