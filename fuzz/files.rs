//! Files around bytes that are fuzzed: with the checksums that a reader wants to see, and small.

use std::path::Path;

const SIGNATURE: &[u8; 8] = b"\x89PNG\r\n\x1a\n";

/// `bytes` with every chunk's CRC made right, as far as they are a PNG.
pub(crate) fn with_right_sums(bytes: &[u8]) -> Vec<u8> {
    let mut file = bytes.to_vec();
    let mut at = SIGNATURE.len();
    while let Some(length) = file.get(at..at + 4) {
        let length = u32::from_be_bytes(length.try_into().expect("4 bytes")) as usize;
        let Some(said) = at.checked_add(8 + length).and_then(|end| file.get(at + 4..end)) else {
            break;
        };
        let sum = crc(said).to_be_bytes();
        at += 8 + length;
        let Some(place) = file.get_mut(at..at + 4) else { break };
        place.copy_from_slice(&sum);
        at += 4;
    }
    file
}

/// CRC-32 of PNG, annex D.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let said = [name.as_slice(), data].concat();
    [&(data.len() as u32).to_be_bytes(), said.as_slice(), &crc(&said).to_be_bytes()].concat()
}

/// zlib without compression.
fn stored(data: &[u8]) -> Vec<u8> {
    let (a, b) = data.iter().fold((1, 0), |(a, b), &byte| {
        let a = (a + u32::from(byte)) % 65521;
        (a, (b + a) % 65521)
    });
    let length = u16::try_from(data.len()).unwrap_or(u16::MAX);
    let data = &data[..usize::from(length)];
    let block = [&length.to_le_bytes(), &(!length).to_le_bytes(), data].concat();
    [b"\x78\x01\x01", block.as_slice(), &(b << 16 | a).to_be_bytes()].concat()
}

/// The first byte says what the rest is: the payload of which chunk of a PNG, or of which marker of a
/// JPEG. `None` where there is nothing to say.
pub(crate) fn photo_that_says(bytes: &[u8]) -> Option<Vec<u8>> {
    const JPEG: &[u8] = include_bytes!("../tests/fixtures/grey.jpg");
    let (&kind, said) = bytes.split_first()?;
    let chunks = match kind % 10 {
        0 => chunk(b"iCCP", &[b"p\0\0".as_slice(), &stored(said)].concat()),
        1 => [chunk(b"cICP", said.get(..4)?), chunk(b"cLLI", &said[4..])].concat(),
        2 => chunk(b"gAMA", said),
        3 => [chunk(b"gAMA", said.get(..4)?), chunk(b"cHRM", &said[4..])].concat(),
        4 => chunk(b"eXIf", said),
        5 => chunk(b"sRGB", said),
        6 => return Some(with_marker(JPEG, 0xe1, b"Exif\0\0", said)),
        7 => return Some(with_marker(JPEG, 0xe2, b"ICC_PROFILE\0\x01\x01", said)),
        8 => return Some(with_marker(JPEG, 0xee, b"Adobe", said)),
        _ => return Some(with_marker(JPEG, 0xe1, b"", said)),
    };
    let grey = if kind >= 128 { 0 } else { 2 };
    let header = [0, 0, 0, 2, 0, 0, 0, 2, 8, grey, 0, 0, 0];
    let row = if grey == 0 { 3 } else { 7 };
    let pixels: Vec<u8> = (0..2 * row)
        .map(|at: u8| if at.is_multiple_of(row) { 0 } else { at.wrapping_mul(31) })
        .collect();
    let file = [
        SIGNATURE.as_slice(),
        &chunk(b"IHDR", &header),
        &chunks,
        &chunk(b"IDAT", &stored(&pixels)),
        &chunk(b"IEND", b""),
    ];
    Some(file.concat())
}

fn with_marker(jpeg: &[u8], marker: u8, name: &[u8], said: &[u8]) -> Vec<u8> {
    let said = &said[..said.len().min(60_000)];
    let length = (2 + name.len() + said.len()) as u16;
    [&jpeg[..2], &[0xff, marker], &length.to_be_bytes(), name, said, &jpeg[2..]].concat()
}

/// What the fixtures say.
pub(crate) fn sayings(folder: &Path) -> Vec<Vec<u8>> {
    let exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".as_slice();
    let chrm = [31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000_u32];
    let chrm = chrm.iter().flat_map(|place| place.to_be_bytes());
    let gama = 45455_u32.to_be_bytes();
    let profile = |name: &str| {
        let file = std::fs::read(folder.join(name)).expect("a fixture can be read");
        let start =
            file.windows(14).position(|at| at.starts_with(b"ICC_PROFILE\0")).expect("a profile");
        let length = u16::from_be_bytes([file[start - 2], file[start - 1]]) as usize;
        file[start + 14..start - 2 + length].to_vec()
    };
    let profiles = ["adobe-rgb.jpg", "display-p3.jpg", "grey-profile.jpg"].map(profile);
    let mut sayings = vec![
        [b"\x01".as_slice(), &[12, 13, 0, 1]].concat(),
        [b"\x01".as_slice(), &[9, 16, 0, 1, 0, 0x98, 0x96, 0x80, 0, 0, 0, 0]].concat(),
        [b"\x01".as_slice(), &[9, 18, 0, 1]].concat(),
        [b"\x02".as_slice(), &gama].concat(),
        [b"\x03".as_slice(), &gama, &chrm.collect::<Vec<u8>>()].concat(),
        [b"\x04".as_slice(), exif].concat(),
        vec![5, 0],
        [b"\x06".as_slice(), exif].concat(),
        b"\x08\0\x64\0\0\0\0\x01".to_vec(),
    ];
    for profile in &profiles {
        sayings.extend([0, 7, 130].map(|kind| [&[kind], profile.as_slice()].concat()));
    }
    sayings
}

/// A plan around `rest`, everything behind its checksum.
pub(crate) fn plan(rest: &[u8]) -> Vec<u8> {
    let (words, left) = rest.as_chunks::<8>();
    let mut last = [0; 8];
    last[..left.len()].copy_from_slice(left);
    let sum = words.iter().chain([&last]).fold(0xcbf2_9ce4_8422_2325_u64, |hash, &word| {
        (hash ^ u64::from_le_bytes(word)).wrapping_mul(0x0100_0000_01b3)
    });
    let length = (rest.len() as u32).to_le_bytes();
    [b"cleancut\x05\0\0\0".as_slice(), &length, &sum.to_le_bytes(), rest].concat()
}

/// Networks of every kind of layer, 8 channels wide.
pub(crate) fn plans() -> Vec<Vec<u8>> {
    let u32s = |numbers: &[u32]| numbers.iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<u8>>();
    let node = |kind: u8, inputs: &[u32], more: Vec<u8>| {
        [vec![kind, inputs.len() as u8], u32s(inputs), more].concat()
    };
    let weights = |c_out: u32, c_in: u32, kernel: u32| {
        let values: Vec<u8> =
            (0..c_out * c_in * kernel * kernel).map(|at| at as u8 % 127).collect();
        let multipliers = vec![0x3a80_0000; c_out as usize];
        [u32s(&[c_out, c_in]), values, u32s(&vec![1; c_out as usize]), u32s(&multipliers)].concat()
    };
    let levels: Vec<u8> = (0..768_i16).flat_map(i16::to_le_bytes).collect();
    let picture =
        |stride| node(0, &[0], [levels.clone(), weights(8, 3, 3), u32s(&[stride])].concat());
    let conv = node(1, &[1], [weights(8, 8, 3), u32s(&[2, 0])].concat());
    let side = |of| node(2, &[of], weights(1, 8, 3));
    let fuse = |of, scale| node(7, &[of], u32s(&[0x3f80_0000, 0, scale]));
    let code = [0x3d80_0000_u32.to_le_bytes().as_slice(), &[3]].concat();
    let add = node(5, &[1, 2], [code.clone(), code.clone(), code].concat());
    let point = node(8, &[3], [weights(8, 8, 1), vec![2]].concat());
    let depthwise = node(9, &[4], [u32s(&[5]), weights(8, 1, 5), u32s(&[1])].concat());
    let concat = node(6, &[1, 4], vec![]);
    let joined = node(1, &[6], [weights(8, 16, 3), u32s(&[1, 8])].concat());
    let plan =
        |nodes: &[Vec<u8>]| [vec![7; 32], u32s(&[nodes.len() as u32]), nodes.concat()].concat();
    vec![
        plan(&[picture(1), side(1), fuse(2, 1)]),
        plan(&[
            picture(2),
            conv.clone(),
            add.clone(),
            point.clone(),
            depthwise.clone(),
            side(5),
            fuse(6, 2),
        ]),
        plan(&[picture(2), conv, add, point, depthwise, concat, joined, side(7), fuse(8, 2)]),
        plan(&[picture(2), node(3, &[1], vec![]), node(4, &[2], vec![]), side(3), fuse(4, 2)]),
    ]
}

/// Two strokes, in numbers.
pub(crate) fn strokes() -> Vec<u8> {
    let numbers = [1.0, 3.5, 0.5, 2.0, 4.0, 5.0, 12.0, 9.0, 0.0, 2.0, 1.0, 1.0, 8.0, 8.0_f32];
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}
