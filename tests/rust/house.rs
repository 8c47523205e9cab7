//! The house of `src/` keeps its rules: the `crate::` and `super::` paths of every file are read.
//!
//! A wing sees itself and what stands before it in `WINGS`; the engine sees `error` and `raster`
//! alone; no two files import each other, directly or around a corner.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::root;

/// In the order a photo goes; behind them the files that see every wing, and the faces.
const WINGS: [&str; 15] = [
    "error", "step", "raster", "options", "read", "find", "engine", "matte", "render", "write",
    "cutout", "pipeline", "lab", "wasm", "lib",
];
/// What the engine may see.
const ENGINE_SEES: [&str; 3] = ["error", "raster", "engine"];

/// A module or an item in it: `["find", "border", "widen"]`.
type Names = Vec<String>;

/// What a file names, and where: `src/find/border.rs:9`.
struct Import {
    place: String,
    names: Names,
}

#[test]
fn a_wing_sees_what_stands_before_it() {
    let mut wrong = vec![];
    for (file, module) in files() {
        let wing = rank(&module[0]).unwrap_or_else(|| panic!("{}: no wing", file.display()));
        for Import { place, names } in imports(&file, &module) {
            let allowed = match rank(&names[0]) {
                _ if module[0] == "engine" => ENGINE_SEES.contains(&&*names[0]),
                Some(seen) => seen <= wing,
                // What lib.rs hands on is for the faces.
                None => rank("pipeline") < Some(wing),
            };
            if !allowed {
                wrong.push(place);
            }
        }
    }
    assert!(wrong.is_empty(), "imports that run back:\n{}", wrong.join("\n"));
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let files = files();
    let modules: BTreeSet<&Names> = files.values().collect();
    let handed_on = handed_on(&files);
    let holder = |names: &Names| {
        let names = handed_on.get(names).unwrap_or(names);
        let held = modules.iter().copied().filter(|module| names.starts_with(module));
        held.max_by_key(|module| module.len())
    };
    let mut seen: BTreeMap<&Names, Vec<(&Names, String)>> = BTreeMap::new();
    for (file, module) in &files {
        for Import { place, names } in imports(file, module) {
            let Some(to) = holder(&names) else { continue };
            // A folder's face and its own files are one room.
            if !module.starts_with(to) && !to.starts_with(module) {
                seen.entry(module).or_default().push((to, place));
            }
        }
    }
    for &start in &modules {
        if let Some(way) = way(&seen, start, start, &mut BTreeSet::new()) {
            panic!("a circle:\n{}", way.join("\n"));
        }
    }
}

/// The imports that lead from one module to another.
fn way<'a>(
    seen: &BTreeMap<&'a Names, Vec<(&'a Names, String)>>,
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
        Some([vec![place.clone()], rest].concat())
    })
}

fn rank(name: &str) -> Option<usize> {
    WINGS.iter().position(|wing| *wing == name)
}

/// Every file of the library and its module; tests see everything and are left out.
fn files() -> BTreeMap<PathBuf, Names> {
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
                let module = path.strip_prefix(&source).unwrap().with_extension("");
                let names = module.iter().map(|name| name.to_str().unwrap().to_owned());
                let module = names.filter(|name| name != "mod").collect();
                files.insert(path, module);
            }
        }
    }
    files
}

/// What a folder's face hands on from its files: `raster::Image` is `raster::image::Image`.
fn handed_on(files: &BTreeMap<PathBuf, Names>) -> BTreeMap<Names, Names> {
    let mut handed_on = BTreeMap::new();
    for (file, module) in files.iter().filter(|(file, _)| file.ends_with("mod.rs")) {
        let code = code(file);
        for names in code.split("use ").skip(1).flat_map(leaves) {
            let (Some(child), Some(item)) = (names.first(), names.last()) else { continue };
            let inside = [module.clone(), vec![child.clone()]].concat();
            if names.len() > 1 && files.values().any(|other| *other == inside) {
                let item = [module.clone(), vec![item.clone()]].concat();
                handed_on.insert(item, [module.clone(), names].concat());
            }
        }
    }
    handed_on
}

/// The paths that a file names before its tests, from the crate's root on.
fn imports(file: &Path, module: &Names) -> Vec<Import> {
    let code = code(file);
    let folder = module.len() - 1;
    let mut imports = vec![];
    for (word, base) in [("crate::", &[][..]), ("super::", &module[..folder])] {
        for (at, _) in code.match_indices(word) {
            let line = code[..at].lines().count().max(1);
            let name = file.strip_prefix(root()).expect("a file of the project").display();
            for names in leaves(&code[at + word.len()..]) {
                let place = format!("{name}:{line}: {word}{}", names.join("::"));
                imports.push(Import { place, names: [base.to_vec(), names].concat() });
            }
        }
    }
    imports
}

/// A file without comments and without the tests at its end, line by line as it was.
fn code(file: &Path) -> String {
    let text = std::fs::read_to_string(file).unwrap();
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
