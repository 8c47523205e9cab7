//! `tests/command_line.json`, what both command lines do, asked of the native one.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Write, pipe};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::{fixture, fixture_path, read, root};

#[test]
fn the_table_of_the_command_line_holds() {
    let table: Value =
        serde_json::from_slice(&read(&root().join("tests/command_line.json"))).unwrap();
    let cases = table["cases"].as_array().unwrap();
    assert!(cases.len() > 50, "{} cases", cases.len());
    let wrong: Vec<_> = cases
        .iter()
        .enumerate()
        .filter(|(_, case)| case["only"] != "node")
        .filter_map(|(index, case)| {
            let error = run(case, &words(&table["always"]), &format!("table-{index}")).err()?;
            Some(format!("{}: {error}", case["name"]))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

fn run(case: &Value, always: &[String], name: &str) -> Result<(), String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let mut expected: BTreeMap<PathBuf, Value> = BTreeMap::new();
    for (name, what) in case["files"].as_object().into_iter().flatten() {
        put(&folder, Path::new(name), what);
        expected.insert(name.into(), what.clone());
    }
    for (name, what) in case["after"].as_object().into_iter().flatten() {
        expected.insert(name.into(), what.clone());
    }
    let stdin = case["stdin"].as_str().map_or_else(Stdio::null, given);
    let (mut said, mut printed) = (String::new(), vec![]);
    let status = {
        let mut command = command(case);
        let (stdout, stdout_end) = pipe().unwrap();
        let (stderr, stderr_end) = pipe().unwrap();
        let open = |reader, name| (!words(&case["closed"]).contains(&name)).then_some(reader);
        let (stdout, stderr) = (open(stdout, "stdout".into()), open(stderr, "stderr".into()));
        let mut child = command
            .args(always)
            .args(words(&case["args"]))
            .current_dir(&folder)
            .stdin(stdin)
            .stdout(stdout_end)
            .stderr(stderr_end)
            .spawn()
            .unwrap();
        drop(command);
        std::thread::scope(|scope| {
            scope.spawn(|| stdout.map(|mut end| end.read_to_end(&mut printed)));
            stderr.map(|mut end| end.read_to_string(&mut said));
        });
        child.wait().unwrap()
    };
    let fail = |what: String| Err(format!("{what}; it said {said:?}"));
    if status.code() != case["exit"].as_i64().map(|code| code as i32) {
        return fail(format!("it ended with {status}"));
    }
    let is_as_wished = match case["stdout"].as_str() {
        None => printed.is_empty(),
        Some(wished) => is(&printed, wished) || printed.starts_with(wished.as_bytes()),
    };
    if !is_as_wished {
        return fail(format!("it printed {} bytes", printed.len()));
    }
    if let Some(missing) = words(&case["stderr"]).iter().find(|words| !said.contains(*words)) {
        return fail(format!("it did not say {missing:?}"));
    }
    if let Some(uttered) = words(&case["silent"]).iter().find(|words| said.contains(*words)) {
        return fail(format!("it said {uttered:?}"));
    }
    let found = list(&folder, Path::new(""));
    let known: Vec<_> = expected.keys().cloned().collect();
    let known = with_parents(known);
    if found != known {
        return fail(format!("there is {found:?}, expected {known:?}"));
    }
    match expected.iter().find(|(name, what)| !holds(&folder.join(name), what)) {
        Some((name, what)) => fail(format!("{} is not {what}", name.display())),
        None => Ok(()),
    }
}

/// What stands in the pipe: a text behind `=`, or a fixture.
fn given(stdin: &str) -> Stdio {
    let Some(text) = stdin.strip_prefix('=') else {
        return File::open(fixture_path(stdin)).unwrap().into();
    };
    let (end, mut writer) = pipe().unwrap();
    writer.write_all(text.as_bytes()).unwrap();
    end.into()
}

/// The binary; where files are limited, from a shell that sets the limit.
fn command(case: &Value) -> Command {
    let binary = env!("CARGO_BIN_EXE_cleancut");
    let Some(limit) = case["limit"].as_u64() else { return Command::new(binary) };
    let mut shell = Command::new("sh");
    let script = format!("trap '' XFSZ; ulimit -f {limit}; exec \"$0\" \"$@\"");
    shell.args(["-c", &script, binary]);
    shell
}

fn put(folder: &Path, name: &Path, what: &Value) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    match what.as_str() {
        None => fs::create_dir_all(path).unwrap(),
        Some(what) => match (what.strip_prefix('='), what.strip_prefix("->")) {
            (Some(text), _) => fs::write(path, text).unwrap(),
            (_, Some(target)) => std::os::unix::fs::symlink(target, path).unwrap(),
            _ => fs::write(path, fixture(what)).unwrap(),
        },
    }
}

/// Whether the file at `path` is what the table says.
fn holds(path: &Path, what: &Value) -> bool {
    let Some(what) = what.as_str() else { return path.is_dir() };
    if let Some(target) = what.strip_prefix("->") {
        return fs::read_link(path).is_ok_and(|link| link == Path::new(target));
    }
    let bytes = read(path);
    match what.strip_prefix('=') {
        Some(text) => bytes == text.as_bytes(),
        None => is(&bytes, what) || (what.contains('.') && bytes == fixture(what)),
    }
}

fn is(bytes: &[u8], format: &str) -> bool {
    match format {
        "png" => bytes.starts_with(b"\x89PNG"),
        "webp" => bytes.starts_with(b"RIFF"),
        "jpeg" => bytes.starts_with(b"\xff\xd8"),
        // The ball's 320 x 240 px.
        "raw" => bytes.len() == 320 * 240 * 4,
        _ => false,
    }
}

/// Everything below `folder`, by name.
fn list(folder: &Path, below: &Path) -> Vec<PathBuf> {
    let mut names = vec![];
    for entry in fs::read_dir(folder.join(below)).unwrap() {
        let entry = entry.unwrap();
        let name = below.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            names.extend(list(folder, &name));
        }
        names.push(name);
    }
    names.sort();
    names
}

fn with_parents(names: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> =
        names.iter().flat_map(|name| name.ancestors()).map(Path::to_owned).collect();
    all.retain(|name| !name.as_os_str().is_empty());
    all.sort();
    all.dedup();
    all
}

fn words(list: &Value) -> Vec<String> {
    let words = list.as_array().into_iter().flatten();
    words.map(|word| word.as_str().unwrap().to_owned()).collect()
}
