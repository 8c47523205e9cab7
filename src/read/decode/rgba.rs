//! In: a buffer that begins with decoded pixels of any colour type. Out: the same buffer, beginning
//! with RGBA8. One row is all that is copied.

use image::ColorType;

/// Unpacks rows of `width` pixels of type `colour` to RGBA8, `[n, width, 4]`. `pixels` holds
/// whichever of both is larger.
pub(super) fn unpack(pixels: &mut [u8], width: usize, colour: ColorType) {
    let (packed, wide) = (usize::from(colour.bytes_per_pixel()) * width, 4 * width);
    let rows = pixels.len() / packed.max(wide);
    let mut copy = vec![0; packed];
    let mut unpack_row = |row: usize| {
        copy.copy_from_slice(&pixels[row * packed..][..packed]);
        spread(&copy, colour, &mut pixels[row * wide..][..wide]);
    };
    // Rows that grow move away from the buffer's start, so the last one goes first.
    if packed < wide {
        (0..rows).rev().for_each(&mut unpack_row);
    } else {
        (0..rows).for_each(&mut unpack_row);
    }
}

fn spread(from: &[u8], colour: ColorType, to: &mut [u8]) {
    match colour {
        ColorType::L8 => each(from, to, |&[grey]| [grey, grey, grey, 255]),
        ColorType::La8 => each(from, to, |&[grey, alpha]| [grey, grey, grey, alpha]),
        ColorType::Rgb8 => each(from, to, |&[red, green, blue]| [red, green, blue, 255]),
        ColorType::Rgba8 => to.copy_from_slice(from),
        ColorType::L16 => each(from, to, |&[a, b]| {
            let grey = high([a, b]);
            [grey, grey, grey, 255]
        }),
        ColorType::La16 => each(from, to, |&[a, b, c, d]| {
            let grey = high([a, b]);
            [grey, grey, grey, high([c, d])]
        }),
        ColorType::Rgb16 => {
            each(from, to, |&[a, b, c, d, e, f]| [high([a, b]), high([c, d]), high([e, f]), 255]);
        }
        ColorType::Rgba16 => each(from, to, |&[a, b, c, d, e, f, g, h]| {
            [high([a, b]), high([c, d]), high([e, f]), high([g, h])]
        }),
        _ => unreachable!("JPEG, PNG and WebP hold integers"),
    }
}

fn each<const N: usize>(from: &[u8], to: &mut [u8], rgba: impl Fn(&[u8; N]) -> [u8; 4]) {
    for (from, to) in from.as_chunks().0.iter().zip(to.as_chunks_mut().0) {
        *to = rgba(from);
    }
}

/// 16 bits of native order as 8, rounded.
fn high(bytes: [u8; 2]) -> u8 {
    ((u32::from(u16::from_ne_bytes(bytes)) + 128) / 257) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_unpacked_in_place() {
        let wide = |values: &[u16]| values.iter().flat_map(|v| v.to_ne_bytes()).collect::<Vec<_>>();
        for (colour, two, expected) in [
            (ColorType::L8, vec![1, 2], [1, 1, 1, 255, 2, 2, 2, 255]),
            (ColorType::La8, vec![1, 9, 2, 8], [1, 1, 1, 9, 2, 2, 2, 8]),
            (ColorType::Rgb8, vec![1, 2, 3, 4, 5, 6], [1, 2, 3, 255, 4, 5, 6, 255]),
            (ColorType::Rgba8, (1..9).collect(), [1, 2, 3, 4, 5, 6, 7, 8]),
            (ColorType::L16, wide(&[385, 65535]), [1, 1, 1, 255, 255, 255, 255, 255]),
            (ColorType::La16, wide(&[386, 0, 514, 257]), [2, 2, 2, 0, 2, 2, 2, 1]),
            (ColorType::Rgb16, wide(&[257, 514, 771, 0, 257, 0]), [1, 2, 3, 255, 0, 1, 0, 255]),
            (
                ColorType::Rgba16,
                wide(&[257, 514, 771, 1028, 0, 257, 0, 514]),
                [1, 2, 3, 4, 0, 1, 0, 2],
            ),
        ] {
            let mut buffer = two.repeat(3);
            buffer.resize(buffer.len().max(3 * 8), 0);
            unpack(&mut buffer, 2, colour);
            assert_eq!(&buffer[..24], &expected.repeat(3)[..], "{colour:?}");
        }
    }
}
