//! JPEG layouts and what is missing of files: right, or an error, and never a wrong picture.
//! `benches/layouts.mjs` made `fixtures/layouts` and holds every layout against libjpeg-turbo.

use cleancut::options::MAX_PIXELS;
use cleancut::read::read;
use cleancut::{Error, Image};

use crate::{fixture, root};

const EOI: [u8; 2] = [0xff, 0xd9];

fn layout(name: &str) -> Vec<u8> {
    fixture(&format!("layouts/{name}.jpg"))
}

fn reason(file: &[u8]) -> String {
    match read(file, MAX_PIXELS) {
        Err(Error::Decode { format: "JPEG", reason }) => reason,
        other => panic!("{other:?}"),
    }
}

/// The mean of how many levels the pixels are apart.
fn apart(one: &Image, other: &Image) -> f64 {
    let pairs = one.pixels().iter().zip(other.pixels());
    let sum: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / one.pixels().len() as f64
}

#[test]
fn layouts_are_right_or_refused_by_name() {
    let plain = read(&layout("baseline-1x1"), MAX_PIXELS).unwrap();
    for name in [
        "baseline-2x2-restart-1",
        "baseline-4x1",
        "optimised-2x2-1x2-1x2",
        "progressive-2x2",
        "progressive-1x2-restart-7B",
        "rgb-2x1",
    ] {
        // Coarser colours; what is taken for another layout is 50 levels off and more.
        let off = apart(&read(&layout(name), MAX_PIXELS).unwrap(), &plain);
        assert!(off < 12.0, "{name}: {off} levels");
    }
    assert!(read(&layout("grey-2x2"), MAX_PIXELS).is_ok());
    for (name, words) in [
        ("apart-2x2", "separate scans"),
        ("cb-first-1x1", "separate scans"),
        ("baseline-1x1-2x2-2x2", "sampling factors are 1x1 2x2 2x2"),
        ("baseline-3x1", "sampling factors are 3x1 1x1 1x1"),
        ("arithmetic-2x2", "arithmetic"),
    ] {
        let reason = reason(&layout(name));
        assert!(reason.contains(words), "{name}: {reason}");
    }
}

#[test]
fn completeness_is_told_by_the_data_and_not_by_the_marker() {
    let names =
        ["baseline-2x2-restart-1", "baseline-1x1", "progressive-2x2", "progressive-1x2-restart-7B"];
    for file in names.map(layout).into_iter().chain([fixture("ball.jpg"), fixture("cmyk.jpg")]) {
        let whole = read(&file, MAX_PIXELS).unwrap();
        let data = &file[..file.len() - 2];
        for tail in
            [&b""[..], b"\xff", b"\xff\xff\xff\xd9", b"\0\0\0\x18ftypmp42 and a film", b"\xff\xe1"]
        {
            assert_eq!(read(&[data, tail].concat(), MAX_PIXELS).as_ref(), Ok(&whole), "{tail:x?}");
        }
        for length in (0..data.len() - 2).step_by(data.len().div_ceil(200)) {
            for tail in [&EOI[..], b"", b"\xff\xd9\xff\xd8\xff\xd9"] {
                let short = [&data[..length], tail].concat();
                match read(&short, MAX_PIXELS) {
                    Ok(picture) => assert_eq!(picture, whole, "{length} of {}", data.len()),
                    Err(Error::Decode { .. } | Error::UnsupportedFormat { .. }) => {}
                    Err(error) => panic!("{error:?}"),
                }
            }
        }
    }
}

#[test]
fn what_is_missing_is_said() {
    let file = fixture("ball.jpg");
    let half = [&file[..file.len() / 2], &EOI].concat();
    let reason_of_half = reason(&half);
    let share =
        reason_of_half.strip_prefix("it is truncated: ").and_then(|rest| rest.split_once(" %"));
    let share: f64 = share.unwrap_or_else(|| panic!("{reason_of_half}")).0.parse().unwrap();
    assert!((20.0..80.0).contains(&share), "{reason_of_half}");
    let progressive = layout("progressive-2x2");
    let scans: Vec<_> =
        (0..progressive.len() - 1).filter(|&at| progressive[at..at + 2] == [0xff, 0xda]).collect();
    let first_scans = [&progressive[..scans[3]], &EOI].concat();
    assert!(reason(&first_scans).contains("the last scans"), "{}", reason(&first_scans));
    let third = reason(&[&progressive[..scans[3] - 40], &EOI].concat());
    assert!(third.contains("scan 3 is missing"), "{third}");
}

#[test]
fn a_lost_restart_interval_is_an_error() {
    let file = layout("baseline-2x2-restart-1");
    let restarts: Vec<_> = (0..file.len() - 1)
        .filter(|&at| file[at] == 0xff && (0xd0..=0xd7).contains(&file[at + 1]))
        .collect();
    let lost = [&file[..restarts[0]], &file[restarts[1]..]].concat();
    assert!(reason(&lost).contains("restart marker"), "{}", reason(&lost));
}

#[test]
fn the_cases_of_reports_are_right_or_refused() {
    let cases = root().join("../shared/cases/bad-or-odd");
    if !cases.is_dir() {
        eprintln!("skipped: {} is not there", cases.display());
        return;
    }
    let open = |name: &str| std::fs::read(cases.join(name)).unwrap();
    let base = read(&open("base.jpg"), MAX_PIXELS).unwrap();
    assert_eq!(read(&open("jpeg-no-eoi-data-complete.jpg"), MAX_PIXELS), Ok(base));
    assert!(
        reason(&open("jpeg-half-data-then-eoi.jpg")).contains("44 % of the picture is missing")
    );
    for name in [
        "jpeg-baseline-non-interleaved.jpg",
        "jpeg-luma-smaller-than-chroma.jpg",
        "jpeg-noninterleaved-420-133x91.jpg",
        "jpeg-noninterleaved-cb-first-444.jpg",
    ] {
        assert!(reason(&open(name)).contains("not decoded"), "{name}");
    }
    let plain = read(&open("webp-plain.webp"), MAX_PIXELS);
    for name in [
        "webp-exif-6-bare-tiff.webp",
        "webp-exif-6-with-exif00-prefix.webp",
        "webp-vp8x-claims-exif-missing.webp",
    ] {
        assert_eq!(read(&open(name), MAX_PIXELS), plain, "{name}");
    }
}
