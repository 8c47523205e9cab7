//! Drawn pictures whose masks are known exactly.

use super::*;
use crate::options::{Holes, Subjects};

const WIDTH: u32 = 600;
const HEIGHT: u32 = 450;

type Colour = [f32; 3];

fn mix(a: Colour, b: Colour, share: f32) -> Colour {
    [0, 1, 2].map(|c| a[c] + share * (b[c] - a[c]))
}

/// A grain of about one level, the same in every run.
fn grain(x: u32, y: u32) -> f32 {
    let hash =
        (x.wrapping_mul(0x9e37_79b1) ^ y.wrapping_mul(0x85eb_ca77)).wrapping_mul(0xc2b2_ae3d);
    (hash >> 24) as f32 / 128.0 - 1.0
}

fn draw(width: u32, height: u32, colour: impl Fn(f32, f32) -> Colour) -> Image {
    let at = |i: u32| {
        let (x, y) = (i % width, i / width);
        let noise = grain(x, y);
        let [r, g, b] = colour(x as f32 + 0.5, y as f32 + 0.5)
            .map(|value| (value + noise + 0.5).clamp(0.0, 255.0) as u8);
        [r, g, b, 255]
    };
    Image::new(width, height, (0..width * height).flat_map(at).collect())
}

/// A lamp on grey paper: lighter in the upper left, darker towards the corners.
fn paper(x: f32, y: f32) -> Colour {
    let (x, y) = (x / WIDTH as f32 - 0.4, y / HEIGHT as f32 - 0.3);
    let light = 1.0 - 0.25 * (x * x + y * y) - 0.1 * x;
    [205.0 * light, 208.0 * light, 212.0 * light]
}

fn white(_: f32, _: f32) -> Colour {
    [253.0; 3]
}

/// How much of the pixel around (x, y) lies in a disc of `radius` px around the middle at `(cx, cy)`.
fn disc(x: f32, y: f32, (cx, cy): (f32, f32), radius: f32) -> f32 {
    (radius - (x - cx).hypot(y - cy) + 0.5).clamp(0.0, 1.0)
}

fn stripes(x: f32, y: f32) -> Colour {
    if ((y / 20.0) as u32).is_multiple_of(2) {
        [170.0 + x / 20.0, 30.0, 40.0]
    } else {
        [30.0, 40.0, 120.0]
    }
}

fn cut(photo: &Image) -> Mask {
    segment(photo, &recognise(photo).unwrap(), &Options::default())
}

/// The mean difference of a mask from `truth`, levels.
fn error(mask: &Mask, truth: impl Fn(f32, f32) -> f32) -> f32 {
    let width = mask.width();
    let off = |(i, &value): (u32, &u8)| {
        let wanted = 255.0 * truth((i % width) as f32 + 0.5, (i / width) as f32 + 0.5);
        (f32::from(value) - wanted).abs()
    };
    (0..).zip(mask.values()).map(off).sum::<f32>() / mask.values().len() as f32
}

fn at(mask: &Mask, x: u32, y: u32) -> u8 {
    mask.values()[(y * mask.width() + x) as usize]
}

#[test]
fn the_ground_is_known_everywhere_even_behind_the_subject() {
    let photo =
        draw(WIDTH, HEIGHT, |x, y| mix(paper(x, y), [20.0; 3], disc(x, y, (300.0, 300.0), 160.0)));
    let ground = recognise(&photo).unwrap();
    for (x, y) in [(0, 0), (599, 0), (0, 449), (300, 300), (200, 400), (450, 100)] {
        let (found, wanted) = (ground.colour(x, y), paper(x as f32 + 0.5, y as f32 + 0.5));
        assert!(
            (0..3).all(|c| (found[c] - wanted[c]).abs() < 3.0),
            "{x}, {y}: {found:?} {wanted:?}"
        );
    }
}

#[test]
fn edges_are_exact() {
    for ground in [paper, white] {
        let truth = |x, y| disc(x, y, (290.0, 220.0), 130.0);
        let photo = draw(WIDTH, HEIGHT, |x, y| mix(ground(x, y), stripes(x, y), truth(x, y)));
        let mask = cut(&photo);
        assert!(error(&mask, truth) < 0.25, "{}", error(&mask, truth));
        assert_eq!([at(&mask, 290, 220), at(&mask, 290, 95), at(&mask, 20, 20)], [255, 255, 0]);
    }
}

#[test]
fn a_soft_shadow_is_ground() {
    let truth = |x, y| disc(x, y, (300.0, 200.0), 100.0);
    let photo = draw(WIDTH, HEIGHT, |x, y| {
        let away = ((x - 300.0) / 220.0).hypot((y - 330.0) / 90.0);
        let shade = 1.0 - 0.35 * (1.0 - away).clamp(0.0, 1.0);
        mix(paper(x, y).map(|value| value * shade), stripes(x, y), truth(x, y))
    });
    let mask = cut(&photo);
    assert!(error(&mask, truth) < 0.4, "{}", error(&mask, truth));
    assert_eq!([at(&mask, 300, 330), at(&mask, 300, 310), at(&mask, 200, 340)], [0; 3]);
}

#[test]
fn a_white_garment_on_white_keeps_its_inside() {
    let truth = |x, y| disc(x, y, (300.0, 225.0), 150.0);
    let photo = draw(WIDTH, HEIGHT, |x, y| {
        let rim = truth(x, y) - disc(x, y, (300.0, 225.0), 144.0);
        let folds = [250.0 + 5.0 * (x / 15.0).sin(); 3];
        mix(mix(white(x, y), folds, truth(x, y)), [205.0, 206.0, 210.0], rim)
    });
    let mask = cut(&photo);
    assert!(error(&mask, truth) < 1.0, "{}", error(&mask, truth));
    assert_eq!([at(&mask, 300, 225), at(&mask, 220, 170)], [255; 2]);
}

#[test]
fn a_ring_is_open() {
    let truth = |x, y| disc(x, y, (300.0, 225.0), 150.0) - disc(x, y, (300.0, 225.0), 80.0);
    let photo = draw(WIDTH, HEIGHT, |x, y| mix(paper(x, y), [160.0, 90.0, 20.0], truth(x, y)));
    let mask = cut(&photo);
    assert!(error(&mask, truth) < 0.5, "{}", error(&mask, truth));
    assert_eq!([at(&mask, 300, 225), at(&mask, 300, 110)], [0, 255]);
}

#[test]
fn a_subject_may_touch_sides() {
    let sides = [(300.0, 430.0), (20.0, 225.0), (60.0, 400.0)];
    for middle in sides {
        let truth = |x, y| disc(x, y, middle, 140.0);
        let photo = draw(WIDTH, HEIGHT, |x, y| mix(paper(x, y), stripes(x, y), truth(x, y)));
        let mask = cut(&photo);
        assert!(error(&mask, truth) < 0.4, "{middle:?}: {}", error(&mask, truth));
    }
}

#[test]
fn a_rough_mask_becomes_exact_and_its_sure_white_stays() {
    let truth = |x, y| disc(x, y, (300.0, 225.0), 140.0);
    let rough = |truth: &dyn Fn(f32, f32) -> f32| {
        let value = |i: u32| {
            let (x, y) = ((i % WIDTH) as f32 + 0.5, (i / WIDTH) as f32 + 0.5);
            (0..25)
                .map(|k| truth(x + (k % 5 * 4) as f32 - 8.0, y + (k / 5 * 4) as f32 - 8.0))
                .sum::<f32>()
        };
        let values = (0..WIDTH * HEIGHT).map(|i| (value(i) / 25.0 * 255.0) as u8).collect();
        Mask::new(WIDTH, HEIGHT, values)
    };
    let photo = draw(WIDTH, HEIGHT, |x, y| mix(paper(x, y), stripes(x, y), truth(x, y)));
    let before = rough(&truth);
    let after = sharpen(before.clone(), &photo, &recognise(&photo).unwrap(), Holes::Auto);
    assert!(error(&before, truth) > 1.0, "{}", error(&before, truth));
    assert!(error(&after, truth) < 0.3, "{}", error(&after, truth));

    let garment = draw(WIDTH, HEIGHT, |x, y| mix(white(x, y), [246.0, 246.0, 248.0], truth(x, y)));
    let after = sharpen(before, &garment, &recognise(&garment).unwrap(), Holes::Auto);
    assert_eq!([at(&after, 300, 225), at(&after, 300, 120), at(&after, 20, 20)], [255, 255, 0]);
    assert!(error(&after, truth) < 4.0, "{}", error(&after, truth));
}

#[test]
fn counters_open_where_the_mask_is_sure_of_them() {
    let outer = |x: f32, y: f32| disc(x, y, (300.0, 225.0), 150.0);
    for (ground, ink, inner) in [
        (paper as fn(f32, f32) -> Colour, [160.0, 90.0, 20.0], 90.0),
        (white, [0.0; 3], 148.0),
        (white, [190.0, 190.0, 200.0], 140.0),
    ] {
        let truth = |x, y| outer(x, y) - disc(x, y, (300.0, 225.0), inner);
        let photo = draw(WIDTH, HEIGHT, |x, y| mix(ground(x, y), ink, truth(x, y)));
        let sure = |i: u32| outer((i % WIDTH) as f32 + 0.5, (i / WIDTH) as f32 + 0.5);
        let values = (0..WIDTH * HEIGHT).map(|i| (255.0 * sure(i)) as u8).collect();
        let sure = Mask::new(WIDTH, HEIGHT, values);
        let ground = recognise(&photo).unwrap();
        let mask = sharpen(sure.clone(), &photo, &ground, Holes::Auto);
        assert!(error(&mask, truth) < 1.0, "{ink:?}: {}", error(&mask, truth));
        let mask = sharpen(sure, &photo, &ground, Holes::Fill);
        assert_eq!(at(&mask, 300, 225), 255, "{ink:?}");
    }
}

#[test]
fn specks_go_and_holes_and_pairs_are_as_asked() {
    let shoe = |x, y| disc(x, y, (150.0, 225.0), 80.0) - disc(x, y, (150.0, 225.0), 30.0);
    let other = |x, y| disc(x, y, (430.0, 225.0), 60.0);
    let dust = |x, y| disc(x, y, (500.0, 60.0), 3.0) + disc(x, y, (520.0, 400.0), 2.0);
    let photo = draw(WIDTH, HEIGHT, |x, y| {
        mix(paper(x, y), [160.0, 40.0, 20.0], shoe(x, y) + other(x, y) + dust(x, y))
    });
    let ground = recognise(&photo).unwrap();
    let cut = |options: Options| segment(&photo, &ground, &options);
    let mask = cut(Options::default());
    let truth = |x, y| shoe(x, y) + other(x, y);
    assert!(error(&mask, truth) < 0.4, "{}", error(&mask, truth));
    assert_eq!([at(&mask, 500, 60), at(&mask, 520, 400), at(&mask, 150, 225)], [0; 3]);
    let mask = cut(Options { holes: Holes::Fill, ..Options::default() });
    assert_eq!([at(&mask, 150, 225), at(&mask, 430, 225)], [255; 2]);
    let mask = cut(Options { subjects: Subjects::Largest, ..Options::default() });
    assert_eq!([at(&mask, 150, 170), at(&mask, 430, 225)], [255, 0]);
}

#[test]
fn grain_that_averaging_hides_does_not_show_in_the_mask() {
    let (width, height) = (2400, 1800);
    let truth = |x: f32, y: f32| disc(x, y, (1200.0, 900.0), 500.0);
    let photo = draw(width, height, |x, y| {
        let grain = 7.0 * grain(x as u32 + 7919, y as u32);
        mix([200.0; 3], [40.0, 60.0, 120.0], truth(x, y)).map(|value| value + grain)
    });
    let ground = recognise(&photo).unwrap();
    assert!(ground.grain > 6.0 && ground.grain < 24.0, "{}", ground.grain);
    let mask = segment(&photo, &ground, &Options::default());
    assert!(error(&mask, truth) < 0.15, "{}", error(&mask, truth));
    assert_eq!([at(&mask, 1200, 900), at(&mask, 1200, 395), at(&mask, 1706, 900)], [255, 0, 0]);
}

#[test]
fn busy_grounds_are_refused() {
    let noise = |x: f32, y: f32| [grain(x as u32 / 3, y as u32 / 3) * 100.0 + 128.0; 3];
    let checks = |x: f32, y: f32| {
        [if (x / 40.0) as u32 % 2 == (y / 40.0) as u32 % 2 { 60.0 } else { 200.0 }; 3]
    };
    let horizon =
        |_: f32, y: f32| if y < 225.0 { [120.0, 170.0, 230.0] } else { [60.0, 110.0, 40.0] };
    let pictures: [&dyn Fn(f32, f32) -> Colour; 4] = [&noise, &checks, &horizon, &stripes];
    for (index, picture) in pictures.iter().enumerate() {
        let error = recognise(&draw(WIDTH, HEIGHT, picture)).unwrap_err();
        assert_eq!(error.code(), "busy-ground", "{index}");
    }
    let clear = Image::new(40, 40, [255, 255, 255, 0].repeat(1600));
    assert!(recognise(&clear).unwrap_err().to_string().contains("transparent"));
}

#[test]
fn a_frame_drawn_around_a_photo_is_no_ground() {
    let meadow =
        |x: f32, y: f32| [60.0 + 50.0 * (x / 9.0).sin(), 120.0 + 40.0 * (y / 7.0).cos(), 40.0];
    for (left, top) in [(12.0, 12.0), (0.0, 70.0), (90.0, 0.0), (6.0, 60.0)] {
        let is_inside = |x: f32, y: f32| {
            (left..WIDTH as f32 - left).contains(&x) && (top..HEIGHT as f32 - top).contains(&y)
        };
        let framed = |x, y| if is_inside(x, y) { meadow(x, y) } else { [4.0; 3] };
        let error = recognise(&draw(WIDTH, HEIGHT, framed)).unwrap_err();
        assert_eq!(error.code(), "busy-ground", "{left}, {top}");
    }
}

#[test]
fn a_mask_that_leaves_more_than_the_frame_stays() {
    let truth = |x: f32, y: f32| disc(x, y, (300.0, 330.0), 80.0);
    let framed = draw(WIDTH, HEIGHT, |x, y| {
        let is_inside = (75.0..HEIGHT as f32 - 75.0).contains(&y);
        let photo = if is_inside { [90.0, 120.0 + y / 5.0, 160.0] } else { [4.0; 3] };
        mix(photo, stripes(x, y), truth(x, y))
    });
    let ground = recognise(&framed).expect("the subject breaks the frame");
    let values = (0..WIDTH * HEIGHT)
        .map(|i| (255.0 * truth((i % WIDTH) as f32, (i / WIDTH) as f32)) as u8)
        .collect();
    let mask = Mask::new(WIDTH, HEIGHT, values);
    assert_eq!(sharpen(mask.clone(), &framed, &ground, Holes::Auto), mask);
}

#[test]
fn any_size_is_an_answer() {
    for (width, height) in
        [(1, 1), (1, 5000), (5000, 1), (7, 9), (8, 8), (9, 4000), (383, 385), (1151, 1153)]
    {
        for colour in [0.0, 128.0, 255.0] {
            let photo = draw(width, height, |x, y| {
                mix(
                    [colour; 3],
                    [90.0, 10.0, 200.0],
                    disc(x, y, (width as f32 / 2.0, height as f32 / 2.0), 3.0),
                )
            });
            if let Ok(ground) = recognise(&photo) {
                let mask = segment(&photo, &ground, &Options::default());
                assert_eq!((mask.width(), mask.height()), (width, height));
                let all = Mask::new(width, height, vec![255; (width * height) as usize]);
                sharpen(all, &photo, &ground, Holes::Auto);
            }
        }
    }
}

#[test]
fn an_empty_ground_has_no_subject() {
    let photo = draw(WIDTH, HEIGHT, paper);
    let mask = cut(&photo);
    assert_eq!(confidence(&mask), 0.0);
    assert!(mask.values().iter().all(|&value| value == 0));
}
