//! A minute of `fuzz/` without its coverage: what was found once, then mutations of the seeds, the same
//! at every run. What fails is left in `tests/diffs/`.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use crate::root;

#[path = "../../fuzz/targets.rs"]
mod targets;

fn fuzz(name: &str, executions: usize) {
    let target = targets::TARGETS.iter().find(|target| target.name == name).unwrap();
    let seeds = (target.seeds)(&root().join("tests/fixtures"));
    let found = std::fs::read_dir(root().join("fuzz/found").join(name)).into_iter().flatten();
    let found = found.map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mutants = (0..executions).map(|at| mutant(&seeds, at, &mut random));
    for input in found.chain(seeds.iter().cloned()).chain(mutants) {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| (target.run)(&input))) {
            let path = root().join("tests/diffs").join(format!("fuzz-{name}"));
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &input).unwrap();
            eprintln!("{} bytes fail; they lie in {}", input.len(), path.display());
            resume_unwind(panic);
        }
    }
}

fn mutant(seeds: &[Vec<u8>], at: usize, random: &mut Random) -> Vec<u8> {
    let mut bytes = seeds[at % seeds.len()].clone();
    for _ in 0..=random.below(4) {
        if bytes.is_empty() {
            return bytes;
        }
        let place = random.below(bytes.len());
        let end = place + random.below((bytes.len() - place).min(32)) + 1;
        match random.below(7) {
            0 => bytes[place] ^= 1 << random.below(8),
            1 => bytes[place] = random.below(256) as u8,
            2 => bytes[place..end].fill([0, 0xff, 0x7f, 0x80][random.below(4)]),
            3 => bytes.truncate(place),
            4 => drop(bytes.drain(place..end)),
            5 => {
                let copy = bytes[place..end].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, copy);
            }
            _ => {
                let other = &seeds[random.below(seeds.len())];
                let from = random.below(other.len().max(1)).min(other.len());
                bytes.splice(place.., other[from..].iter().copied());
            }
        }
    }
    bytes
}

/// xorshift64 (Marsaglia 2003).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

#[test]
fn jpegs_are_read_or_refused() {
    fuzz("jpeg", 6000);
}

#[test]
fn pngs_are_read_or_refused() {
    fuzz("png", 6000);
}

#[test]
fn webps_are_read_or_refused() {
    fuzz("webp", 6000);
}

#[test]
fn colours_and_orientations_are_heard_or_not() {
    fuzz("colours", 6000);
}

#[test]
fn plans_are_read_or_refused() {
    fuzz("plan", 600);
}

#[test]
fn words_are_taken_or_refused() {
    fuzz("options", 4000);
}

#[test]
fn strokes_of_any_numbers_are_painted() {
    fuzz("strokes", 4000);
}

#[test]
fn photos_with_any_words_are_cut_out_or_refused() {
    fuzz("remove", 100);
}
