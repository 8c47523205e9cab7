//! Layers against the plainest loops that say the same, on kernels that are proved elsewhere.

use super::*;
use crate::engine::kernels::{all, select};

/// A map with a gap after every pixel, so that a layer that ignores the stride is caught.
struct Map {
    shape: Shape,
    stride: usize,
    bytes: Vec<u8>,
}

impl Map {
    fn new(h: usize, w: usize, c: usize, seed: usize) -> Self {
        let stride = c + 5;
        let value = |i: usize| ((i * 7919 + seed * 104_729) / 13 % 128) as u8;
        Self { shape: Shape::u8(h, w, c), stride, bytes: (0..h * w * stride).map(value).collect() }
    }

    fn view(&self) -> View<'_> {
        View { shape: self.shape, stride: self.stride, bytes: &self.bytes }
    }

    /// Without the gaps.
    fn dense(&self) -> Vec<u8> {
        self.bytes.chunks(self.stride).flat_map(|pixel| &pixel[..self.shape.c]).copied().collect()
    }

    /// 0 outside.
    fn at(&self, y: isize, x: isize, c: usize) -> i32 {
        let inside =
            (0..self.shape.h as isize).contains(&y) && (0..self.shape.w as isize).contains(&x);
        if !inside {
            return 0;
        }
        i32::from(self.bytes[(y as usize * self.shape.w + x as usize) * self.stride + c])
    }

    fn clamped(&self, y: isize, x: isize, c: usize) -> i32 {
        let (h, w) = (self.shape.h as isize, self.shape.w as isize);
        self.at(y.clamp(0, h - 1), x.clamp(0, w - 1), c)
    }

    /// 16 times the bilinear interpolation by 2; 0 outside.
    fn sixteenths_at(&self, y: isize, x: isize, c: usize) -> i32 {
        let inside = (0..2 * self.shape.h as isize).contains(&y)
            && (0..2 * self.shape.w as isize).contains(&x);
        if !inside {
            return 0;
        }
        let far = |o: isize| if o % 2 == 0 { o / 2 - 1 } else { o / 2 + 1 };
        let (ny, nx, fy, fx) = (y / 2, x / 2, far(y), far(x));
        9 * self.clamped(ny, nx, c)
            + 3 * self.clamped(fy, nx, c)
            + 3 * self.clamped(ny, fx, c)
            + self.clamped(fy, fx, c)
    }
}

/// Runs `layer` into a map with a gap between the pixels, and checks that the gaps stay.
fn run(layer: &dyn Layer, inputs: &[&Map]) -> (Shape, Vec<u8>) {
    let shapes: Vec<Shape> = inputs.iter().map(|input| input.shape).collect();
    let shape = layer.output(&shapes).expect("the shapes fit");
    let stride = shape.pixel_bytes() + 4;
    let mut bytes = vec![255; shape.h * shape.w * stride];
    let mut scratch = vec![-1; layer.scratch(&shapes)];
    let views: Vec<View<'_>> = inputs.iter().map(|input| input.view()).collect();
    layer.run(&views, ViewMut { shape, stride, bytes: &mut bytes }, &mut scratch);
    let (values, gaps): (Vec<_>, Vec<_>) =
        bytes.chunks(stride).map(|pixel| pixel.split_at(shape.pixel_bytes())).unzip();
    assert!(gaps.concat().iter().all(|&gap| gap == 255), "{} wrote between pixels", layer.name());
    (shape, values.concat())
}

fn weights(c_out: usize, c_in: usize) -> Weights {
    weights_of(3, c_out, c_in)
}

fn weights_of(kernel: usize, c_out: usize, c_in: usize) -> Weights {
    let values = (0..c_out * kernel.pow(2) * c_in).map(|i| ((i * 6151 / 3) % 255) as i32 - 127);
    Weights {
        kernel,
        values: values.map(|value| value as i8).collect(),
        bias: (0..c_out).map(|i| 1000 - 137 * i as i32).collect(),
        multiplier: (0..c_out).map(|i| 0.0004 + 0.0001 * i as f32).collect(),
    }
}

/// `sum(o, y, x)` of every output, requantised.
fn requantised(
    w: &Weights,
    (h, width): (usize, usize),
    sum: impl Fn(usize, isize, isize) -> i32,
    scale: f32,
) -> Vec<u8> {
    let mut out = vec![];
    for y in 0..h as isize {
        for x in 0..width as isize {
            out.extend((0..w.c_out()).map(|o| {
                let scaled = sum(o, y, x) as f32 * (w.multiplier[o] * scale);
                scaled.clamp(0.0, 127.0).round_ties_even() as u8
            }));
        }
    }
    out
}

fn weight(w: &Weights, o: usize, tap: usize, i: usize) -> i32 {
    i32::from(w.values[(o * 9 + tap) * w.c_in() + i])
}

/// Calls `each(tap, dy, dx)` for the 9 taps and adds up what it gives.
fn taps(each: impl Fn(usize, isize, isize) -> i32) -> i32 {
    (0..9).map(|tap| each(tap, tap as isize / 3 - 1, tap as isize % 3 - 1)).sum()
}

#[test]
fn conv_equals_nested_loops() {
    for kernel in all() {
        for (h, w, dilation) in
            [(1, 1, 1), (2, 3, 1), (5, 4, 1), (3, 9, 2), (5, 5, 4), (10, 10, 8), (7, 17, 1)]
        {
            let (x, weights) = (Map::new(h, w, 16, h), weights(8, 16));
            let (_, found) = run(&Conv::new(kernel, &weights, dilation, 0), &[&x]);
            let d = dilation as isize;
            let sum = |o: usize, y: isize, x_at: isize| {
                weights.bias[o]
                    + taps(|tap, dy, dx| {
                        let product =
                            |i| weight(&weights, o, tap, i) * x.at(y + d * dy, x_at + d * dx, i);
                        (0..16).map(product).sum()
                    })
            };
            let expected = requantised(&weights, (h, w), sum, 1.0);
            assert_eq!(found, expected, "{} {h}x{w} dilation {dilation}", kernel.name);
        }
    }
}

#[test]
fn conv_of_an_upsampled_map_is_exact() {
    for kernel in all() {
        for (h, w) in [(1, 1), (1, 2), (2, 1), (3, 5), (4, 9)] {
            let (low, high) = (Map::new(h, w, 8, 3), Map::new(2 * h, 2 * w, 16, 4));
            let weights = weights(16, 24);
            let (_, found) = run(&Conv::new(kernel, &weights, 1, 8), &[&low, &high]);
            let sum = |o: usize, y: isize, x: isize| {
                16 * weights.bias[o]
                    + taps(|tap, dy, dx| {
                        let (y, x) = (y + dy, x + dx);
                        let from_low = |i| weight(&weights, o, tap, i) * low.sixteenths_at(y, x, i);
                        let from_high = |i| 16 * weight(&weights, o, tap, 8 + i) * high.at(y, x, i);
                        (0..8).map(from_low).sum::<i32>() + (0..16).map(from_high).sum::<i32>()
                    })
            };
            let expected = requantised(&weights, (2 * h, 2 * w), sum, 1.0 / 16.0);
            assert_eq!(found, expected, "{} {h}x{w}", kernel.name);
        }
    }
}

#[test]
fn point_adds_the_zero_point_and_sums_channels() {
    for kernel in all() {
        for (h, w, c_in, zero) in [(1, 1, 8, 0), (3, 5, 24, 64), (40, 41, 16, 60)] {
            let (x, weights) = (Map::new(h, w, c_in, h), weights_of(1, 16, c_in));
            let layer = Point::new(kernel, &weights, zero);
            let (_, found) = run(&layer, &[&x]);
            let mut expected = vec![];
            for pixel in 0..h * w {
                let (y, x_at) = ((pixel / w) as isize, (pixel % w) as isize);
                expected.extend((0..16).map(|o| {
                    let product = |i| i32::from(weights.values[o * c_in + i]) * x.at(y, x_at, i);
                    let sum = weights.bias[o] + (0..c_in).map(product).sum::<i32>();
                    let steps = sum as f32 * weights.multiplier[o] + f32::from(zero);
                    steps.clamp(0.0, 127.0).round_ties_even() as u8
                }));
            }
            assert!(found == expected, "{} {h}x{w}", kernel.name);
            let dense = Map { stride: c_in, bytes: x.dense(), ..x };
            let mut bytes = vec![0; h * w * 16];
            let mut scratch = vec![-1; layer.scratch(&[dense.shape])];
            let shape = Shape { c: 16, ..dense.shape };
            let output = ViewMut { shape, stride: 16, bytes: &mut bytes };
            layer.run(&[dense.view()], output, &mut scratch);
            assert!(bytes == expected, "{} {h}x{w}, dense", kernel.name);
        }
    }
}

#[test]
fn depthwise_equals_nested_loops() {
    for kernel in all() {
        for (h, w, size, stride) in [
            (1, 1, 3, 1),
            (1, 1, 5, 1),
            (5, 7, 3, 1),
            (6, 9, 5, 1),
            (2, 2, 3, 2),
            (8, 10, 3, 2),
            (8, 18, 5, 2),
            (2, 2, 5, 2),
        ] {
            let (x, weights) = (Map::new(h, w, 16, h), weights_of(size, 16, 1));
            let (shape, found) = run(&Depthwise::new(kernel, &weights, stride), &[&x]);
            assert_eq!((shape.h, shape.w, shape.c), (h / stride, w / stride, 16));
            let before = (size - stride) / 2;
            let sum = |c: usize, y: isize, x_at: isize| {
                let product = |tap: usize| {
                    let y = y * stride as isize + (tap / size) as isize - before as isize;
                    let x_at = x_at * stride as isize + (tap % size) as isize - before as isize;
                    i32::from(weights.values[c * size * size + tap]) * x.at(y, x_at, c)
                };
                weights.bias[c] + (0..size * size).map(product).sum::<i32>()
            };
            let expected = requantised(&weights, (shape.h, shape.w), sum, 1.0);
            let case = format!("{} {h}x{w}, {size}x{size} at {stride}", kernel.name);
            assert_eq!(found, expected, "{case}");
        }
    }
}

#[test]
fn picture_goes_through_its_levels_and_is_padded_with_their_zero() {
    let levels: Vec<i16> = (0..3 * 256).map(|i| (i / 256 + 1) * (i % 256) - 114).collect();
    for kernel in all().into_iter().filter(|kernel| kernel.elements == Elements::Wide) {
        for (h, w, stride) in [(1, 1, 1), (3, 4, 1), (4, 7, 1), (4, 10, 2), (2, 2, 2)] {
            let (x, weights) = (Map::new(h, w, 3, 5), weights(16, 3));
            let (_, found) = run(&Picture::new(kernel, &weights, levels.clone(), stride), &[&x]);
            let from_border = stride as isize - 1;
            let sum = |o: usize, y: isize, x_at: isize| {
                weights.bias[o]
                    + taps(|tap, dy, dx| {
                        let y = y * stride as isize + from_border + dy;
                        let x_at = x_at * stride as isize + from_border + dx;
                        let inside =
                            (0..h as isize).contains(&y) && (0..w as isize).contains(&x_at);
                        let level = |i: usize| {
                            i32::from(levels[256 * i + x.at(y, x_at, i) as usize])
                                * i32::from(inside)
                        };
                        (0..3).map(|i| weight(&weights, o, tap, i) * level(i)).sum()
                    })
            };
            let expected = requantised(&weights, (h / stride, w / stride), sum, 1.0);
            assert_eq!(found, expected, "{} {h}x{w} at {stride}", kernel.name);
        }
    }
}

#[test]
fn side_equals_nested_loops() {
    let (x, weights) = (Map::new(4, 6, 8, 9), weights(1, 8));
    let (_, found) = run(&Side::new(select().narrow, &weights), &[&x]);
    for (index, found) in found.chunks_exact(4).enumerate() {
        let (y, x_at) = (index as isize / 6, index as isize % 6);
        let sum = weights.bias[0]
            + taps(|tap, dy, dx| {
                (0..8).map(|i| weight(&weights, 0, tap, i) * x.at(y + dy, x_at + dx, i)).sum()
            });
        let expected = sum as f32 * weights.multiplier[0];
        assert_eq!(found, expected.to_ne_bytes(), "at {y}, {x_at}");
    }
}

#[test]
fn upsample_rounds_half_to_even() {
    for (h, w) in [(1, 1), (1, 3), (4, 2), (5, 6)] {
        let x = Map::new(h, w, 16, h + w);
        let (shape, found) = run(&Upsample, &[&x]);
        assert_eq!((shape.h, shape.w), (2 * h, 2 * w));
        for (index, &found) in found.iter().enumerate() {
            let (pixel, c) = (index / 16, index % 16);
            let (y, x_at) = ((pixel / (2 * w)) as isize, (pixel % (2 * w)) as isize);
            let expected = (x.sixteenths_at(y, x_at, c) as f32 / 16.0).round_ties_even() as u8;
            assert_eq!(found, expected, "{h}x{w} at {y}, {x_at}, channel {c}");
        }
    }
}

#[test]
fn pool_takes_the_largest_and_rounds_sizes_up() {
    for (h, w) in [(1, 1), (2, 2), (3, 5), (4, 6)] {
        let x = Map::new(h, w, 16, w);
        let (shape, found) = run(&Pool, &[&x]);
        assert_eq!((shape.h, shape.w), (h.div_ceil(2), w.div_ceil(2)));
        for (index, &found) in found.iter().enumerate() {
            let (pixel, c) = (index / 16, index % 16);
            let (y, x_at) = ((pixel / shape.w * 2) as isize, (pixel % shape.w * 2) as isize);
            let four = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(dy, dx)| x.at(y + dy, x_at + dx, c));
            assert_eq!(i32::from(found), four.into_iter().max().expect("four"), "{h}x{w}");
        }
    }
}

#[test]
fn add_scales_each_side_and_stays_within_127_steps() {
    let (a, b) = (Map::new(3, 4, 16, 1), Map::new(3, 4, 16, 2));
    for zeros in [[0, 0, 0], [64, 60, 68]] {
        let [code_a, code_b, sum] = [0.75, 0.5, 0.375]
            .iter()
            .zip(zeros)
            .map(|(&scale, zero)| Code { scale, zero })
            .collect::<Vec<_>>()[..]
        else {
            unreachable!("three")
        };
        let (_, found) = run(&Add { inputs: [code_a, code_b], sum }, &[&a, &b]);
        for (index, &found) in found.iter().enumerate() {
            let (pixel, c) = (index / 16, index % 16);
            let (y, x) = ((pixel / 4) as isize, (pixel % 4) as isize);
            let value = |map: &Map, code: Code| {
                (map.at(y, x, c) - i32::from(code.zero)) as f32 * code.scale
            };
            let steps = ((value(&a, code_a) + value(&b, code_b)) / sum.scale).round_ties_even();
            assert_eq!(found, (steps + f32::from(sum.zero)).clamp(0.0, 127.0) as u8);
        }
        assert!(found.contains(&127), "the case reaches the limit");
        assert!(zeros[2] == 0 || found.contains(&0), "the case reaches the lower limit");
    }
}

#[test]
fn fuse_interpolates_between_centres() {
    let map = |h: usize, w: usize, values: &[f32]| {
        let bytes = values.iter().flat_map(|value| value.to_ne_bytes()).collect();
        Map { shape: Shape::f32(h, w), stride: 4, bytes }
    };
    let (fine, coarse) = (map(1, 4, &[0.0; 4]), map(1, 2, &[-1.0, 3.0]));
    let fuse = Fuse { weights: vec![1.0, 2.0], bias: 0.5, scale: 1 };
    let (_, found) = run(&fuse, &[&fine, &coarse]);
    let found: Vec<f32> =
        found.chunks_exact(4).map(|b| f32::from_ne_bytes([b[0], b[1], b[2], b[3]])).collect();
    let expected = [-1.5, 0.5, 4.5, 6.5].map(|logit: f32| 1.0 / (1.0 + (-logit).exp()));
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-6, "{found} instead of {expected}");
    }
    let alone = Fuse { weights: vec![2.0], bias: 0.5, scale: 2 };
    let (_, larger) = run(&alone, &[&map(2, 2, &[-1.0, 3.0, -1.0, 3.0])]);
    let larger = larger.chunks_exact(4).map(|b| f32::from_ne_bytes([b[0], b[1], b[2], b[3]]));
    assert_eq!(larger.collect::<Vec<_>>(), found.repeat(4));
}

#[test]
fn layers_refuse_shapes_they_were_not_made_for() {
    let kernel = select().narrow;
    let conv = Conv::new(kernel, &weights(8, 16), 1, 0);
    assert!(conv.output(&[Shape::u8(4, 4, 8)]).is_err());
    assert!(conv.output(&[Shape::f32(4, 4)]).is_err());
    assert!(conv.output(&[]).is_err());
    let both = Conv::new(kernel, &weights(8, 24), 1, 8);
    assert!(both.output(&[Shape::u8(2, 2, 8), Shape::u8(4, 4, 16)]).is_ok());
    assert!(both.output(&[Shape::u8(3, 2, 8), Shape::u8(4, 4, 16)]).is_err());
    assert!(
        Add { inputs: [Code { scale: 1.0, zero: 0 }; 2], sum: Code { scale: 1.0, zero: 0 } }
            .output(&[Shape::u8(4, 4, 8), Shape::u8(4, 2, 8)])
            .is_err()
    );
}
