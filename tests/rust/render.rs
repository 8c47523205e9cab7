//! From a photo, its mask and its subject to pictures, without a network: both are drawn here, a
//! bottle with a handle on a plain ground, with a shadow of its own.

use std::sync::Arc;

use cleancut::find::subject::Sides;
use cleancut::options::Background;
use cleancut::raster::Rect;
use cleancut::{Cutout, Image, Mask, Options, Subject};

use crate::golden;

const WIDTH: u32 = 120;
const HEIGHT: u32 = 90;
const BOX: Rect = Rect { x: 40, y: 18, width: 36, height: 54 };

/// How much of the pixel at `x`, `y` is bottle, 0 to 1.
fn bottle(x: f64, y: f64) -> f64 {
    let body = 12.0 - (((x - 52.0) / 1.0).abs().max((y - 48.0).abs() / 2.0));
    let neck = 5.0 - (x - 52.0).abs().max((y - 24.0).abs() - 1.0);
    let ring = 3.0 - ((x - 66.0).hypot(y - 45.0) - 7.0).abs();
    body.max(neck).max(ring).mul_add(1.0, 0.5).clamp(0.0, 1.0)
}

fn mask() -> Mask {
    let value = |x: u32, y: u32| (bottle(f64::from(x) + 0.5, f64::from(y) + 0.5) * 255.0) as u8;
    let values = (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| value(x, y))).collect();
    Mask::new(WIDTH, HEIGHT, values)
}

/// The bottle on `ground`, which says the colour at `x`, `y`.
fn photo(ground: impl Fn(f64, f64) -> [f64; 3]) -> Image {
    let mut pixels = Vec::new();
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let (x, y) = (f64::from(x) + 0.5, f64::from(y) + 0.5);
            let share = bottle(x, y);
            let stripes = if ((y / 6.0) as u32).is_multiple_of(2) { 1.0 } else { 0.7 };
            let glass = [30.0 * stripes, 140.0 * stripes, 90.0 * stripes];
            let mixed =
                glass.into_iter().zip(ground(x, y)).map(|(a, b)| a * share + b * (1.0 - share));
            pixels.extend(mixed.map(|value| (value + 0.5) as u8));
            pixels.push(255);
        }
    }
    Image::new(WIDTH, HEIGHT, pixels)
}

/// Light grey, a little darker below, with a shadow to the right of the bottle's foot.
fn sweep(x: f64, y: f64) -> [f64; 3] {
    let shadow = (1.0 - (((x - 68.0) / 26.0).powi(2) + ((y - 70.0) / 6.0).powi(2))).max(0.0);
    let level = (222.0 - y * 0.15) * (1.0 - 0.5 * shadow);
    [level, level, level * 0.98]
}

fn checks(x: f64, y: f64) -> [f64; 3] {
    let is_even = ((x / 12.0) as u32 + (y / 12.0) as u32).is_multiple_of(2);
    if is_even { [220.0, 190.0, 60.0] } else { [60.0, 60.0, 200.0] }
}

fn cutout_of(photo: Image) -> Cutout {
    Cutout::new(photo, mask(), subject(Sides::default()))
}

fn subject(touches: Sides) -> Subject {
    Subject::new(Some(BOX), 0.15, 1.0, touches)
}

fn options(words: &[(&str, &str)]) -> Options {
    Options::parse(words.iter().copied()).unwrap()
}

fn render(cutout: &Cutout, options: &Options) -> image::RgbaImage {
    let drawn = cutout.render(options).unwrap();
    assert_eq!(drawn, cutout.clone().into_render(options).unwrap());
    image::RgbaImage::from_raw(drawn.width(), drawn.height(), drawn.into_pixels()).unwrap()
}

#[test]
fn every_option_draws_what_it_drew() {
    let plain = cutout_of(photo(sweep));
    let busy = cutout_of(photo(checks));
    for (name, cutout, words) in [
        ("cutout", &plain, &[][..]),
        ("crop", &plain, &[("crop", "true")]),
        ("margin", &plain, &[("margin", "5% 30px 10px 4px"), ("background", "#f0c")]),
        ("aspect", &plain, &[("aspect", "2:1"), ("align", "left"), ("background", "#0af8")]),
        ("fill", &plain, &[("fill", "85%"), ("aspect", "1"), ("background", "white")]),
        ("size-down", &plain, &[("crop", "true"), ("size", "x31")]),
        ("size-up", &plain, &[("crop", "true"), ("size", "100x100"), ("background", "black")]),
        ("alpha", &plain, &[("channels", "alpha"), ("margin", "25px")]),
        ("blur", &busy, &[("background", "blur 4%")]),
        ("blur-beyond", &busy, &[("background", "blur"), ("margin", "40px")]),
        ("shadow-soft", &plain, &[("shadow", "soft"), ("crop", "true"), ("background", "#fff")]),
        ("shadow-soft-clear", &plain, &[("shadow", "soft"), ("aspect", "1"), ("size", "90x")]),
        ("shadow-keep", &plain, &[("shadow", "keep"), ("background", "#ffe680")]),
        ("shadow-keep-busy", &busy, &[("shadow", "keep"), ("background", "#ffe680")]),
        ("outline", &plain, &[("outline", "6px #d0f"), ("crop", "true")]),
        (
            "outline-large",
            &plain,
            &[("outline", "10% white"), ("size", "200x"), ("background", "#333")],
        ),
        ("keep-background", &plain, &[("keep", "background")]),
        ("preset", &plain, &[("preset", "zalando"), ("size", "72x104")]),
    ] {
        golden::check(&format!("render-{name}"), &render(cutout, &options(words)).into());
    }
}

#[test]
fn a_picture_covers_the_canvas_or_stands_whole_on_it() {
    let picture = photo(checks);
    for fit in ["cover", "contain"] {
        let mut options = options(&[("aspect", "1"), ("background-fit", fit)]);
        options.background = Background::Picture(Arc::new(picture.clone()));
        let drawn = render(&cutout_of(photo(sweep)), &options);
        assert_eq!(drawn.get_pixel(0, 0)[3], if fit == "cover" { 255 } else { 0 });
        golden::check(&format!("render-picture-{fit}"), &drawn.into());
    }
}

#[test]
fn a_blurred_ground_holds_nothing_of_the_subject() {
    let pink = |_: f64, _: f64| [200.0, 80.0, 120.0];
    let drawn = render(&cutout_of(photo(pink)), &options(&[("background", "blur 10%")]));
    for (pixel, &coverage) in drawn.pixels().zip(mask().values()) {
        if coverage == 0 {
            let off = [200, 80, 120].iter().zip(pixel.0).map(|(a, b)| b.abs_diff(*a)).max();
            assert!(off <= Some(1), "{pixel:?}");
        }
    }
}

#[test]
fn a_soft_shadow_lies_below_and_is_not_clipped_by_its_frame() {
    let options = options(&[("shadow", "soft"), ("crop", "true"), ("background", "white")]);
    let drawn = render(&cutout_of(photo(sweep)), &options);
    let (width, height) = drawn.dimensions();
    assert!(width > BOX.width && height > BOX.height);
    let edge = drawn
        .enumerate_pixels()
        .filter(|(x, y, _)| *x == 0 || *y == 0 || *x == width - 1 || *y == height - 1);
    let darkest = edge.map(|(_, _, pixel)| pixel[0]).min();
    assert!(darkest >= Some(246), "at most 9 levels dark at the edge: {darkest:?}");
    let shadows = drawn.pixels().filter(|pixel| pixel[0] == pixel[2] && pixel[0] < 235);
    assert!(shadows.count() > 60);
}

#[test]
fn a_kept_shadow_is_the_photo_s_and_a_busy_ground_has_none() {
    let clear = options(&[]);
    let keep = options(&[("shadow", "keep")]);
    let plain = cutout_of(photo(sweep));
    let (without, with) = (render(&plain, &clear), render(&plain, &keep));
    let shadow = with.get_pixel(84, 71);
    assert!(shadow.0[..3] == [0; 3] && (50..=80).contains(&shadow[3]), "{shadow:?}");
    assert_eq!(with.get_pixel(20, 20)[3], 0, "no shadow far from the bottle");
    assert_ne!(with, without);
    let busy = cutout_of(photo(checks));
    assert_eq!(render(&busy, &keep), render(&busy, &clear));
}

#[test]
fn sides_that_the_photo_cut_stay_flush() {
    let words = [("fill", "50%"), ("aspect", "1"), ("background", "white")];
    let cutout =
        Cutout::new(photo(sweep), mask(), subject(Sides { bottom: true, ..Sides::default() }));
    let drawn = render(&cutout, &options(&words));
    let golden = drawn.dimensions();
    assert_eq!(golden, (144, 144), "twice the 72 px to the photo's lower edge");
}

#[test]
fn one_mask_fits_other_sizes_of_the_same_picture() {
    let small = cutout_of(photo(sweep));
    let large = |width: u32, height: u32| {
        Image::new(width, height, [9, 9, 9, 255].repeat((width * height) as usize))
    };
    let applied = small.apply(large(361, 270)).unwrap();
    assert_eq!((applied.mask().width(), applied.mask().height()), (361, 270));
    let bounds = applied.subject().bounds.unwrap();
    assert_eq!(bounds, Rect { x: 120, y: 54, width: 109, height: 162 });
    assert_eq!(applied.mask().values()[(140 * 361 + 155) as usize], 255);
    assert_eq!(applied.mask().values()[(140 * 361 + 20) as usize], 0);
    assert!(applied.apply(large(120, 90)).is_ok(), "and back");

    for (width, height) in [(90, 120), (361, 290), (1, 90)] {
        let error = small.apply(large(width, height)).unwrap_err();
        assert_eq!(error.code(), "other-shape", "{width}x{height}");
    }
}

#[test]
fn what_would_not_fit_in_memory_is_an_error() {
    let cutout = cutout_of(photo(sweep));
    for words in [("size", "16384x16384"), ("margin", "900000px")] {
        let error = cutout.encode(&options(&[words])).unwrap_err();
        assert_eq!(error.code(), "too-large", "{words:?}");
    }
}

#[test]
fn without_a_subject_there_is_an_empty_picture_of_the_wanted_size() {
    let nothing = Mask::new(WIDTH, HEIGHT, vec![0; (WIDTH * HEIGHT) as usize]);
    let subject = Subject::new(None, 0.0, 0.0, Sides::default());
    let cutout = Cutout::new(photo(sweep), nothing, subject);
    let words = [("crop", "true"), ("aspect", "1"), ("size", "50x"), ("shadow", "soft")];
    let drawn = render(&cutout, &options(&words));
    assert_eq!(drawn.dimensions(), (50, 50));
    assert!(drawn.pixels().all(|pixel| pixel.0 == [0; 4]));
}

#[test]
fn an_outline_reaches_as_far_on_every_side_and_the_frame_leaves_it_room() {
    let options = options(&[("outline", "6px #0f0"), ("crop", "true")]);
    let drawn = render(&cutout_of(photo(sweep)), &options);
    assert_eq!(drawn.dimensions(), (BOX.width + 12, BOX.height + 12));
    let cut = Mask::new(WIDTH, HEIGHT, mask().values().to_vec());
    let distance = |x: i64, y: i64| {
        let inside = (0..HEIGHT * WIDTH).filter(|&at| cut.values()[at as usize] > 127);
        let squares = inside.map(|at| {
            let (dx, dy) = (i64::from(at % WIDTH) - x, i64::from(at / WIDTH) - y);
            dx * dx + dy * dy
        });
        (squares.min().unwrap() as f64).sqrt()
    };
    let mut painted = 0;
    for (x, y, pixel) in drawn.enumerate_pixels() {
        let far =
            distance(i64::from(x) + i64::from(BOX.x) - 6, i64::from(y) + i64::from(BOX.y) - 6);
        if far > 8.0 {
            assert_eq!(pixel[3], 0, "{x}, {y}: {far} px away");
        } else if (1.5..5.0).contains(&far) {
            assert_eq!(pixel.0, [0, 255, 0, 255], "{x}, {y}: {far} px away");
            painted += 1;
        }
    }
    assert!(painted > 300, "{painted}");
}

#[test]
fn what_is_kept_of_the_background_is_what_the_subject_leaves() {
    let cutout = cutout_of(photo(sweep));
    let words = [("keep", "background"), ("shadow", "soft"), ("outline", "9px red")];
    assert!(Options::parse(words).is_err());
    let drawn = render(&cutout, &options(&[("keep", "background"), ("shadow", "soft")]));
    for (pixel, &coverage) in drawn.pixels().zip(mask().values()) {
        assert_eq!(pixel[3], 255 - coverage);
    }
    let masks = [[].as_slice(), &[("keep", "background")]].map(|words| {
        let words: Vec<_> = [("channels", "alpha")].iter().chain(words).copied().collect();
        render(&cutout, &options(&words))
    });
    assert!(masks[0].pixels().zip(masks[1].pixels()).all(|(a, b)| a[0] == 255 - b[0]));
}
