//! What decontamination is worth: products on strong colours, with the true alpha, so that nothing but
//! the estimated colours is measured. Wants the training pictures; skips without them.

use cleancut::options::MAX_PIXELS;
use cleancut::{Cutout, Image, Mask, Options, Subject};
use image::imageops::{self, FilterType};

use crate::root;

const COLOURS: [[f32; 3]; 5] =
    [[0., 200., 40.], [220., 20., 30.], [30., 60., 230.], [230., 0., 220.], [250., 220., 0.]];

/// A product on a strong, textured colour; its alpha; its own colours everywhere.
struct Case {
    photo: Image,
    mask: Mask,
    truth: Vec<[f32; 3]>,
}

fn case(index: usize, name: &str) -> Case {
    let folder = root().join("../shared/data/fashion_products");
    let file = std::fs::read(folder.join(format!("im/{name}.jpg"))).unwrap();
    let picture = cleancut::read::read(&file, MAX_PIXELS).unwrap();
    let (width, height) = (picture.width(), picture.height());
    let picture = image::RgbaImage::from_raw(width, height, picture.into_pixels()).unwrap();
    let (width, height) = (picture.width() * 2, picture.height() * 2);
    let picture = imageops::resize(&picture, width, height, FilterType::CatmullRom);
    let mask = image::open(folder.join(format!("gt/{name}.png"))).unwrap().into_luma8();
    let mask = imageops::resize(&mask, width, height, FilterType::Triangle);
    let (width, height) = (width as usize, height as usize);
    let is_core = |index: usize| {
        let (x, y) = ((index % width) as i64, (index / width) as i64);
        (-3..=3).all(|v| (-3..=3).all(|u| at(&mask, x + u, y + v) > 127))
    };
    let core: Vec<bool> = (0..width * height).map(is_core).collect();
    let truth = spread(&core, width, |index| {
        let pixel = picture.get_pixel((index % width) as u32, (index / width) as u32);
        [pixel[0], pixel[1], pixel[2]].map(f32::from)
    });
    let hard: Vec<u8> = core.iter().map(|&core| if core { 255 } else { 0 }).collect();
    let hard = image::GrayImage::from_raw(width as u32, height as u32, hard).unwrap();
    let alphas = imageops::blur(&hard, 1.5).into_raw();
    let mut pixels = Vec::with_capacity(width * height * 4);
    for (at, (&alpha, product)) in alphas.iter().zip(&truth).enumerate() {
        let texture = 20.0 * ((at % width) as f32 / 7.0).sin() * ((at / width) as f32 / 9.0).cos();
        let share = f32::from(alpha) / 255.0;
        for (n, value) in product.iter().enumerate() {
            let ground = (COLOURS[index % COLOURS.len()][n] + texture).clamp(0.0, 255.0);
            pixels.push((share * value + (1.0 - share) * ground).round() as u8);
        }
        pixels.push(255);
    }
    let photo = Image::new(width as u32, height as u32, pixels);
    Case { photo, mask: Mask::new(width as u32, height as u32, alphas), truth }
}

fn at(mask: &image::GrayImage, x: i64, y: i64) -> u8 {
    let inside = x >= 0 && y >= 0 && x < i64::from(mask.width()) && y < i64::from(mask.height());
    if inside { mask.get_pixel(x as u32, y as u32)[0] } else { 0 }
}

/// The colours of `known` places, carried outwards from neighbour to neighbour.
fn spread(known: &[bool], width: usize, colour: impl Fn(usize) -> [f32; 3]) -> Vec<[f32; 3]> {
    let mut colours: Vec<Option<[f32; 3]>> =
        known.iter().enumerate().map(|(index, &known)| known.then(|| colour(index))).collect();
    let mut front: Vec<usize> = (0..known.len()).filter(|&index| known[index]).collect();
    let mut next = 0;
    while let Some(&index) = front.get(next) {
        next += 1;
        let (x, rows) = (index % width, known.len() / width);
        let neighbours = [
            (x > 0).then(|| index - 1),
            (x + 1 < width).then(|| index + 1),
            (index >= width).then(|| index - width),
            (index / width + 1 < rows).then(|| index + width),
        ];
        for neighbour in neighbours.into_iter().flatten() {
            if colours[neighbour].is_none() {
                colours[neighbour] = colours[index];
                front.push(neighbour);
            }
        }
    }
    colours.into_iter().map(Option::unwrap_or_default).collect()
}

/// The mean colour error, of 255, where alpha lies between 0 and 1, weighed by alpha.
fn error(case: &Case, decontaminate: bool) -> f64 {
    let mut options = Options::default();
    options.decontaminate = decontaminate;
    let subject = Subject::find(&case.mask, 1.0);
    let cutout = Cutout::new(case.photo.clone(), case.mask.clone(), subject);
    let picture = cutout.render(&options).unwrap();
    let (mut sum, mut weight) = (0.0, 0.0);
    for ((pixel, &alpha), truth) in
        picture.pixels().chunks_exact(4).zip(case.mask.values()).zip(&case.truth)
    {
        if alpha > 0 && alpha < 255 {
            let miss: f32 = (0..3).map(|n| (f32::from(pixel[n]) - truth[n]).abs()).sum();
            sum += f64::from(alpha) * f64::from(miss) / 3.0;
            weight += f64::from(alpha);
        }
    }
    sum / weight
}

#[test]
fn decontamination_takes_most_of_the_ground_out_of_soft_edges() {
    let split = std::fs::read(root().join("training/data/split.json")).unwrap();
    let split: serde_json::Value = serde_json::from_slice(&split).unwrap();
    if !root().join("../shared/data/fashion_products").is_dir() {
        println!("skipped: the training pictures are not here");
        return;
    }
    let names = split["fashion_products"].as_array().unwrap();
    let (mut with, mut without) = (0.0, 0.0);
    for (index, name) in names.iter().enumerate().step_by(4) {
        let case = case(index / 4, name.as_str().unwrap());
        with += error(&case, true);
        without += error(&case, false);
    }
    let count = names.len().div_ceil(4) as f64;
    println!("mean colour error, of 255: {:.2} with, {:.2} without", with / count, without / count);
    assert!(3.0 * with <= without, "{with} is not a third of {without}");
}
