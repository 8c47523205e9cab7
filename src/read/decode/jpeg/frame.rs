//! In: a JPEG's frame header. Out: a [`Frame`], or by name what of it is not decoded (ITU-T T.81,
//! B.2.2).

/// One colour's part of a frame.
pub(super) struct Component {
    pub(super) id: u8,
    /// Blocks across and down in a unit of an interleaved scan.
    pub(super) factors: [usize; 2],
    /// Blocks across and down that the picture needs.
    pub(super) blocks: [usize; 2],
}

/// What the scans fill.
pub(super) struct Frame {
    pub(super) is_progressive: bool,
    pub(super) size: [usize; 2],
    pub(super) components: Vec<Component>,
    /// Units of interleaved scans across and down.
    pub(super) units: [usize; 2],
}

impl Frame {
    /// The decoder is right about samplings whose first component is the finest, and parts of it by
    /// whole numbers.
    ///
    /// `marker`: the second byte of the frame's marker. `header`: what follows its length.
    pub(super) fn read(marker: u8, header: &[u8]) -> Result<Self, String> {
        let kind = match marker {
            0xc0..=0xc2 => None,
            0xc3 | 0xc7 | 0xcb | 0xcf => Some("it is a lossless JPEG"),
            0xc9 | 0xca => Some("its coding is arithmetic"),
            _ => Some("it is a hierarchical JPEG"),
        };
        if let Some(kind) = kind {
            return Err(format!("{kind}, which is not decoded"));
        }
        let broken = || "its frame header is damaged".to_owned();
        let &[precision, h1, h0, w1, w0, count, ref rest @ ..] = header else {
            return Err(broken());
        };
        if precision != 8 {
            return Err(format!("it has {precision} bits a sample, and 8 are decoded"));
        }
        let size = [[w1, w0], [h1, h0]].map(|pair| usize::from(u16::from_be_bytes(pair)));
        if size[1] == 0 {
            return Err("its header leaves the height open, which is not decoded".into());
        }
        let count = usize::from(count);
        if !matches!(count, 1 | 3 | 4) {
            return Err(format!("it has {count} components, which is not decoded"));
        }
        if size[0] == 0 || rest.len() < 3 * count {
            return Err(broken());
        }
        let mut components: Vec<_> = rest[..3 * count]
            .chunks_exact(3)
            .map(|part| {
                let factors = [part[1] >> 4, part[1] & 15].map(usize::from);
                Component { id: part[0], factors, blocks: [0; 2] }
            })
            .collect();
        let is_in_range = |part: &Component| part.factors.iter().all(|n| (1..=4).contains(n));
        if !components.iter().all(is_in_range) {
            return Err(broken());
        }
        let first = components[0].factors;
        let is_part = |axis: usize, part: &Component| first[axis] % part.factors[axis] == 0;
        let is_halved = components.iter().all(|part| is_part(0, part) && is_part(1, part));
        if count > 1 && !(is_halved && first[0] != 3) {
            let factors =
                components.iter().map(|part| format!("{}x{}", part.factors[0], part.factors[1]));
            let factors = factors.collect::<Vec<_>>().join(" ");
            return Err(format!("its sampling factors are {factors}, which is not decoded"));
        }
        let largest =
            [0, 1].map(|axis| components.iter().map(|part| part.factors[axis]).max().unwrap_or(1));
        for part in &mut components {
            part.blocks = [0, 1]
                .map(|axis| (size[axis] * part.factors[axis]).div_ceil(largest[axis]).div_ceil(8));
        }
        let units = [0, 1].map(|axis| size[axis].div_ceil(8 * largest[axis]));
        Ok(Self { is_progressive: marker == 0xc2, size, components, units })
    }
}
