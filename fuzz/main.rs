//! libFuzzer over one of the targets, named in `CLEANCUT_FUZZ`; `fuzz/run.mjs` builds and starts it.
//! The seeds are written into the folder `CLEANCUT_SEEDS` first.

#![no_main]

mod targets;

use std::path::Path;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use targets::{TARGETS, Target};

static TARGET: LazyLock<&Target> = LazyLock::new(|| {
    let wanted = std::env::var("CLEANCUT_FUZZ").unwrap_or_default();
    TARGETS.iter().find(|target| target.name == wanted).expect("CLEANCUT_FUZZ names a target")
});

fuzz_target!(
    init: {
        let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures");
        if let Ok(folder) = std::env::var("CLEANCUT_SEEDS") {
            for (number, seed) in (TARGET.seeds)(Path::new(fixtures)).iter().enumerate() {
                let path = Path::new(&folder).join(format!("seed-{number}"));
                std::fs::write(path, seed).expect("the folder of seeds can be written");
            }
        }
    },
    |bytes: &[u8]| (TARGET.run)(bytes)
);
