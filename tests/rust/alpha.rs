//! Pictures that are cut out already: their own alpha is believed.

use std::io::Cursor;

use cleancut::Options;
use cleancut::options::{MAX_PIXELS, Method, Shadow};
use cleancut::pipeline::{needs_network, segment_studio};
use cleancut::read::read;

/// A red disc, soft at its rim, whose hidden pixels are `hidden`, as a PNG.
fn cut_out_disc(hidden: [u8; 3]) -> Vec<u8> {
    let mut disc = image::RgbaImage::new(90, 60);
    for (x, y, pixel) in disc.enumerate_pixels_mut() {
        let far = (f64::from(x) - 50.0).hypot(f64::from(y) - 30.0);
        let alpha = ((20.0 - far) * 64.0).clamp(0.0, 255.0) as u8;
        let [red, green, blue] = if alpha == 0 { hidden } else { [200, 30, x as u8] };
        *pixel = image::Rgba([red, green, blue, alpha]);
    }
    let mut file = Cursor::new(vec![]);
    disc.write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner()
}

#[test]
fn the_alpha_of_what_is_cut_out_already_is_the_mask() {
    for hidden in [[0; 3], [255; 3], [9, 200, 9]] {
        let file = cut_out_disc(hidden);
        let photo = read(&file, MAX_PIXELS).unwrap();
        for method in [Method::Auto, Method::Studio] {
            let mut options = Options::default();
            options.method = method;
            assert!(!needs_network(&photo, &options));
            let cutout = segment_studio(photo.clone(), &options, |_| {}).unwrap();
            let alphas: Vec<u8> = photo.pixels().chunks_exact(4).map(|pixel| pixel[3]).collect();
            assert_eq!(cutout.mask().values(), alphas);
            let bounds = cutout.subject().bounds.unwrap();
            assert_eq!((bounds.x, bounds.y, bounds.width, bounds.height), (32, 12, 37, 37));
            let picture = cutout.render(&options).unwrap();
            for (seen, before) in
                picture.pixels().chunks_exact(4).zip(photo.pixels().chunks_exact(4))
            {
                let expected = if before[3] == 0 { &[0; 4] } else { before };
                assert_eq!(seen, expected, "no colour and no alpha changes");
            }
            options.frame.crop = true;
            let cropped = cutout.render(&options).unwrap();
            assert_eq!((cropped.width(), cropped.height()), (37, 37));
            options.shadow = Shadow::Keep;
            assert_eq!(cutout.render(&options).unwrap(), cropped, "there is no ground to show one");
        }
    }
    let mut options = Options::default();
    options.method = Method::Network;
    let photo = read(&cut_out_disc([0; 3]), MAX_PIXELS).unwrap();
    assert!(needs_network(&photo, &options));
}
