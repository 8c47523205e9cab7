//! `cleancut masks`, `score` and `split` as a researcher meets them.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use png::{BitDepth, ColorType, Decoder, Encoder};
use serde_json::Value;

use crate::{fixture, fixture_path, read};

const HEADER: &str = "ImageId,EncodedPixels,Height,Width,ClassId,AttributesIds\n";

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("research-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn cleancut(folder: &Path, words: &str) -> Output {
    let words = words.split_whitespace();
    Command::new(env!("CARGO_BIN_EXE_cleancut")).args(words).current_dir(folder).output().unwrap()
}

/// What was said by a run that ends with `code`.
fn said(folder: &Path, words: &str, code: i32) -> String {
    let done = cleancut(folder, words);
    let said = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(code), "{words}: {said}");
    said
}

/// Width, height and the bytes of a PNG's pixels, as stored.
fn pixels(file: &Path) -> (u32, u32, Vec<u8>) {
    let mut reader = Decoder::new(std::io::Cursor::new(read(file))).read_info().unwrap();
    let (width, height) = reader.info().size();
    let mut values = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut values).unwrap();
    (width, height, values)
}

fn grey(file: &Path, width: u32, height: u32, value: impl Fn(i64, i64) -> u8) {
    let mut encoder = Encoder::new(fs::File::create(file).unwrap(), width, height);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::Eight);
    let places = (0..i64::from(height)).flat_map(|y| (0..i64::from(width)).map(move |x| (x, y)));
    let values: Vec<u8> = places.map(|(x, y)| value(x, y)).collect();
    encoder.write_header().unwrap().write_image_data(&values).unwrap();
}

#[test]
fn rows_of_a_picture_make_one_mask() {
    let folder = folder("masks");
    let rows = "a,1 2,2,3,1,\r\na,6 1,2,3,2,\"4,5\"\r\nb.jpg,1 1,1,2,1_23,\r\na,3 1,2,3,3,\r\n";
    fs::write(folder.join("rle.csv"), format!("\u{feff}{}{rows}", HEADER.replace('\n', "\r\n")))
        .unwrap();
    let words = said(&folder, "masks rle.csv -o grey --jobs 1", 0);
    assert!(words.contains("4 rows, 2 masks, 0 of them empty"), "{words}");
    assert_eq!(pixels(&folder.join("grey/a.png")), (3, 2, vec![255, 255, 0, 255, 0, 255]));
    assert_eq!(pixels(&folder.join("grey/b.png")), (2, 1, vec![255, 0]));

    said(&folder, "masks rle.csv -o classes --classes", 0);
    let mut decoder = Decoder::new(std::io::Cursor::new(read(&folder.join("classes/a.png"))));
    decoder.set_transformations(png::Transformations::IDENTITY);
    let mut reader = decoder.read_info().unwrap();
    assert_eq!(reader.output_color_type().0, ColorType::Indexed);
    let mut values = vec![0; 6];
    reader.next_frame(&mut values).unwrap();
    assert_eq!(values, [1, 3, 0, 1, 0, 2]);

    fs::create_dir(folder.join("images")).unwrap();
    fs::copy(fixture_path("ball.jpg"), folder.join("images/ball.jpg")).unwrap();
    fs::write(folder.join("ball.csv"), format!("{HEADER}ball,1 1,240,320,1,\n")).unwrap();
    said(&folder, "masks ball.csv -o ball --images images", 0);
    let done = cleancut(&folder, "score images images");
    assert!(String::from_utf8_lossy(&done.stdout).contains("mae            0.0000"), "{done:?}");

    fs::write(folder.join("names.txt"), "ground\nshirt\nhat\nbelt\n").unwrap();
    said(&folder, "masks rle.csv -o some --only shirt,2 --not hat --names names.txt", 0);
    assert_eq!(pixels(&folder.join("some/a.png")).2, [255, 0, 0, 255, 0, 0]);
}

#[test]
fn what_is_wrong_in_a_csv_is_counted_and_named() {
    let folder = folder("hostile");
    let mut csv = HEADER.to_owned();
    for row in [
        "odd,1 2 4,2,3,1,",
        "past,5 9,2,3,1,",
        "word,1 1 x 1,2,3,1,",
        "zero,0 2,2,3,1,",
        "twice,1 1,2,3,1,\ntwice,1 1,2,3,1,",
        "grown,1 1,2,3,1,\ngrown,1 1,3,3,1,",
        "sizeless,1 1,,3,1,\nhuge,1 1,90000,90000,1,\nflat,1 1,0,3,1,",
        "../up,1 1,2,3,1,\n.hidden,1 1,2,3,1,\n,1 1,2,3,1,",
        "\"open,1 1,2,3,1,",
        "same.jpg,1 1,2,3,1,\nsame.png,2 1,2,3,1,",
        "short,1 1",
        "absent,1 1,2,3,1,",
        "last,2 1,2,3,1,",
    ] {
        writeln!(csv, "{row}").unwrap();
    }
    fs::write(folder.join("rle.csv"), csv).unwrap();
    let images = folder.join("images");
    fs::create_dir(&images).unwrap();
    for name in ["odd", "past", "word", "zero", "twice", "grown", "same", "alone"] {
        grey(&images.join(format!("{name}.png")), 3, 2, |_, _| 0);
    }
    grey(&images.join("last.png"), 30, 20, |_, _| 0);
    let words = said(&folder, "masks rle.csv --images images -o masks --report report.csv", 1);
    for line in [
        "20 rows, 9 masks, 1 of them empty",
        "1 rows whose last run has no length: line 2 (odd)",
        "1 rows with a run past the end of the picture: line 3 (past)",
        "2 rows with a run that is no whole number from 1: line 4 (word), line 5 (zero)",
        "1 rows that repeat one of the same picture: line 7 (twice)",
        "1 rows of another size than the rows before them of the same picture: line 9 (grown)",
        "3 rows whose Height or Width is no side of 1 to 64 megapixels: line 10 (sizeless), \
         line 11 (huge), line 12 (flat)",
        "3 rows whose ImageId is no file name: line 13 (../up), line 14 (.hidden), line 15 ()",
        "1 rows with a quote that is not closed: line 16 ()",
        "1 rows of a picture whose mask has the name of another's: line 18 (same.png)",
        "1 rows with fewer fields than the first line: line 19 (short)",
        "1 rows of a picture that is not there: line 20 (absent)",
        "1 rows of another size than their picture: line 21 (last)",
        "1 pictures without a row: alone",
    ] {
        assert!(words.contains(&format!("cleancut: {line}")), "{line}\nis not in\n{words}");
    }
    let mask = |name: &str| pixels(&folder.join(format!("masks/{name}.png"))).2;
    assert_eq!(mask("odd"), [255, 0, 0, 255, 0, 0]);
    assert_eq!(mask("past"), [0, 0, 255, 0, 0, 255]);
    assert_eq!(mask("word"), [255, 0, 0, 0, 0, 0]);
    assert_eq!(mask("last"), [0, 0, 0, 255, 0, 0]);
    let report = fs::read_to_string(folder.join("report.csv")).unwrap();
    assert!(report.contains("\n3,past,rows with a run past the end of the picture\n"), "{report}");
    assert_eq!(report.lines().count(), 1 + 18);
    assert!(!folder.parent().unwrap().join("up.png").exists());
}

#[test]
fn a_class_that_is_no_index_is_said() {
    let folder = folder("shift");
    fs::write(folder.join("rle.csv"), format!("{HEADER}a,1 1,1,2,0,\na,2 1,1,2,255,\n")).unwrap();
    let words = said(&folder, "masks rle.csv -o masks --classes", 1);
    assert!(words.contains("1 rows of class 0, which is the ground's index (give --shift 1)"));
    let words = said(&folder, "masks rle.csv -o masks --classes --shift 1", 1);
    assert!(words.contains("1 rows whose class is beyond the 255 of an indexed PNG: line 3 (a)"));
}

#[test]
fn arguments_that_are_wrong_are_said() {
    let folder = folder("arguments");
    fs::write(folder.join("other.csv"), "id;runs\n").unwrap();
    fs::write(folder.join("empty.csv"), "").unwrap();
    fs::create_dir(folder.join("none")).unwrap();
    for (words, wished) in [
        ("masks", "no csv given; see cleancut masks --help"),
        ("masks other.csv", "give -o FOLDER"),
        ("masks other.csv -o m", "other.csv: no column ImageId in its first line, \"id;runs\""),
        ("masks empty.csv -o m", "empty.csv: it is empty"),
        ("masks missing.csv -o m", "missing.csv: No such file"),
        ("masks other.csv -o m --only hat", "\"hat\" is no number of a class"),
        ("score none", "give two folders, MASKS and TRUTH"),
        ("score none none", "no picture in none"),
        ("score none none --reach 1000", "reach is 1000; it takes 0 to 100 px"),
        ("score none none --jobs 0", "jobs is \"0\"; it takes 1 to 256"),
        ("split none", "no picture in none"),
        ("split none --shares 70,20", "shares are \"70,20\"; they take per cent"),
        ("split none --shares 50,50", "2 shares take as many different names"),
    ] {
        let words = said(&folder, words, 2);
        assert!(words.contains(wished), "{wished} is not in {words}");
    }
    for command in ["masks", "score", "split"] {
        let help = cleancut(&folder, &format!("{command} --help"));
        let help = String::from_utf8(help.stdout).unwrap();
        assert!(help.contains(&format!("Usage: cleancut {command} ")), "{help}");
        assert!(help.lines().all(|line| line.len() <= 90), "a terminal's width");
    }
}

/// As `training/measure/figures.py` draws it.
fn disc(x: i64, y: i64, radius: i64) -> impl Fn(i64, i64) -> u8 {
    move |at_x, at_y| {
        let squares = radius * radius - (at_x - x).pow(2) - (at_y - y).pow(2);
        (128 + squares.div_euclid(8)).clamp(0, 255) as u8
    }
}

#[test]
fn scores_are_those_of_the_training() {
    let figures: Value = serde_json::from_slice(&fixture("scores.json")).unwrap();
    let folder = folder("score");
    for part in ["masks", "truth", "found", "classes"] {
        fs::create_dir(folder.join(part)).unwrap();
    }
    for at in 0..12_u8 {
        let (i, name) = (i64::from(at), format!("{at:02}.png"));
        let (width, height) = (64 + 7 * u32::from(at), 80 - 3 * u32::from(at));
        let file = |part: &str| folder.join(part).join(&name);
        grey(&file("truth"), width, height, disc(30 + i, 30, 12 + i));
        if i % 3 == 2 {
            grey(&file("masks"), 40 + u32::from(at), 50, disc(20, 24 + i, 9 + i));
        } else {
            grey(&file("masks"), width, height, disc(32, 29 + i % 4, 10 + 2 * i));
        }
        let stripes = |down: i64| move |x: i64, y: i64| ((x / 5 + y / down + i) % 6) as u8;
        grey(&file("found"), 60 + u32::from(at), 50, stripes(7));
        grey(&file("classes"), 60 + u32::from(at), 50, stripes(8));
    }
    let done = cleancut(&folder, "score masks truth --csv each.csv");
    assert!(done.status.success(), "{done:?}");
    let table = String::from_utf8(done.stdout).unwrap();
    assert!(table.starts_with("pictures       12\n"), "{table}");
    for (name, figure) in figures["all"].as_object().unwrap() {
        let line = format!("\n{name:<15}{:.4}\n", figure.as_f64().unwrap());
        assert!(table.contains(&line), "{line} is not in {table}");
    }
    let each = fs::read_to_string(folder.join("each.csv")).unwrap();
    let mut lines = each.lines();
    let columns: Vec<&str> = lines.next().unwrap().split(',').collect();
    for (line, row) in lines.zip(figures["each"].as_array().unwrap()) {
        let fields: Vec<&str> = line.split(',').collect();
        for (name, value) in columns.iter().zip(&fields).skip(1) {
            let (figure, value) = (row[name].as_f64().unwrap(), value.parse::<f64>().unwrap());
            assert!((figure - value).abs() <= 0.00005001, "{line}: {name} is {figure}");
        }
    }
    let done = cleancut(&folder, "score found classes --classes");
    let table = String::from_utf8(done.stdout).unwrap();
    for (name, figure) in figures["classes"].as_object().unwrap() {
        let line = format!("\n{name:<15}{:.4}\n", figure.as_f64().unwrap());
        assert!(table.contains(&line), "{line} is not in {table}");
    }
}

#[test]
fn what_has_no_partner_is_said() {
    let folder = folder("partners");
    for part in ["masks", "truth"] {
        fs::create_dir(folder.join(part)).unwrap();
    }
    let half = |x: i64, _| if x < 4 { 255 } else { 0 };
    for name in ["masks/a.png", "truth/a.png", "truth/b.png", "masks/c.png", "truth/d.png"] {
        grey(&folder.join(name), 8, 8, half);
    }
    fs::write(folder.join("masks/d.png"), "no picture").unwrap();
    grey(&folder.join("masks/e.png"), 8, 8, half);
    grey(&folder.join("truth/e.png"), 8, 8, |x, _| u8::from(x < 4));
    let done = cleancut(&folder, "score masks truth --jobs 3");
    assert_eq!(done.status.code(), Some(1));
    let words = String::from_utf8(done.stderr).unwrap();
    for line in [
        "1 truths without a mask, which counts as empty: b\n",
        "1 masks left out, without a truth: c\n",
        "1 masks left out, which cannot be read: d (The image format could not be determined)\n",
        "1 truths without a pixel from 128 on, but not black (--nonzero?): e\n",
    ] {
        assert!(words.contains(&format!("cleancut: {line}")), "{line} is not in {words}");
    }
    let table = String::from_utf8(done.stdout).unwrap();
    assert!(table.contains("pictures       3\niou            0.3333\n"), "{table}");
    let done = cleancut(&folder, "score masks truth --nonzero");
    let table = String::from_utf8(done.stdout).unwrap();
    assert!(table.contains("pictures       3\niou            0.6667\n"), "{table}");
}

#[test]
fn a_seed_makes_the_same_lists_everywhere() {
    let folder = folder("split");
    fs::create_dir_all(folder.join("p/below")).unwrap();
    for at in 0..20 {
        let name = if at < 10 { format!("p/{at}.jpg") } else { format!("p/below/{at}.webp") };
        fs::write(folder.join(name), "").unwrap();
    }
    fs::write(folder.join("p/notes.txt"), "").unwrap();
    said(&folder, "split p --seed 7 -o lists", 0);
    let list = |name: &str| fs::read_to_string(folder.join("lists").join(name)).unwrap();
    let (train, validation, test) = (list("train.txt"), list("validation.txt"), list("test.txt"));
    let sizes = [&train, &validation, &test].map(|list| list.lines().count());
    assert_eq!(sizes, [14, 4, 2]);
    assert_eq!(test, "7.jpg\nbelow/14.webp\n");
    let mut all: Vec<&str> = [&train, &validation, &test].iter().flat_map(|l| l.lines()).collect();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 20);
    said(&folder, "split p --shares 50,50 --names a,b -o lists", 0);
    assert_eq!(list("a.txt").lines().count(), 10);
}
