//! What is fuzzed. In: any bytes. A target may refuse them; it must not panic, hang or take more memory than
//! its limits allow. `main.rs` hands these to libFuzzer, `tests/rust/fuzz.rs` to `cargo test`.

use std::path::Path;
use std::sync::LazyLock;

use cleancut::engine::Engine;
use cleancut::matte::edit::Stroke;
use cleancut::read::read;
use cleancut::{Cutout, Image, Mask, Options, Remover, Subject};

#[path = "files.rs"]
mod files;

use files::{photo_that_says, plan, with_right_sums};

/// Photos of more pixels are refused.
const MAX_PIXELS: u64 = 1 << 12;
const SMALL: &[u8] = include_bytes!("../models/small-int8.plan");

/// A target, its name, and what it begins with.
pub(crate) struct Target {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&[u8]),
    /// Of a folder of fixtures.
    pub(crate) seeds: fn(&Path) -> Vec<Vec<u8>>,
}

pub(crate) const TARGETS: [Target; 8] = [
    Target { name: "jpeg", run: photo, seeds: |folder| fixtures(folder, "jpg") },
    Target { name: "png", run: png, seeds: |folder| fixtures(folder, "png") },
    Target { name: "webp", run: photo, seeds: |folder| fixtures(folder, "webp") },
    Target { name: "colours", run: colours, seeds: files::sayings },
    Target { name: "plan", run: load, seeds: |_| files::plans() },
    Target { name: "options", run: options, seeds: |_| words() },
    Target { name: "strokes", run: strokes, seeds: |_| vec![files::strokes()] },
    Target { name: "remove", run: remove, seeds: orders },
];

/// The small fixtures that end in `ending`.
fn fixtures(folder: &Path, ending: &str) -> Vec<Vec<u8>> {
    let mut paths = Vec::new();
    for folder in [folder.to_owned(), folder.join("layouts")] {
        let entries = std::fs::read_dir(&folder).expect("the fixtures are there");
        paths.extend(entries.map(|entry| entry.expect("a folder can be read").path()));
    }
    paths.retain(|path| path.extension().is_some_and(|end| end == ending));
    paths.sort();
    let files = paths.iter().map(|path| std::fs::read(path).expect("a fixture can be read"));
    files.filter(|file| file.len() < 8192).collect()
}

fn photo(bytes: &[u8]) {
    if let Ok(image) = read(bytes, MAX_PIXELS) {
        assert!(u64::from(image.width()) * u64::from(image.height()) <= MAX_PIXELS);
    }
}

fn png(bytes: &[u8]) {
    photo(&with_right_sums(bytes));
}

/// What a file says of its colours and of its orientation.
fn colours(bytes: &[u8]) {
    if let Some(file) = photo_that_says(bytes) {
        photo(&file);
    }
}

/// A plan's checksum is no obstacle: it is made to fit.
fn load(bytes: &[u8]) {
    let _ = Engine::load(&plan(bytes));
}

/// Pairs of words with a NUL between, as JavaScript hands them over, and the picture they ask for.
fn options(bytes: &[u8]) {
    if let Some(options) = parsed(bytes) {
        let _ = cutout().encode(&options);
    }
}

fn parsed(bytes: &[u8]) -> Option<Options> {
    let text = std::str::from_utf8(bytes).ok()?;
    let words: Vec<&str> = text.split('\0').collect();
    let pairs = words.chunks_exact(2).map(|pair| (pair[0], pair[1]));
    let mut options = Options::parse(pairs).ok()?;
    options.max_pixels = options.max_pixels.min(MAX_PIXELS);
    options.input_size = 160;
    if let Some(size) = &mut options.frame.size {
        [&mut size.width, &mut size.height]
            .into_iter()
            .flatten()
            .for_each(|side| *side = 256.min(*side));
    }
    Some(options)
}

fn words() -> Vec<Vec<u8>> {
    [
        "crop\0true\0margin\x005% 2px\0aspect\x003:4\0size\x0040x\0background\0#fa0\0shadow\0soft",
        "preset\0amazon\0fill\x0090%\0align\0top left\0format\0jpeg\0quality\x0070",
        "background\0blur 5%\0channels\0alpha\0format\0webp\0snap\0false\0decontaminate\0false",
        "method\0studio\0refine\0off\0holes\0open\0subjects\0largest\0shadow\0keep\0format\0raw",
    ]
    .map(|words| words.as_bytes().to_vec())
    .into()
}

/// Numbers as JavaScript hands them over.
fn strokes(bytes: &[u8]) {
    let numbers: Vec<f32> =
        bytes.as_chunks::<4>().0.iter().map(|number| f32::from_le_bytes(*number)).collect();
    let cutout = cutout();
    for learn in [false, true] {
        let edited = cutout.edit(&Stroke::parse(&numbers), learn);
        assert_eq!(edited.mask().values().len(), cutout.mask().values().len());
    }
}

/// A disc on a ground that shades.
fn cutout() -> Cutout {
    let (width, height) = (24_u32, 18_u32);
    let inside = |at: u32| (at % width).abs_diff(11).pow(2) + (at / width).abs_diff(8).pow(2) < 40;
    let mask: Vec<u8> = (0..width * height).map(|at| if inside(at) { 255 } else { 0 }).collect();
    let pixels = (0..width * height).flat_map(|at| match inside(at) {
        true => [180, 40, 30, 255],
        false => [200 + (at / width) as u8, 210, 220, 255],
    });
    let mask = Mask::new(width, height, mask);
    let subject = Subject::find(&mask, 1.0);
    Cutout::new(Image::new(width, height, pixels.collect()), mask, subject)
}

/// Words as in [`options`], a line feed, and a photo.
fn remove(bytes: &[u8]) {
    static REMOVER: LazyLock<Remover> = LazyLock::new(|| Remover::new(SMALL).expect("a plan"));
    let Some(end) = bytes.iter().position(|&byte| byte == b'\n') else { return };
    let Some(options) = parsed(&bytes[..end]) else { return };
    let _ = REMOVER.remove(&bytes[end + 1..], &options, |_| {});
}

fn orders(folder: &Path) -> Vec<Vec<u8>> {
    let words = words();
    let photos = ["jpg", "png", "webp"].into_iter().flat_map(|ending| fixtures(folder, ending));
    let orders = photos.zip(words.iter().cycle());
    orders.map(|(photo, words)| [words, b"\n".as_slice(), &photo].concat()).collect()
}
