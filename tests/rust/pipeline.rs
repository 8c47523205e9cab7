//! The whole way, bytes to bytes, with the shipped model.

use std::sync::LazyLock;

use cleancut::options::{MAX_PIXELS, Model};
use cleancut::{Options, Remover, Step};
use image::{GrayImage, RgbaImage};

use crate::{fixture, golden, read, root};

static REMOVER: LazyLock<Remover> = LazyLock::new(|| {
    let model = read(&root().join("models").join(Model::DEFAULT.plan()));
    Remover::new(&model).unwrap()
});

/// With or without a subject.
fn cut_out(photo: &[u8]) -> RgbaImage {
    let options = Options::default();
    let photo = cleancut::read::read(photo, options.max_pixels).unwrap();
    let png = REMOVER.segment(photo, &options, |_| {}).unwrap().encode(&options).unwrap();
    let decoded = image::load_from_memory_with_format(&png, image::ImageFormat::Png).unwrap();
    assert_eq!(decoded.color().bits_per_pixel() / 8, if is_opaque(&decoded) { 3 } else { 4 });
    decoded.into_rgba8()
}

fn is_opaque(picture: &image::DynamicImage) -> bool {
    picture.to_rgba8().pixels().all(|pixel| pixel[3] == 255)
}

fn alpha_of(cutout: &RgbaImage) -> GrayImage {
    let alphas = cutout.pixels().map(|pixel| pixel[3]).collect();
    GrayImage::from_raw(cutout.width(), cutout.height(), alphas).unwrap()
}

#[test]
fn the_mug_is_cut_out_as_before() {
    let photo = cleancut::read::read(&fixture("mug.jpg"), MAX_PIXELS).unwrap();
    let cutout = cut_out(&fixture("mug.jpg"));
    golden::check("mug", &alpha_of(&cutout).into());

    assert_eq!(cutout.get_pixel(330, 200)[3], 255, "the mug is opaque");
    assert!(cutout.get_pixel(330, 470)[3] < 20, "the table before it is clear");
    for (seen, stored) in cutout.pixels().zip(photo.pixels().as_chunks().0) {
        assert!(seen[3] < 255 || seen.0 == *stored, "opaque pixels are the photo's own");
    }
    let corner = cutout.get_pixel(0, 0);
    assert_eq!(corner.0, [0; 4], "no background hides under a clear pixel");
}

#[test]
fn what_a_photo_says_of_itself_stays_behind() {
    const PLACE: &[u8] = b"52.5200 N, 13.4050 E";
    let jpeg = fixture("mug.jpg");
    let exif = [b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0", PLACE].concat();
    let length = (exif.len() as u16 + 2).to_be_bytes();
    let tagged = [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat();
    assert!(cut_out(&tagged) == cut_out(&jpeg), "it is read all the same");
    for words in [
        &[("format", "png"), ("dpi", "300")][..],
        &[("format", "webp")],
        &[("format", "webp"), ("quality", "80")],
        &[("format", "jpeg"), ("keep", "background")],
        &[("format", "png"), ("channels", "alpha")],
    ] {
        let options = Options::parse(words.iter().copied()).unwrap();
        let file = REMOVER.remove(&tagged, &options, |_| {}).unwrap();
        for trace in [PLACE, b"Exif", b"EXIF", b"eXIf", b"XMP ", b"tEXt", b"iTXt"] {
            let found = file.windows(trace.len()).any(|bytes| bytes == trace);
            assert!(!found, "{words:?}: {}", String::from_utf8_lossy(trace));
        }
    }
}

#[test]
fn odd_pictures_come_out_at_their_size() {
    for (name, size) in [
        ("1x1.png", (1, 1)),
        ("1x5000.png", (1, 5000)),
        ("grey.jpg", (64, 48)),
        ("grey16.png", (64, 48)),
        ("cmyk.jpg", (64, 48)),
        ("orientation-6.jpg", (64, 48)),
    ] {
        assert_eq!(cut_out(&fixture(name)).dimensions(), size, "{name}");
    }
}

#[test]
fn what_was_transparent_stays_transparent() {
    let cutout = cut_out(&fixture("rgba.png"));
    assert!(cutout.enumerate_pixels().all(|(x, _, pixel)| x >= 32 || pixel[3] == 0));
}

#[test]
fn steps_are_reported_in_order_and_stop_at_an_error() {
    let mut seen = Vec::new();
    REMOVER.remove(&fixture("mug.jpg"), &Options::default(), |step| seen.push(step)).unwrap();
    assert_eq!(seen, Step::ALL);

    seen.clear();
    let mut options = Options::default();
    options.max_pixels = 100;
    let refused = REMOVER.remove(&fixture("rgb.png"), &options, |step| seen.push(step));
    assert_eq!(refused.unwrap_err().code(), "too-large");
    assert_eq!(seen, [Step::Decode]);
}

#[test]
fn a_picture_without_a_subject_is_said_to_have_none() {
    let none = REMOVER.remove(&fixture("1x1.png"), &Options::default(), |_| {}).unwrap_err();
    assert_eq!(none.code(), "no-subject");
    assert!(none.to_string().starts_with("no subject found (confidence 0."), "{none}");
}

#[test]
fn the_mug_is_boxed_and_no_side_cuts_it() {
    let options = Options::default();
    let photo = cleancut::read::read(&fixture("mug.jpg"), options.max_pixels).unwrap();
    let cutout = REMOVER.segment(photo, &options, |_| {}).unwrap();
    let subject = cutout.subject();
    let bounds = subject.bounds.unwrap();
    assert!(bounds.x > 100 && bounds.y > 50 && bounds.x + bounds.width < 620, "{bounds:?}");
    assert_eq!(subject.touches, cleancut::find::subject::Sides::default());
    assert!(subject.confidence > 0.6, "{}", subject.confidence);
}

#[test]
fn a_remover_takes_no_other_model() {
    let other = Model::ALL.into_iter().find(|&model| model != Model::DEFAULT);
    let photo = cleancut::read::read(&fixture("mug.jpg"), u64::MAX).unwrap();
    let mut options = Options::default();
    options.model = other;
    let error = REMOVER.segment(photo.clone(), &options, |_| {}).unwrap_err();
    assert_eq!(error.code(), "model");
    options.model = Some(Model::DEFAULT);
    assert!(REMOVER.segment(photo, &options, |_| {}).is_ok());
}
