//! In: wasm files. Out: for each, on a line of its own, how many of its functions hold relaxed SIMD.
//!
//! A function holds some when it is valid with that proposal and not without it.

use anyhow::{Context, Result};
use wasmparser::{Parser, ValidPayload, Validator, WasmFeatures};

fn main() -> Result<()> {
    for path in std::env::args_os().skip(1) {
        let wasm =
            std::fs::read(&path).with_context(|| format!("{} is readable", path.display()))?;
        let all = WasmFeatures::default() | WasmFeatures::RELAXED_SIMD;
        let invalid = invalid_functions(&wasm, all)?;
        anyhow::ensure!(invalid == 0, "{}: {invalid} functions are invalid", path.display());
        println!("{}", invalid_functions(&wasm, all - WasmFeatures::RELAXED_SIMD)?);
    }
    Ok(())
}

fn invalid_functions(wasm: &[u8], features: WasmFeatures) -> Result<usize> {
    let mut validator = Validator::new_with_features(features);
    let mut allocations = Default::default();
    let mut count = 0;
    for payload in Parser::new(0).parse_all(wasm) {
        if let ValidPayload::Func(function, body) = validator.payload(&payload?)? {
            let mut function = function.into_validator(allocations);
            count += usize::from(function.validate(&body).is_err());
            allocations = function.into_allocations();
        }
    }
    Ok(count)
}
