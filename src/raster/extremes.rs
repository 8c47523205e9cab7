//! The larger and the smaller of two numbers, as a compare and a select.
//!
//! wasm has no instruction for `f32::max` and `f32::min`, which prefer a number to NaN: they are calls
//! of `fmaxf` and `fminf`, slow in a loop over pixels, and now and then answered wrongly by
//! WebKitGTK 2.50 (benches/record/webkit.md).

/// The larger; of a NaN first, the second.
pub(crate) fn larger(a: f32, b: f32) -> f32 {
    if b < a { a } else { b }
}

/// The smaller; of a NaN first, the second.
pub(crate) fn smaller(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}
