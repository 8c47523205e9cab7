//! Networks of other people's shapes, as `training/ship/families.py` exports them, beside onnxruntime's
//! answers; and `--model FILE.onnx` on the command line.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use cleancut::Error;
use cleancut::engine::onnx::{Onnx, Spec};
use cleancut::raster::Input;

use crate::{fixture, fixture_path};

const SIDE: u32 = 64;

/// What the package is held to as well.
fn table() -> serde_json::Value {
    serde_json::from_slice(&crate::read(&crate::root().join("tests/onnx.json"))).unwrap()
}

/// As `families.py` draws it.
fn picture(by_brightest: bool) -> Input {
    let places = (0..SIDE).flat_map(|y| (0..SIDE).map(move |x| (x, y)));
    let values: Vec<u8> = places
        .flat_map(|(x, y)| {
            let ground = [(x * 3 + y) % 200, (y * 5) % 180, (x * y) % 150];
            let is_in = x.abs_diff(30).pow(2) + y.abs_diff(34).pow(2) < 400;
            ground.map(|value| if is_in { 255 - value / 2 } else { value } as u8)
        })
        .collect();
    assert!(!by_brightest || values.contains(&255), "nothing is left to stretch");
    Input::new(SIDE, SIDE, values)
}

fn load(name: &str, spec: &[(&str, &str)]) -> Result<Onnx, Error> {
    Onnx::load(&fixture(&format!("onnx/{name}.onnx")), Spec::parse(spec.iter().copied()).unwrap())
}

/// The share of values that are within 1/255 of `onnxruntime`'s.
fn agreement(name: &str, spec: &[(&str, &str)]) -> f64 {
    let network = load(name, spec).unwrap_or_else(|error| panic!("{name}: {error}"));
    let saliency = network.run(&picture(network.spec().by_brightest)).unwrap();
    let expected = fixture(&format!("onnx/{name}.u16"));
    let expected = expected.chunks_exact(2).map(|b| u16::from_le_bytes([b[0], b[1]]));
    let expected: Vec<f32> = expected.map(|value| f32::from(value) / 65535.0).collect();
    assert_eq!(saliency.values().len(), expected.len(), "{name}");
    let near = saliency.values().iter().zip(&expected);
    let near = near.filter(|(a, b)| (*a - *b).abs() <= 1.0 / 255.0).count();
    near as f64 / expected.len() as f64
}

#[test]
fn families_of_networks_run_as_in_onnxruntime() {
    let mut wrong = vec![];
    for row in table()["agreement"].as_array().unwrap() {
        let [name, preset] = [0, 1].map(|at| row[at].as_str().unwrap());
        let least = row[2].as_f64().unwrap();
        let share = agreement(name, &[("preset", preset), ("side", "64"), ("classes", "1")]);
        if share < least {
            wrong.push(format!("{name}: {share:.4} within 1/255, expected {least}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_file_s_own_shape_decides() {
    assert_eq!(load("isnet-13", &[("preset", "isnet")]).unwrap().size(), (64, 64));
    assert_eq!(
        load("isnet-16", &[("preset", "isnet"), ("side", "96x64")]).unwrap().size(),
        (96, 64)
    );
    let error = load("isnet-13", &[("side", "128")]).unwrap_err().to_string();
    assert!(error.contains("\"image\" is [1, 3, 64, 64]; the spec's side is 128x128"), "{error}");
    let error = load("isnet-13", &[("layout", "nhwc")]).unwrap_err().to_string();
    assert!(error.contains("it must take one picture of 3 channels"), "{error}");
}

#[test]
fn an_output_is_chosen_by_name_or_number() {
    let [first, second] = ["0", "1"].map(|output| {
        let network = load("isnet-13", &[("preset", "isnet"), ("output", output)]).unwrap();
        network.run(&picture(false)).unwrap()
    });
    assert!(first != second);
    let error = load("isnet-13", &[("output", "mask")]).unwrap_err().to_string();
    assert!(error.contains("there is no output \"mask\"; there are "), "{error}");
    let logits = load("birefnet-16", &[("preset", "birefnet-lite"), ("saliency", "plain")]);
    let error = logits.unwrap().run(&picture(false)).unwrap_err();
    assert!(error.code() == "inference" && error.to_string().contains("try saliency sigmoid"));
}

#[test]
fn a_damaged_file_is_an_error() {
    let whole = fixture("onnx/modnet-11.onnx");
    for (what, bytes) in [
        ("nothing", vec![]),
        ("half of it", whole[..whole.len() / 2].to_vec()),
        ("a picture", fixture("mug.jpg")),
        ("words", b"version https://git-lfs.github.com/spec/v1\n".to_vec()),
    ] {
        let error = Onnx::load(&bytes, Spec::default()).unwrap_err();
        assert_eq!(error.code(), "model", "{what}");
        assert!(error.to_string().contains("no ONNX file, or a damaged one"), "{what}: {error}");
    }
    for at in (0..whole.len()).step_by(whole.len() / 60) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        // Whatever becomes of it, it is no panic.
        let _ = Onnx::load(&bytes, Spec::parse([("side", "64")]).unwrap())
            .and_then(|network| network.run(&picture(false)));
    }
}

fn cleancut(words: &[&str], output: &Path) -> Output {
    let photo = fixture_path("mug.jpg");
    let mut command = Command::new(env!("CARGO_BIN_EXE_cleancut"));
    command.arg(photo).arg("-o").arg(output).args(words).output().unwrap()
}

fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("onnx");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn the_command_line_takes_any_network() {
    let folder = folder();
    let output = folder.join("cutout.png");
    let red = fixture_path("onnx/red.onnx");
    let all = |words: &[&str]| {
        let mut all = vec!["--model", red.to_str().unwrap(), "--method", "network"];
        all.extend([
            "--spec",
            "isnet",
            "--spec",
            "side=160",
            "--spec",
            "mean=0",
            "--channels",
            "alpha",
        ]);
        all.extend(words);
        let photo = fixture_path("ball.jpg");
        let mut command = Command::new(env!("CARGO_BIN_EXE_cleancut"));
        command.arg(photo).arg("-o").arg(&output).args(all).output().unwrap()
    };
    let mut masks = vec![];
    for words in [
        &[][..],
        &["--spec", "output=classes", "--spec", "saliency=softmax"],
        &["--spec", "output=1", "--spec", "saliency=argmax", "--spec", "classes=1"],
    ] {
        let done = all(words);
        assert!(done.status.success(), "{words:?}: {done:?}");
        let mask = cleancut::read::read(&crate::read(&output), 1 << 30).unwrap();
        assert_eq!((mask.width(), mask.height()), (320, 240));
        let at = |x: usize, y: usize| mask.pixels()[(y * 320 + x) * 4];
        assert_eq!([at(160, 120), at(5, 5), at(310, 230)], [255, 0, 0], "{words:?}");
        masks.push(mask);
    }
    assert!(masks[0] == masks[1], "the sigmoid of a difference is its softmax");

    let net = folder.join("net.onnx");
    let json = folder.join("net.json");
    let model = net.to_str().unwrap();
    for row in table()["refused"].as_array().unwrap() {
        let [file, words] = ["file", "words"].map(|name| row[name].as_str().unwrap());
        std::fs::copy(fixture_path(&format!("onnx/{file}.onnx")), &net).unwrap();
        std::fs::write(&json, row["spec"].to_string()).unwrap();
        let done = cleancut(&["--model", model], &output);
        let said = String::from_utf8(done.stderr).unwrap();
        assert!(!done.status.success() && said.contains(words), "{row}: {said}");
    }
    for (spec, words, wished) in [
        ("{\"side\": 64}", &["--spec", "divide=7"][..], "it takes 255, or max"),
        ("[]", &[], "net.json: it is no object"),
        ("{", &[], "net.json: EOF"),
    ] {
        std::fs::write(&json, spec).unwrap();
        let mut all = vec!["--model", model];
        all.extend(words);
        let done = cleancut(&all, &output);
        let said = String::from_utf8(done.stderr).unwrap();
        assert!(!done.status.success() && said.contains(wished), "{spec}: {said}");
    }
    let done = cleancut(&["--spec", "isnet"], &output);
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(said.contains("give --model FILE.onnx"), "{said}");
    let done = cleancut(&["--model", "missing.onnx"], &output);
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(said.contains("missing.onnx: No such file"), "{said}");
}
