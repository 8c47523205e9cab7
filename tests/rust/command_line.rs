//! The `cleancut` binary as a user meets it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use cleancut::Options;

use crate::fixture_path;

fn cleancut(args: &[&Path]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cleancut")).args(args).output().unwrap()
}

fn empty_folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn one_photo_into_one_file() {
    let output = empty_folder("one").join("cutout.png");
    let done = cleancut(&[&fixture_path("mug.jpg"), Path::new("-o"), &output]);
    assert!(done.status.success(), "{done:?}");
    assert!(done.stdout.is_empty() && done.stderr.is_empty(), "{done:?}");
    assert!(std::fs::read(output).unwrap().starts_with(b"\x89PNG"));
}

#[test]
fn a_folder_goes_on_past_bad_files_and_says_so() {
    let photos = empty_folder("photos");
    std::fs::copy(fixture_path("mug.jpg"), photos.join("a.jpg")).unwrap();
    std::fs::write(photos.join("b.jpg"), "no photo").unwrap();
    std::fs::copy(fixture_path("mug.jpg"), photos.join("c.JPG")).unwrap();
    std::fs::copy(fixture_path("1x1.png"), photos.join("d.png")).unwrap();
    std::fs::write(photos.join("notes.txt"), "not looked at").unwrap();
    let cutouts = empty_folder("cutouts").join("new");

    let done = cleancut(&[&photos, Path::new("-o"), &cutouts]);
    assert_eq!(done.status.code(), Some(1));
    let errors = String::from_utf8(done.stderr).unwrap();
    assert!(errors.contains("b.jpg: a text file is not supported; give a JPEG"), "{errors}");
    assert!(errors.contains("d.png: no subject found"), "{errors}");
    assert!(errors.contains("2 of 4 photos failed"), "{errors}");
    let mut written: Vec<_> =
        std::fs::read_dir(cutouts).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    written.sort();
    assert_eq!(written, ["a.png", "c.png"]);
}

#[test]
fn the_help_names_every_option() {
    let help = String::from_utf8(cleancut(&[Path::new("--help")]).stdout).unwrap();
    for name in Options::names() {
        assert!(help.contains(&format!(" --{name} ")), "--{name} is not in the help");
    }
    let longest = help.lines().map(str::len).max();
    assert!(longest <= Some(90), "a terminal's width: {longest:?}");
}

#[test]
fn the_output_s_name_decides_the_format_unless_an_option_does() {
    let folder = empty_folder("formats");
    let photo = fixture_path("mug.jpg");
    for (name, words, start) in [
        ("a.png", &[][..], &b"\x89PNG"[..]),
        ("a.webp", &[], b"RIFF"),
        ("a.JPG", &[], b"\xff\xd8"),
        ("b.png", &["--preset", "ebay", "--size", "8x"], b"\x89PNG"),
        ("c.png", &["--format", "jpeg"], b"\xff\xd8"),
        ("nameless", &["--preset", "ebay", "--size", "8x"], b"\xff\xd8"),
        ("wished", &["--format", "png", "--size", "8x", "--preset", "ebay"], b"\x89PNG"),
    ] {
        let output = folder.join(name);
        let mut args: Vec<&Path> = words.iter().map(Path::new).collect();
        args.extend([photo.as_path(), Path::new("-o"), output.as_path()]);
        let done = cleancut(&args);
        assert!(done.status.success(), "{name}: {done:?}");
        assert!(std::fs::read(output).unwrap().starts_with(start), "{name}");
    }

    let photos = empty_folder("format-photos");
    std::fs::copy(&photo, photos.join("a.jpg")).unwrap();
    let cutouts = empty_folder("format-cutouts");
    let done = cleancut(&[&photos, Path::new("-o"), &cutouts, Path::new("--format=webp")]);
    assert!(done.status.success(), "{done:?}");
    assert!(std::fs::read(cutouts.join("a.webp")).unwrap().starts_with(b"RIFF"));
}

#[test]
fn a_background_picture_is_read_once_and_its_absence_is_said() {
    let output = empty_folder("background").join("out.png");
    let photo = fixture_path("mug.jpg");
    let with = |picture: &Path| {
        cleancut(&[&photo, Path::new("--background-image"), picture, Path::new("-o"), &output])
    };
    assert!(with(&fixture_path("rgb.jpg")).status.success());
    for (picture, words) in [("missing.jpg", "No such file"), ("draw.py", "a text file")] {
        let done = with(&fixture_path(picture));
        assert_eq!(done.status.code(), Some(2), "{picture}");
        let errors = String::from_utf8(done.stderr).unwrap();
        assert!(errors.contains(words), "{errors}");
    }
}
