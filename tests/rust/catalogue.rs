//! Many photos through the `cleancut` binary: in threads, killed, stopped, gone on with.
//!
//! The method is `studio`, which takes milliseconds; which photo is cut out how is no matter here.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::fixture_path;

/// A folder of photos and what is done with it.
struct Catalogue {
    root: PathBuf,
}

impl Catalogue {
    /// `photos/`, in it `count` photos in ten folders, of two contents.
    fn new(name: &str, count: usize) -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("catalogue-{name}"));
        let _ = fs::remove_dir_all(&root);
        let contents = ["ball.jpg", "rgba.png"].map(|name| fs::read(fixture_path(name)).unwrap());
        for index in 0..count {
            let folder = root.join(format!("photos/{}", index % 10));
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(format!("{index:04}.jpg")), &contents[index % 3 % 2]).unwrap();
        }
        Self { root }
    }

    fn command(&self, output: &str, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cleancut"));
        command.args(["photos", "-r", "--method", "studio", "-o", output]).args(words);
        command.current_dir(&self.root).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, output: &str, words: &[&str]) -> Output {
        self.command(output, words).output().unwrap()
    }

    /// What lies below `folder`, by name, but for the journal.
    fn files(&self, folder: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        let (root, mut files) = (self.root.join(folder), BTreeMap::new());
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if !path.ends_with(".cleancut-journal") {
                    let name = path.strip_prefix(&root).unwrap().to_owned();
                    files.insert(name, fs::read(path).unwrap());
                }
            }
        }
        files
    }

    /// The lines of a report without what depends on the clock.
    fn report(&self, name: &str) -> Vec<Value> {
        let text = fs::read_to_string(self.root.join(name)).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        let timeless = |mut line: Value| {
            assert!(line["milliseconds"].take().as_f64() >= Some(0.0));
            line["output"].take();
            line
        };
        lines.map(timeless).collect()
    }
}

fn said(done: &Output) -> String {
    String::from_utf8(done.stderr.clone()).unwrap()
}

fn is_part(name: &Path) -> bool {
    name.extension().is_some_and(|end| end == "part")
}

/// A number below `limit` that nobody knows before.
fn dice(limit: u64) -> u64 {
    RandomState::new().hash_one(0) % limit
}

#[test]
fn neither_files_nor_their_order_depend_on_the_jobs() {
    let catalogue = Catalogue::new("jobs", 60);
    fs::write(catalogue.root.join("photos/3/0013.jpg"), "no photo").unwrap();
    let one = catalogue.run("one", &["-j", "1", "--report", "one.jsonl", "--timings"]);
    let five = catalogue.run("five", &["-j", "5", "--report", "five.jsonl", "--timings"]);
    let order = |done: &Output| -> Vec<String> {
        said(done).lines().map(|line| line.rsplit("  ").next().unwrap().to_owned()).collect()
    };
    assert_eq!((one.status.code(), five.status.code()), (Some(1), Some(1)));
    assert_eq!(order(&one), order(&five));
    assert!(catalogue.files("one") == catalogue.files("five"));
    assert_eq!(catalogue.files("one").len(), 59);
    let report = catalogue.report("one.jsonl");
    assert_eq!(report, catalogue.report("five.jsonl"));
    assert_eq!(report.len(), 60);
    let bad = report.iter().find(|line| line["photo"] == "photos/3/0013.jpg").unwrap();
    assert_eq!(bad["error"], "unsupported-format");
    let good = report.iter().find(|line| line["photo"] == "photos/0/0000.jpg").unwrap();
    assert!(
        good["confidence"].as_f64() > Some(0.8) && good["box"][2].as_u64() > Some(100),
        "{good}"
    );
    assert!(!catalogue.root.join("one/.cleancut-journal").exists(), "the run is over");
}

#[test]
fn killed_at_twenty_moments_and_gone_on_with_all_is_as_if_never_killed() {
    let catalogue = Catalogue::new("killed", 150);
    assert!(catalogue.run("whole", &[]).status.success());
    let whole = catalogue.files("whole");
    let resume = ["--resume", "--report", "report.jsonl", "-j", "3"];
    let mut kills = 0;
    while kills < 20 {
        let mut child = catalogue.command("killed", &resume).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(dice(120)));
        let was_alive = child.try_wait().unwrap().is_none();
        child.kill().unwrap();
        child.wait().unwrap();
        if !catalogue.root.join("killed").exists() {
            continue;
        }
        for (name, bytes) in catalogue.files("killed").iter().filter(|(name, _)| !is_part(name)) {
            assert!(whole.get(name) == Some(bytes), "{} is partial", name.display());
        }
        if was_alive {
            kills += 1;
        } else {
            fs::remove_dir_all(catalogue.root.join("killed")).unwrap();
        }
    }
    let done = catalogue.run("killed", &resume);
    assert!(done.status.success(), "{done:?}");
    assert!(catalogue.files("killed") == whole);
    let names: Vec<_> =
        catalogue.report("report.jsonl").into_iter().map(|line| line["photo"].clone()).collect();
    assert_eq!(names.len(), 150);
    assert_eq!(names.iter().map(Value::to_string).collect::<HashSet<_>>().len(), 150);

    let again = catalogue.run("killed", &resume);
    assert!(said(&again).contains("150 of 150 photos were finished before"), "{again:?}");
}

#[test]
fn only_what_is_whole_and_was_made_the_same_way_is_left() {
    let catalogue = Catalogue::new("left", 12);
    // One after another, so that the journal ends with the photo that is changed last.
    let kept = |words: &[&str]| {
        let done = catalogue.run("out", &[&["--resume", "--jobs", "1"], words].concat());
        assert!(done.status.success(), "{done:?}");
        let said = said(&done);
        let line =
            said.lines().find_map(|line| line.strip_suffix(" of 12 photos were finished before"));
        line.map_or(0, |line| line.trim_start_matches("cleancut: ").parse::<usize>().unwrap())
    };
    assert_eq!(kept(&[]), 0);
    assert_eq!(kept(&[]), 12);
    let at = |name: &str| catalogue.root.join(name);
    let cutout = fs::read(at("out/3/0003.png")).unwrap();
    fs::write(at("out/3/0003.png"), &cutout[..100]).unwrap();
    fs::remove_file(at("out/4/0004.png")).unwrap();
    fs::copy(fixture_path("ball.jpg"), at("photos/5/0005.jpg")).unwrap();
    assert_eq!(kept(&[]), 9);
    assert!(fs::read(at("out/3/0003.png")).unwrap() == cutout);
    let journal = fs::read(at("out/.cleancut-journal")).unwrap();
    fs::write(at("out/.cleancut-journal"), &journal[..journal.len() - 9]).unwrap();
    assert_eq!(kept(&[]), 11, "a line that was cut off counts for nothing");
    assert_eq!(kept(&[]), 12);
    assert_eq!(kept(&["--refine", "off"]), 0);
    assert_eq!(kept(&[]), 0);
    let network = ["--method", "auto", "--input-size", "160"];
    let doubtful = [&network[..], &["--min-confidence", "1", "--review", "look"]].concat();
    assert_eq!(kept(&doubtful), 0);
    assert_eq!(kept(&doubtful), 12);
    assert_eq!(catalogue.files("look").len(), 8, "the others' own alpha is beyond doubt");
}

#[test]
fn one_run_at_a_time_writes_into_a_folder() {
    let catalogue = Catalogue::new("lock", 2);
    fs::create_dir(catalogue.root.join("out")).unwrap();
    let journal = fs::File::create(catalogue.root.join("out/.cleancut-journal")).unwrap();
    journal.lock().unwrap();
    let done = catalogue.run("out", &[]);
    assert_eq!(done.status.code(), Some(2));
    assert!(said(&done).contains("another run is writing into out"), "{done:?}");
    drop(journal);
    assert!(catalogue.run("out", &[]).status.success());
}

/// A run whose report has lines already.
fn begun(catalogue: &Catalogue, words: &[&str]) -> Child {
    let child = catalogue.command("out", &[&["--report", "report.jsonl"], words].concat()).spawn();
    while fs::read(catalogue.root.join("report.jsonl")).map_or(0, |lines| lines.len()) == 0 {
        std::thread::yield_now();
    }
    child.unwrap()
}

#[test]
#[cfg(unix)]
fn ctrl_c_ends_after_the_photos_under_way_and_says_how_to_go_on() {
    let catalogue = Catalogue::new("stopped", 400);
    let child = begun(&catalogue, &[]);
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let done = child.wait_with_output().unwrap();
    let said = said(&done);
    assert_eq!(done.status.code(), Some(1), "{said}");
    assert!(said.contains("of 400 photos; the same command with --resume goes on"), "{said}");
    assert!(!catalogue.files("out").keys().any(|name| is_part(name)));
    assert!(catalogue.run("out", &["--resume"]).status.success());
    assert_eq!(catalogue.files("out").len(), 400);
}

#[test]
#[cfg(target_os = "linux")]
fn a_thousand_photos_take_no_more_memory_than_a_hundred() {
    let catalogue = Catalogue::new("memory", 1000);
    let mut child = begun(&catalogue, &["--memory", "500M"]);
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let mut peaks_kb: Vec<(usize, u64)> = vec![];
    while child.try_wait().unwrap().is_none() {
        let lines = fs::read(catalogue.root.join("report.jsonl")).unwrap();
        let photos = lines.iter().filter(|&&byte| byte == b'\n').count();
        let Ok(text) = fs::read_to_string(&status) else { break };
        let peak = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.and_then(|peak| peak.trim().strip_suffix(" kB")?.parse().ok());
        peaks_kb.extend(peak.map(|peak| (photos, peak)));
        std::thread::sleep(Duration::from_millis(50));
    }
    let mut errors = String::new();
    child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
    assert!(child.wait().unwrap().success(), "{errors}");
    let early = peaks_kb.iter().find(|(photos, _)| *photos >= 100).unwrap();
    let late = peaks_kb.last().unwrap();
    assert!(late.0 > 800, "{late:?} was the last look");
    assert!(late.1 < early.1 + 8_000, "{early:?} to {late:?}, photos and kB");
}
