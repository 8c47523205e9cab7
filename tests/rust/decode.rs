//! Every format, colour type and orientation, against the four quadrants that
//! `tests/fixtures/draw.py` draws; and every kind of bad file.

use std::io::Cursor;

use cleancut::options::MAX_PIXELS;
use cleancut::read::decode::decode;
use cleancut::read::orient::orient;
use cleancut::{Error, Image, Result};
use image::{DynamicImage, ImageFormat};

use crate::fixture;

const QUADRANTS: [[u8; 3]; 4] = [[200, 40, 40], [40, 160, 60], [40, 60, 200], [230, 230, 230]];
/// ITU-R BT.601 luma of the quadrants.
const GREYS: [[u8; 3]; 4] = [[88; 3], [113; 3], [70; 3], [230; 3]];

fn open(name: &str) -> Image {
    let (stored, orientation) =
        decode(&fixture(name), MAX_PIXELS).unwrap_or_else(|error| panic!("{name}: {error}"));
    orient(stored, orientation)
}

fn pixel(image: &Image, x: u32, y: u32) -> [u8; 4] {
    let at = (y * image.width() + x) as usize * 4;
    image.pixels()[at..at + 4].try_into().unwrap()
}

/// The centres of the quadrants, within `tolerance` levels of `expected`.
fn check_quadrants(name: &str, expected: [[u8; 3]; 4], tolerance: u8) {
    let image = open(name);
    assert_eq!((image.width(), image.height()), (64, 48), "{name}");
    for (index, (colour, (x, y))) in
        expected.iter().zip([(16, 12), (48, 12), (16, 36), (48, 36)]).enumerate()
    {
        let seen = pixel(&image, x, y);
        let is_close = (0..3).all(|c| seen[c].abs_diff(colour[c]) <= tolerance);
        assert!(is_close, "{name}, quadrant {index}: {seen:?}, expected {colour:?}");
    }
}

#[test]
fn reads_every_format_and_colour_type() {
    for name in ["rgb.png", "palette.png", "lossless.webp"] {
        check_quadrants(name, QUADRANTS, 0);
        assert!(open(name).is_opaque(), "{name}");
    }
    for name in ["rgb.jpg", "progressive.jpg", "cmyk.jpg"] {
        check_quadrants(name, QUADRANTS, 4);
    }
    check_quadrants("lossy.webp", QUADRANTS, 8);
    for name in ["grey.png", "grey16.png"] {
        check_quadrants(name, GREYS, 1);
    }
    check_quadrants("grey.jpg", GREYS, 3);
}

#[test]
fn converts_colour_profiles_to_srgb() {
    for name in ["display-p3.png", "display-p3.webp"] {
        check_quadrants(name, QUADRANTS, 1);
    }
    for name in ["display-p3.jpg", "adobe-rgb.jpg"] {
        check_quadrants(name, QUADRANTS, 4);
    }
    check_quadrants("grey-profile.jpg", GREYS, 3);
}

#[test]
fn a_broken_colour_profile_is_ignored() {
    let rubbish = b"ICC_PROFILE\0\x01\x01 this is no profile at all";
    let length = (rubbish.len() as u16 + 2).to_be_bytes();
    let plain = fixture("rgb.jpg");
    let segment = [&[0xff, 0xe2][..], &length, rubbish].concat();
    let with_rubbish = [&plain[..2], &segment, &plain[2..]].concat();
    assert_eq!(decode(&with_rubbish, MAX_PIXELS), decode(&plain, MAX_PIXELS));

    let mut cut_short = fixture("display-p3.jpg");
    let at = cut_short.windows(4).position(|word| word == b"rXYZ").unwrap();
    cut_short[at + 4..at + 8].copy_from_slice(&[0xff; 4]);
    let (stored, _) = decode(&cut_short, MAX_PIXELS).unwrap();
    assert_ne!(pixel(&stored, 16, 12)[0].abs_diff(200), 0, "the values as stored");

    let plain = fixture("rgb.png");
    let chunk = b"iCCPname\0\0no zlib stream";
    let crc = crc32(chunk).to_be_bytes();
    let length = (chunk.len() as u32 - 4).to_be_bytes();
    let with_rubbish = [&plain[..33], &length, chunk, &crc, &plain[33..]].concat();
    assert_eq!(decode(&with_rubbish, MAX_PIXELS), decode(&plain, MAX_PIXELS));
}

#[test]
fn keeps_transparency() {
    for name in ["rgba.png", "rgba.webp"] {
        let image = open(name);
        assert_eq!(pixel(&image, 16, 12)[3], 0, "{name}");
        assert_eq!(pixel(&image, 48, 12), [40, 160, 60, 255], "{name}");
    }
}

#[test]
fn honours_all_eight_orientations() {
    for orientation in 1..=8 {
        check_quadrants(&format!("orientation-{orientation}.jpg"), QUADRANTS, 4);
    }
    check_quadrants("orientation-6.png", QUADRANTS, 0);
}

#[test]
fn no_webp_is_turned_as_in_browsers() {
    let image = open("orientation-6.webp");
    assert_eq!((image.width(), image.height()), (48, 64));
    assert_eq!(pixel(&image, 12, 48)[..3], QUADRANTS[0], "the upper left quadrant, as stored");
}

#[test]
fn flags_that_no_chunk_follows_are_no_damage() {
    let lossless = fixture("lossless.webp");
    for flags in [0x00, 0x04, 0x08, 0x10, 0x20, 0x02, 0x3e] {
        let header = [b"VP8X\x0a\0\0\0", &[flags, 0, 0, 0][..], &[63, 0, 0, 47, 0, 0]].concat();
        let chunks = [b"WEBP", &header[..], &lossless[12..]].concat();
        let length = (chunks.len() as u32).to_le_bytes();
        let file = [b"RIFF", &length[..], &chunks].concat();
        assert_eq!(decode(&file, MAX_PIXELS), decode(&lossless, MAX_PIXELS), "{flags:02x}");
    }
}

/// A PNG with `chunks`, name and data, before its others.
fn with_chunks(png: &[u8], chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let chunks = chunks.iter().flat_map(|(name, data)| {
        let body = [&name[..], data].concat();
        [&(data.len() as u32).to_be_bytes()[..], &body, &crc32(&body).to_be_bytes()].concat()
    });
    [&png[..33], &chunks.collect::<Vec<u8>>(), &png[33..]].concat()
}

/// A chunk's name and its contents.
type Chunk<'a> = (&'a [u8; 4], &'a [u8]);

#[test]
fn chunks_tell_colours_as_in_chromium() {
    let plain = fixture("rgb.png");
    let numbers = |values: &[u32]| values.iter().flat_map(|v| v.to_be_bytes()).collect::<Vec<u8>>();
    let adobe = numbers(&[31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000]);
    let nowhere = numbers(&[0; 8]);
    let [linear, half, srgb_like] = [100_000, 50_000, 45_455].map(|gamma| numbers(&[gamma]));
    let icc = &fixture("display-p3.png")[33..];
    let icc = &icc[..12 + u32::from_be_bytes(icc[..4].try_into().unwrap()) as usize];
    let icc = &icc[8..icc.len() - 4];
    let (p3, odd) = ([12, 13, 0, 1], [2, 2, 0, 1]);
    // What Chromium 156 draws of the four quadrants.
    let cases: [(&[Chunk<'_>], [[u8; 3]; 4]); 14] = [
        (
            &[(b"gAMA", &linear)],
            [[229, 110, 110], [110, 208, 133], [110, 133, 229], [244, 244, 244]],
        ),
        (&[(b"gAMA", &half)], [[206, 43, 43], [43, 168, 67], [43, 67, 206], [233, 233, 233]]),
        (&[(b"gAMA", &srgb_like)], [[200, 40, 40], [40, 160, 60], [40, 60, 200], [230, 230, 230]]),
        (&[(b"cHRM", &adobe)], [[200, 40, 40], [40, 160, 60], [40, 60, 200], [230, 230, 230]]),
        (
            &[(b"gAMA", &srgb_like), (b"cHRM", &adobe)],
            [[233, 35, 35], [0, 161, 46], [20, 57, 205], [231, 231, 231]],
        ),
        (
            &[(b"gAMA", &linear), (b"cHRM", &nowhere)],
            [[200, 40, 40], [40, 160, 60], [40, 60, 200], [230, 230, 230]],
        ),
        (
            &[(b"sRGB", &[0]), (b"gAMA", &linear)],
            [[200, 40, 40], [40, 160, 60], [40, 60, 200], [230, 230, 230]],
        ),
        (&[(b"iCCP", icc)], [[218, 0, 26], [0, 163, 40], [34, 61, 208], [230, 230, 230]]),
        (
            &[(b"iCCP", icc), (b"gAMA", &linear)],
            [[218, 0, 26], [0, 163, 40], [34, 61, 208], [230, 230, 230]],
        ),
        (&[(b"cICP", &p3)], [[218, 0, 26], [0, 163, 40], [34, 61, 208], [230, 230, 230]]),
        (
            &[(b"cICP", &p3), (b"gAMA", &linear)],
            [[218, 0, 26], [0, 163, 40], [34, 61, 208], [230, 230, 230]],
        ),
        (
            &[(b"cICP", &odd), (b"gAMA", &linear)],
            [[229, 110, 110], [110, 208, 133], [110, 133, 229], [244, 244, 244]],
        ),
        (&[(b"cICP", &[9, 14, 0, 1])], [[246, 0, 6], [0, 163, 5], [0, 48, 207], [229, 229, 229]]),
        (
            &[(b"iCCP", b"x\0\0junk"), (b"gAMA", &linear)],
            [[229, 110, 110], [110, 208, 133], [110, 133, 229], [244, 244, 244]],
        ),
    ];
    for (chunks, expected) in cases {
        let (image, _) = decode(&with_chunks(&plain, chunks), MAX_PIXELS).unwrap();
        for (colour, (x, y)) in expected.iter().zip([(16, 12), (48, 12), (16, 36), (48, 36)]) {
            let seen = pixel(&image, x, y);
            let is_close = (0..3).all(|c| seen[c].abs_diff(colour[c]) <= 1);
            assert!(is_close, "{chunks:?}: {seen:?}, expected {colour:?}");
        }
    }
}

/// A PNG, chunks to add, its four pixels.
type HdrCase<'a> = (&'a [u8], &'a [Chunk<'a>], [[u8; 3]; 4]);

#[test]
fn pictures_for_bright_screens_are_shown_as_in_chromium() {
    let colours = [[150, 40, 40], [90, 160, 60], [40, 160, 180], [170, 160, 150]];
    let picture = image::RgbImage::from_raw(4, 1, colours.concat()).unwrap();
    let grey = image::GrayImage::from_raw(4, 1, colours.map(|[_, green, _]| green).to_vec());
    let [picture, grey] = [picture.into(), grey.unwrap().into()].map(|picture: DynamicImage| {
        let mut file = Cursor::new(Vec::new());
        picture.write_to(&mut file, ImageFormat::Png).unwrap();
        file.into_inner()
    });
    let (pq, hlg) = ([9, 16, 0, 1], [9, 18, 0, 1]);
    let content = |nits: u32| [10_000 * nits, 10_000].map(u32::to_be_bytes).concat();
    let screen =
        |nits: u32| [&[0; 16][..], &(10_000 * nits).to_be_bytes(), &50_u32.to_be_bytes()].concat();
    let [none, dark, middle, bright] = [0, 100, 600, 4000].map(content);
    let [screen_600, screen_2000] = [600, 2000].map(screen);
    // What Chromium 156 draws.
    let cases: [HdrCase<'_>; 15] = [
        (&picture, &[(b"cICP", &pq)], [[242, 0, 0], [0, 225, 0], [0, 183, 249], [249, 189, 159]]),
        (
            &picture,
            &[(b"cICP", &[1, 16, 0, 1])],
            [[194, 9, 9], [58, 217, 24], [5, 178, 246], [237, 201, 170]],
        ),
        (
            &picture,
            &[(b"cICP", &pq), (b"cLLI", &bright)],
            [[241, 0, 0], [0, 213, 0], [0, 164, 224], [229, 174, 146]],
        ),
        (
            &picture,
            &[(b"cICP", &pq), (b"cLLI", &dark)],
            [[255, 0, 0], [0, 255, 0], [0, 255, 255], [255, 255, 255]],
        ),
        (
            &picture,
            &[(b"cICP", &pq), (b"mDCV", &screen_600)],
            [[255, 0, 0], [0, 249, 0], [0, 193, 255], [255, 206, 173]],
        ),
        (
            &picture,
            &[(b"cICP", &pq), (b"cLLI", &none), (b"mDCV", &screen_2000)],
            [[241, 0, 0], [0, 218, 0], [0, 172, 234], [238, 180, 151]],
        ),
        (&grey, &[(b"cICP", &pq)], [[9; 3], [213; 3], [213; 3], [213; 3]]),
        (
            &picture,
            &[(b"cICP", &hlg)],
            [[137, 0, 22], [0, 138, 23], [0, 139, 161], [156, 134, 123]],
        ),
        (
            &picture,
            &[(b"cICP", &[1, 18, 0, 1])],
            [[108, 26, 26], [73, 132, 48], [30, 133, 158], [148, 136, 125]],
        ),
        (
            &picture,
            &[(b"cICP", &hlg), (b"cLLI", &bright)],
            [[137, 0, 22], [0, 138, 23], [0, 139, 161], [156, 134, 123]],
        ),
        (
            &picture,
            &[(b"cICP", &hlg), (b"cLLI", &dark)],
            [[188, 0, 34], [0, 188, 35], [0, 190, 219], [213, 184, 169]],
        ),
        (
            &picture,
            &[(b"cICP", &hlg), (b"mDCV", &screen_600)],
            [[156, 0, 26], [0, 156, 27], [0, 158, 182], [177, 153, 140]],
        ),
        (
            &picture,
            &[(b"cICP", &hlg), (b"cLLI", &middle), (b"mDCV", &screen_2000)],
            [[156, 0, 26], [0, 156, 27], [0, 158, 182], [177, 153, 140]],
        ),
        (
            &picture,
            &[(b"cICP", &hlg), (b"cLLI", b"short")],
            [[137, 0, 22], [0, 138, 23], [0, 139, 161], [156, 134, 123]],
        ),
        (&grey, &[(b"cICP", &hlg)], [[21; 3], [135; 3], [135; 3], [135; 3]]),
    ];
    for (file, chunks, expected) in cases {
        let (image, _) = decode(&with_chunks(file, chunks), MAX_PIXELS).unwrap();
        for (x, colour) in (0..).zip(expected) {
            let seen = pixel(&image, x, 0);
            let is_close = (0..3).all(|c| seen[c].abs_diff(colour[c]) <= 1);
            assert!(is_close, "{chunks:?}: {seen:?}, expected {colour:?}");
        }
    }
}

#[test]
fn the_first_frame_of_an_animation_is_taken_where_the_default_image_is_no_part_of_it() {
    let (cover, first) = (fixture("rgb.png"), fixture("display-p3.png"));
    let data = |png: &[u8]| {
        let at = png.windows(4).position(|name| name == b"IDAT").unwrap();
        let length = u32::from_be_bytes(png[at - 4..at].try_into().unwrap()) as usize;
        png[at + 4..at + 4 + length].to_vec()
    };
    let animation = [&[0, 0, 0, 1][..], &[0; 4]].concat();
    let shape = [0_u32, 64, 48, 0, 0].map(u32::to_be_bytes).concat();
    let frame = [&shape[..], &[0, 1, 0, 10, 0, 0]].concat();
    let pixels = [&[0, 0, 0, 1], &data(&first)[..]].concat();
    let end = cover.len() - 12;
    let tail = with_chunks(&[0; 33], &[(b"fcTL", &frame), (b"fdAT", &pixels)]);
    let file = [&cover[..end], &tail[33..], &cover[end..]].concat();
    let file = with_chunks(&file, &[(b"acTL", &animation)]);
    let (image, _) = decode(&file, MAX_PIXELS).unwrap();
    let stored = image::load_from_memory(&first).unwrap().to_rgba8();
    assert_eq!(image.pixels(), stored.as_raw().as_slice());
}

#[test]
fn apple_s_png_is_named() {
    let file = with_chunks(&fixture("rgb.png"), &[(b"CgBI", &[0x50, 0, 0x20, 2])]);
    let error = decode(&file, MAX_PIXELS).unwrap_err();
    assert_eq!(error.code(), "decode");
    assert!(error.to_string().contains("CgBI"), "{error}");
}

#[test]
fn reads_extreme_shapes() {
    for (name, size) in [("1x1.png", (1, 1)), ("1x5000.png", (1, 5000))] {
        let image = open(name);
        assert_eq!((image.width(), image.height()), size);
        assert_eq!(pixel(&image, 0, size.1 - 1), [200, 40, 40, 255]);
    }
}

#[test]
fn names_what_it_does_not_read() {
    for (bytes, words) in [
        (&b""[..], "an empty file"),
        (b"a text file, whatever its name says", "a text file"),
        (b"GIF89a\x01\x00\x01\x00", "a GIF image"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "a HEIC image"),
    ] {
        let error = decode(bytes, MAX_PIXELS).unwrap_err();
        assert_eq!(error.code(), "unsupported-format");
        let message = error.to_string();
        assert_eq!(message, format!("{words} is not supported; give a JPEG, PNG or WebP file"));
    }
}

#[test]
fn holds_the_header_against_the_limit_before_it_allocates() {
    let limit = 64 * 48 - 1;
    for name in ["rgb.jpg", "rgb.png", "lossy.webp", "lossless.webp"] {
        let error = decode(&fixture(name), limit).unwrap_err();
        assert_eq!(error, Error::TooLarge { width: 64, height: 48, limit_px: limit }, "{name}");
        assert!(decode(&fixture(name), limit + 1).is_ok(), "{name}");
    }
    let mut bomb = fixture("rgb.png");
    bomb[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
    bomb[20..24].copy_from_slice(&50_000_u32.to_be_bytes());
    let crc = crc32(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&crc.to_be_bytes());
    let error = decode(&bomb, MAX_PIXELS).unwrap_err();
    assert_eq!(error.to_string(), "image is 60000x50000 px; the limit is 64 Mpx");
}

/// CRC-32 as PNG uses it (ISO 3309), bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

const ONE_OF_EACH: [&str; 10] = [
    "rgb.jpg",
    "display-p3.jpg",
    "progressive.jpg",
    "cmyk.jpg",
    "orientation-6.jpg",
    "rgb.png",
    "grey16.png",
    "palette.png",
    "lossy.webp",
    "rgba.webp",
];

#[test]
fn a_truncated_file_is_an_error_wherever_it_ends() {
    for name in ONE_OF_EACH {
        let whole = fixture(name);
        let expected = decode(&whole, MAX_PIXELS).unwrap();
        for length in 0..whole.len() {
            match decode(&whole[..length], MAX_PIXELS) {
                // All pixels had arrived: a trailer was cut off.
                Ok(picture) => assert_eq!(picture, expected, "{name} cut to {length} bytes"),
                Err(Error::Decode { .. } | Error::UnsupportedFormat { .. }) => {}
                Err(other) => panic!("{name} cut to {length} bytes: {other:?}"),
            }
        }
    }
}

#[test]
fn a_corrupt_file_never_panics() {
    let mut state = 0x2545_f491_u32;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as usize % below
    };
    for name in ONE_OF_EACH {
        let whole = fixture(name);
        for _ in 0..2000 {
            let mut broken = whole.clone();
            for _ in 0..=random(4) {
                let at = random(broken.len());
                broken[at] = random(256) as u8;
            }
            let _: Result<_> = decode(&broken, 1_000_000);
        }
    }
}
