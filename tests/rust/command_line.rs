//! The `cleancut` binary as a user meets it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

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
fn wrong_arguments_exit_with_2() {
    let twice = [fixture_path("rgb.png"), fixture_path("rgb.jpg")];
    let folder = empty_folder("twice");
    for (args, words) in [
        (vec![], "no photo given"),
        (vec![Path::new("--nonsense")], "--nonsense"),
        (vec![&twice[0], &twice[1], Path::new("-o"), &folder], "would both be written to"),
    ] {
        let done = cleancut(&args);
        assert_eq!(done.status.code(), Some(2), "{args:?}");
        let errors = String::from_utf8(done.stderr).unwrap();
        assert!(errors.contains(words), "{errors}");
    }
}
