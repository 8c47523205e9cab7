//! The shipped networks, from their ONNX files to a saliency.

use super::kernels::{Kernels, all};
use super::layers::{Add, Code, Shape, Weights};
use super::plan::{Kind, Node};
use super::*;
use crate::find::preprocess::preprocess;
use crate::raster::{Image, View};

const BASE: &[u8] = include_bytes!(concat!("../../models/", env!("CLEANCUT_BASE_ONNX")));
const SMALL: &[u8] = include_bytes!(concat!("../../models/", env!("CLEANCUT_SMALL_ONNX")));

/// A disc on a gradient.
fn picture(side: u32) -> Input {
    let at = |i: u32| (i % 97, i / 97);
    let pixels = (0..97 * 80).flat_map(|i| {
        let (x, y) = at(i);
        let inside = x.abs_diff(48).pow(2) + y.abs_diff(40).pow(2) < 900;
        if inside { [200, 60, 40, 255] } else { [x as u8, 2 * y as u8, 120, 255] }
    });
    preprocess(&Image::new(97, 80, pixels.collect()), View::square(side))
}

fn reason<T: std::fmt::Debug>(result: Result<T>) -> String {
    match result {
        Err(Error::Model { reason }) => reason,
        other => panic!("expected Error::Model, got {other:?}"),
    }
}

fn plan_of(onnx: &[u8]) -> Plan {
    lower::lower(onnx).expect("the shipped model can be lowered").0
}

fn plan() -> Plan {
    plan_of(SMALL)
}

#[test]
fn plan_and_onnx_give_the_same_saliency() {
    for onnx in [BASE, SMALL] {
        let bytes = lower(onnx).expect("the shipped model can be lowered").plan;
        assert_eq!(Plan::read(&bytes), Ok(plan_of(onnx)));
        let input = picture(160);
        let [from_onnx, from_plan] = [onnx, &bytes[..]].map(|bytes| {
            let engine = Engine::load(bytes).expect("loads");
            assert_eq!(*engine.source(), lower::sha256(onnx));
            engine.run(&input).expect("runs")
        });
        assert_eq!(from_onnx, from_plan);
        let (low, high) = from_plan
            .values()
            .iter()
            .fold((1f32, 0f32), |(low, high), &value| (low.min(value), high.max(value)));
        assert!(low < high && low >= 0.0 && high <= 1.0, "a flat saliency of {low} to {high}");
    }
}

#[test]
fn every_kernel_gives_the_same_saliency() {
    let kernels = all();
    let wide: Vec<_> = kernels.iter().filter(|k| k.elements == kernels::Elements::Wide).collect();
    for onnx in [BASE, SMALL] {
        let (plan, input) = (plan_of(onnx), picture(160));
        let run = |index: usize| {
            let kernels = Kernels { narrow: kernels[index], wide: wide[index % wide.len()] };
            let ready = Ready::new(&Layers::new(&plan, kernels), 160);
            ready.and_then(|mut ready| ready.run(input.values())).expect("runs")
        };
        let expected = run(0);
        for (index, kernel) in kernels.iter().enumerate().skip(1) {
            assert!(run(index) == expected, "{} differs from {}", kernel.name, kernels[0].name);
        }
    }
}

#[test]
fn other_sizes_are_refused() {
    let engine = Engine::load(SMALL).expect("loads");
    for side in [32, 128, 200, 672] {
        let refused = engine.run(&picture(side));
        assert!(matches!(refused, Err(Error::Inference { .. })), "{side}: {refused:?}");
    }
}

/// Where the saliency of the mug is above a half, on a grid of 32 by 32.
fn mug(engine: &Engine, side: u32) -> Vec<bool> {
    let photo = include_bytes!("../../tests/fixtures/mug.jpg");
    let photo = crate::read::read(photo, crate::options::MAX_PIXELS).expect("decodes");
    let saliency = engine.run(&preprocess(&photo, View::square(side))).expect("runs");
    assert_eq!(saliency.side(), side);
    let cell = side / 32;
    let mean = |i: u32| {
        let at = |j: u32| (i / 32 * cell + j / cell) * side + i % 32 * cell + j % cell;
        (0..cell * cell).map(|j| saliency.values()[at(j) as usize]).sum::<f32>()
            / (cell * cell) as f32
    };
    (0..32 * 32).map(|i| mean(i) > 0.5).collect()
}

/// One engine, so that every run but the first follows one of another size.
#[test]
fn one_plan_finds_the_mug_at_every_size() {
    for onnx in [BASE, SMALL] {
        let engine = Engine::load(onnx).expect("loads");
        let expected = mug(&engine, 320);
        for side in [160, 224, 416, 640, 320] {
            let found = mug(&engine, side);
            let count = |is: fn((bool, bool)) -> bool| {
                expected.iter().copied().zip(found.iter().copied()).filter(|&pair| is(pair)).count()
            };
            let (both, any) = (count(|(a, b)| a && b), count(|(a, b)| a || b));
            println!("{side} px: {both} of {any} cells");
            assert!(any > 100 && both * 10 > any * 7, "{side} px: {both} of {any} cells");
            assert!(side != 320 || both == any, "the second run at 320 px differs from the first");
        }
    }
}

#[test]
fn memory_grows_with_the_area_and_stays_below_48_mb_at_320() {
    for onnx in [BASE, SMALL] {
        let layers = Layers::new(&plan_of(onnx), kernels::select());
        for side in [160, 224, 320, 416, 640] {
            let bytes = Ready::new(&layers, side).expect("ready").memory_bytes();
            println!("{side} px: {bytes} bytes");
            let per_pixel = bytes as f64 / (side * side) as f64;
            assert!(per_pixel * 320.0 * 320.0 < 48e6, "{side} px: {per_pixel} bytes per pixel");
        }
    }
}

#[test]
fn a_truncated_plan_is_an_error() {
    let bytes = plan().write();
    for length in (0..200).chain((200..bytes.len()).step_by(9973)).chain([bytes.len() - 1]) {
        reason(Plan::read(&bytes[..length]));
    }
    let longer = [&bytes[..], &[0]].concat();
    assert!(reason(Plan::read(&longer)).contains("bytes of"));
}

#[test]
fn a_damaged_plan_is_an_error() {
    let bytes = plan().write();
    for at in (0..100).chain((100..bytes.len()).step_by(9973)) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        reason(Plan::read(&damaged));
    }
}

/// What a checksum cannot catch: a file that was written wrong.
#[test]
fn a_plan_that_makes_no_sense_is_an_error() {
    let source = model_source();
    let node = |kind, inputs: &[usize]| Node { kind, inputs: inputs.to_vec() };
    let sized = |kernel: usize, c_out: usize, c_in: usize| Weights {
        kernel,
        values: vec![1; c_out * kernel.pow(2) * c_in],
        bias: vec![0; c_out],
        multiplier: vec![0.01; c_out],
    };
    let weights = |c_out, c_in| sized(3, c_out, c_in);
    let picture = |c_out, c_in| Kind::Picture {
        levels: vec![0; 768],
        weights: weights(c_out, c_in),
        stride: 1,
    };
    let point = |c_out, c_in, zero| Kind::Point { weights: sized(1, c_out, c_in), zero };
    let depthwise =
        |kernel, c, c_in, stride| Kind::Depthwise { weights: sized(kernel, c, c_in), stride };
    let code = |scale| Code { scale, zero: 0 };
    let add = |scale| Kind::Add(Add { inputs: [code(1.0); 2], sum: code(scale) });
    let conv =
        |c_out, c_in, c_low| Kind::Conv { weights: weights(c_out, c_in), dilation: 1, c_low };
    let nonsense = [
        vec![node(picture(16, 4), &[0])],
        vec![node(picture(12, 3), &[0])],
        vec![node(picture(16, 3), &[0]), node(conv(16, 12, 0), &[1])],
        vec![node(picture(16, 3), &[0]), node(conv(16, 16, 8), &[1, 1])],
        vec![node(picture(16, 3), &[0]), node(Kind::Side { weights: weights(8, 16) }, &[1])],
        vec![node(picture(16, 3), &[0]), node(Kind::Upsample, &[1])],
        vec![node(picture(16, 3), &[0])],
        vec![],
        vec![node(Kind::Pool, &[0])],
        vec![node(Kind::Upsample, &[])],
        vec![node(Kind::Concat, &[0, 0])],
        vec![node(add(1.0), &[0])],
        vec![node(picture(16, 3), &[0]), node(point(16, 12, 0), &[1])],
        vec![node(picture(16, 3), &[0]), node(point(12, 16, 0), &[1])],
        vec![node(picture(16, 3), &[0]), node(point(16, 16, 128), &[1])],
        vec![node(picture(16, 3), &[0]), node(point(16, 24, 0), &[1])],
        vec![node(picture(16, 3), &[0]), node(depthwise(4, 16, 1, 1), &[1])],
        vec![node(picture(16, 3), &[0]), node(depthwise(7, 16, 1, 1), &[1])],
        vec![node(picture(16, 3), &[0]), node(depthwise(3, 16, 2, 1), &[1])],
        vec![node(picture(16, 3), &[0]), node(depthwise(3, 16, 1, 3), &[1])],
        vec![node(picture(16, 3), &[0]), node(depthwise(3, 8, 1, 1), &[1])],
    ];
    for nodes in nonsense {
        let plan = Plan { source, nodes };
        let read = Plan::read(&plan.write());
        let loaded = read.and_then(|plan| Engine::new(&plan));
        assert!(matches!(loaded, Err(Error::Model { .. })), "{plan:?} loads");
    }
    let backwards = Plan { source, nodes: vec![node(Kind::Pool, &[1])] };
    assert!(reason(Plan::read(&backwards.write())).starts_with("input is 1"));
    let infinite = Plan { source, nodes: vec![node(add(f32::INFINITY), &[0, 0])] };
    assert_eq!(reason(Plan::read(&infinite.write())), "a number of the plan is not finite");
    let huge = Plan { source, nodes: vec![node(picture(4096, 3), &[0])] };
    assert!(reason(Engine::new(&huge)).contains("the limit is 268435456"));
    let long = Plan { source, nodes: (0..1025).map(|at| node(Kind::Pool, &[at])).collect() };
    assert_eq!(reason(Plan::read(&long.write())), "nodes is 1025; the limit is 1024");
}

fn model_source() -> [u8; 32] {
    plan().source
}

#[test]
fn what_is_no_model_is_refused() {
    assert!(Engine::load(b"").is_err());
    assert!(Engine::load(&SMALL[..SMALL.len() / 2]).is_err());
}

#[test]
fn shapes_are_bytes_per_pixel() {
    assert_eq!(Shape::u8(2, 3, 16).pixel_bytes(), 16);
    assert_eq!(Shape::f32(2, 3).pixel_bytes(), 4);
}
