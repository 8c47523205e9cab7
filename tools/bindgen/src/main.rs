//! In: a cdylib built for wasm32-unknown-unknown. Out: the wasm and its ES module glue in a folder.
//!
//! The same work as the `wasm-bindgen` command with `--target web`, at the version that the
//! workspace's lock file gives to the `wasm-bindgen` crate itself.

use std::path::PathBuf;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let mut args = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(wasm), Some(out), None) = (args.next(), args.next(), args.next()) else {
        anyhow::bail!("usage: bindgen INPUT.wasm OUT_FOLDER");
    };
    Bindgen::new()
        .input_path(&wasm)
        .web(true)?
        .typescript(true)
        .reset_state_function(true)
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .out_name("cleancut")
        .generate(&out)
        .with_context(|| format!("cannot bind {}", wasm.display()))
}
