//! The house of `src/` keeps its rules: the `crate::` and `super::` paths of every file are read.
//!
//! A wing sees itself and what stands before it in `WINGS`; the engine sees `error` and `raster`
//! alone; no two files import each other, directly or around a corner.

use std::collections::{BTreeMap, BTreeSet};

use super::root;

/// In the order a photo goes; behind them the files that see every wing, and the faces.
const WINGS: [&str; 16] = [
    "error", "step", "raster", "measure", "options", "read", "find", "engine", "matte", "render",
    "write", "cutout", "pipeline", "lab", "wasm", "lib",
];
/// What the engine may see.
const ENGINE_SEES: [&str; 3] = ["error", "raster", "engine"];

/// A module or an item in it: `["find", "border", "widen"]`.
type Names = Vec<String>;

/// What a module names, and where: `src/find/border.rs:9`.
struct Import {
    module: Names,
    names: Names,
    place: String,
}

#[test]
fn a_wing_sees_what_stands_before_it() {
    let wrong = out_of_order(&imports(&house()));
    assert!(wrong.is_empty(), "imports that run back:\n{}", wrong.join("\n"));
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let imports = imports(&house());
    assert!(imports.len() > 200, "{} imports were read", imports.len());
    let circle = circle(&imports).unwrap_or_default();
    assert!(circle.is_empty(), "a circle:\n{}", circle.join("\n"));
}

#[test]
fn what_breaks_the_rules_is_named_with_its_line() {
    let house = |files: &[(&str, &str)]| {
        imports(&files.iter().map(|&(file, text)| (file.into(), text.into())).collect())
    };
    let imports = house(&[
        ("engine/plan.rs", "// use crate::find::x;\nuse crate::options::Options;\n"),
        ("raster/mod.rs", "pub use image::Image;\n"),
        ("raster/image.rs", "use super::Area;\nuse crate::{\n    error::Error,\n};\n"),
        ("read/mod.rs", "use crate::raster::Image;\nmod tests {\n    use crate::wasm::x;\n}\n"),
    ]);
    assert_eq!(out_of_order(&imports), ["src/engine/plan.rs:2: options::Options"]);
    assert_eq!(circle(&imports), None);
    let imports = house(&[
        ("raster/mod.rs", "pub use image::Image;\npub use shrink::shrink;\n"),
        ("raster/image.rs", "\nuse super::shrink;\n"),
        ("raster/shrink.rs", "use super::{Area, Image};\n"),
    ]);
    let both = ["src/raster/image.rs:2: raster::shrink", "src/raster/shrink.rs:1: raster::Image"];
    assert_eq!(circle(&imports).unwrap(), both);
}

/// The library's files and their texts; tests see everything and are left out.
fn house() -> BTreeMap<String, String> {
    let source = root().join("src");
    let mut files = BTreeMap::new();
    let mut folders = vec![source.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && path != source.join("bin") {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("tests.rs")
            {
                let names = path.strip_prefix(&source).unwrap().iter();
                let names: Vec<&str> = names.map(|name| name.to_str().unwrap()).collect();
                files.insert(names.join("/"), std::fs::read_to_string(path).unwrap());
            }
        }
    }
    files
}

fn out_of_order(imports: &[Import]) -> Vec<String> {
    let rank = |name: &str| WINGS.iter().position(|wing| *wing == name);
    let runs_back = |Import { module, names, .. }: &&Import| match rank(&names[0]) {
        _ if module[0] == "engine" => !ENGINE_SEES.contains(&&*names[0]),
        Some(seen) => rank(&module[0]).is_none_or(|wing| seen > wing),
        // What lib.rs hands on is for the faces.
        None => rank(&module[0]) <= rank("pipeline"),
    };
    imports.iter().filter(runs_back).map(|import| import.place.clone()).collect()
}

/// The imports along a circle of files.
fn circle(imports: &[Import]) -> Option<Vec<String>> {
    let modules: BTreeSet<&Names> = imports.iter().map(|import| &import.module).collect();
    let mut seen: BTreeMap<&Names, Vec<(&Names, &str)>> = BTreeMap::new();
    for Import { module, names, place } in imports {
        let holds = modules.iter().filter(|holder| names.starts_with(holder));
        let Some(to) = holds.max_by_key(|holder| holder.len()) else { continue };
        // A folder's face and its own files are one room.
        if !module.starts_with(to) && !to.starts_with(module) {
            seen.entry(module).or_default().push((to, place));
        }
    }
    modules.iter().find_map(|start| way(&seen, start, start, &mut BTreeSet::new()))
}

/// The imports that lead from one module to another.
fn way<'a>(
    seen: &BTreeMap<&'a Names, Vec<(&'a Names, &str)>>,
    from: &Names,
    to: &Names,
    visited: &mut BTreeSet<&'a Names>,
) -> Option<Vec<String>> {
    seen.get(from)?.iter().find_map(|(next, place)| {
        let rest = match *next == to {
            true => vec![],
            false if visited.insert(next) => way(seen, next, to, visited)?,
            false => return None,
        };
        Some([vec![(*place).to_owned()], rest].concat())
    })
}

/// The paths that files name, from the crate's root on; what a folder's face hands on from one of its
/// files stands under that file: `raster::Image` is `raster::image::Image`.
fn imports(files: &BTreeMap<String, String>) -> Vec<Import> {
    let modules: Vec<Names> = files.keys().map(|file| module(file)).collect();
    let mut handed_on: BTreeMap<Names, Names> = BTreeMap::new();
    for (file, text) in files.iter().filter(|(file, _)| file.ends_with("mod.rs")) {
        let face = module(file);
        for names in code(text).split("use ").skip(1).flat_map(leaves) {
            let inside = [&face[..], &names].concat();
            if names.len() > 1 && modules.contains(&inside[..=face.len()].to_vec()) {
                handed_on.insert([&face[..], &names[names.len() - 1..]].concat(), inside);
            }
        }
    }
    let mut imports = vec![];
    for (file, text) in files {
        let (module, code) = (module(file), code(text));
        for (word, base) in [("crate::", &[][..]), ("super::", &module[..module.len() - 1])] {
            for (at, _) in code.match_indices(word) {
                let line = code[..at].matches('\n').count() + 1;
                for names in leaves(&code[at + word.len()..]) {
                    let names = [base, &names].concat();
                    let place = format!("src/{file}:{line}: {}", names.join("::"));
                    let names = handed_on.get(&names).unwrap_or(&names).clone();
                    imports.push(Import { module: module.clone(), names, place });
                }
            }
        }
    }
    imports
}

/// `find/border.rs` is `["find", "border"]`.
fn module(file: &str) -> Names {
    let names = file.trim_end_matches(".rs").split('/').filter(|name| *name != "mod");
    names.map(str::to_owned).collect()
}

/// A file without comments and without the tests at its end, line by line as it was.
fn code(text: &str) -> String {
    let lines = text.lines().take_while(|line| *line != "mod tests {");
    lines.map(|line| line.split("//").next().unwrap_or_default().to_owned() + "\n").collect()
}

/// `field::{Field, lerp}; ...` names `field::Field` and `field::lerp`.
fn leaves(rest: &str) -> Vec<Names> {
    let head = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
    let (head, rest) = rest.split_at(head.unwrap_or(rest.len()));
    let split = |path: &str| {
        let names = path.split("::").map(str::trim).filter(|name| !["", "self"].contains(name));
        names.map(str::to_owned).collect::<Names>()
    };
    let Some(group) = rest.strip_prefix('{') else { return vec![split(head)] };
    let group = group.split('}').next().unwrap_or_default();
    let leaves = group.split(',').filter(|leaf| !leaf.trim().is_empty());
    leaves.map(|leaf| [split(head), split(leaf)].concat()).collect()
}
