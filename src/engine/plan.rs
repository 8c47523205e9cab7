//! The network as the browser receives it: a list of layers with their integer weights.
//!
//! In: bytes. Out: a [`Plan`], or [`Error::Model`]. `lower` makes plans from ONNX files. The file
//! is little-endian:
//!
//! ```text
//! "cleancut" | version u32 | bytes of the rest u32 | checksum u64 of the rest
//! rest = SHA-256 of the ONNX file [32] | nodes u32 | node ...
//! node = kind u8 | inputs u8 | input u32 ... | what the kind needs
//! ```
//!
//! Input 0 is the picture, input `i + 1` the output of node `i`; the last node is the saliency. A
//! reader trusts nothing: every length is held against what is left, every number against its range.

use super::layers::{Add, Code, Fuse, MAX_CHANNELS, Weights};
use crate::error::{Error, Result};

const MAGIC: &[u8; 8] = b"cleancut";
const VERSION: u32 = 5;
const MAX_DILATION: usize = 64;
const MAX_SCALE: usize = 64;
/// More than any network this engine is for; the graph is put in order in the square of it.
const MAX_NODES: usize = 1024;

/// A network.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan {
    /// SHA-256 of the ONNX file it was made from.
    pub(crate) source: [u8; 32],
    /// In an order of evaluation.
    pub(crate) nodes: Vec<Node>,
}

/// A layer and where its inputs come from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    /// 0 is the picture, `i + 1` is node `i`.
    pub(crate) inputs: Vec<usize>,
}

/// What a node does; [`layers`](super::layers) says how.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    /// `levels`: `[3, 256]`.
    Picture {
        levels: Vec<i16>,
        weights: Weights,
        stride: usize,
    },
    Conv {
        weights: Weights,
        dilation: usize,
        c_low: usize,
    },
    /// `zero`: the output's zero point.
    Point {
        weights: Weights,
        zero: u8,
    },
    Depthwise {
        weights: Weights,
        stride: usize,
    },
    Side {
        weights: Weights,
    },
    Pool,
    Upsample,
    Add(Add),
    /// Along the channels.
    Concat,
    Fuse(Fuse),
}

impl Plan {
    /// # Errors
    /// [`Error::Model`] when `bytes` are not a whole and undamaged plan of this version.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self> {
        let mut header = Reader { left: bytes };
        if header.take(MAGIC.len())? != MAGIC {
            return Err(invalid("this is not a cleancut plan"));
        }
        let version = header.u32()?;
        if version != VERSION {
            return Err(invalid(format!("plan version {version}; this build reads {VERSION}")));
        }
        let (length, expected) = (header.u32()?, header.u64()?);
        let rest = header.left;
        if rest.len() != length as usize {
            return Err(invalid(format!("{} bytes of {length}", rest.len())));
        }
        if checksum(rest) != expected {
            return Err(invalid("the checksum does not match: the file is damaged"));
        }
        let mut reader = Reader { left: rest };
        let source = reader.array()?;
        let count = reader.size("nodes", 1..=MAX_NODES)?;
        let mut nodes = vec![];
        for index in 0..count {
            nodes.push(reader.node(index)?);
        }
        if !reader.left.is_empty() {
            return Err(invalid(format!("{} bytes beyond the last node", reader.left.len())));
        }
        Ok(Self { source, nodes })
    }

    /// The file.
    #[cfg(any(test, feature = "lower"))]
    pub(crate) fn write(&self) -> Vec<u8> {
        let mut rest = self.source.to_vec();
        put_u32(&mut rest, self.nodes.len());
        for node in &self.nodes {
            put_node(&mut rest, node);
        }
        let mut file = MAGIC.to_vec();
        put_u32(&mut file, VERSION as usize);
        put_u32(&mut file, rest.len());
        file.extend(checksum(&rest).to_le_bytes());
        file.extend(rest);
        file
    }

    /// Whether `bytes` begin like a plan.
    #[cfg(feature = "lower")]
    pub(crate) fn is_plan(bytes: &[u8]) -> bool {
        bytes.starts_with(MAGIC)
    }
}

fn invalid(reason: impl Into<String>) -> Error {
    Error::Model { reason: reason.into() }
}

/// FNV-1a, 64 bits: finds damage, not malice.
/// FNV-1a of words instead of bytes, little-endian, the last one filled up with zeros.
fn checksum(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    words.iter().chain([&last]).fold(0xcbf2_9ce4_8422_2325, |hash, &word| {
        (hash ^ u64::from_le_bytes(word)).wrapping_mul(0x0100_0000_01b3)
    })
}

struct Reader<'a> {
    left: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (taken, left) = self
            .left
            .split_at_checked(count)
            .ok_or_else(|| invalid(format!("the plan ends {count} bytes early")))?;
        self.left = left;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    fn u8(&mut self) -> Result<u8> {
        Ok(self.array::<1>()?[0])
    }

    fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn u64(&mut self) -> Result<u64> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// A finite number.
    fn f32(&mut self) -> Result<f32> {
        let value = f32::from_le_bytes(self.array()?);
        if value.is_finite() {
            Ok(value)
        } else {
            Err(invalid("a number of the plan is not finite"))
        }
    }

    /// A number in `range`, called `what` in errors.
    fn size(&mut self, what: &str, range: std::ops::RangeInclusive<usize>) -> Result<usize> {
        let value = self.u32()? as usize;
        if range.contains(&value) {
            return Ok(value);
        }
        Err(invalid(format!("{what} is {value}; the limit is {}", range.end())))
    }

    fn node(&mut self, index: usize) -> Result<Node> {
        let kind = self.u8()?;
        let count = self.u8()?;
        let inputs = (0..count).map(|_| self.size("input", 0..=index)).collect::<Result<_>>()?;
        let kind = match kind {
            0 => {
                let (levels, weights) = (self.levels()?, self.weights(3)?);
                let channels = (weights.c_in(), weights.c_out());
                if channels.0 != 3 || channels.1 % 8 != 0 {
                    return Err(invalid(format!("the picture's channels are {channels:?}")));
                }
                Kind::Picture { levels, weights, stride: self.size("stride", 1..=2)? }
            }
            1 => {
                let weights = self.weights(3)?;
                let dilation = self.size("dilation", 1..=MAX_DILATION)?;
                let c_low = self.size("c_low", 0..=weights.c_in() - 1)?;
                let steps = [weights.c_in() - c_low, c_low, weights.c_out()];
                if steps.iter().any(|c| c % 8 != 0) || (c_low > 0 && dilation > 1) {
                    return Err(invalid(format!("channels {steps:?}, dilation {dilation}")));
                }
                Kind::Conv { weights, dilation, c_low }
            }
            2 => match self.weights(3)? {
                weights if weights.c_out() == 1 => Kind::Side { weights },
                weights => {
                    return Err(invalid(format!("a side of {} channels", weights.c_out())));
                }
            },
            3 => Kind::Pool,
            4 => Kind::Upsample,
            5 => Kind::Add(Add { inputs: [self.code()?, self.code()?], sum: self.code()? }),
            6 => Kind::Concat,
            7 => {
                let weights = (0..count).map(|_| self.f32()).collect::<Result<_>>()?;
                let bias = self.f32()?;
                Kind::Fuse(Fuse { weights, bias, scale: self.size("scale", 1..=MAX_SCALE)? })
            }
            8 => {
                let weights = self.weights(1)?;
                let channels = (weights.c_in(), weights.c_out());
                if channels.0 % 8 != 0 || channels.1 % 8 != 0 {
                    return Err(invalid(format!("a 1x1 convolution's channels are {channels:?}")));
                }
                Kind::Point { weights, zero: self.zero()? }
            }
            9 => {
                let kernel = self.size("kernel", 3..=5)?;
                let weights = self.weights(kernel)?;
                let channels = (weights.c_in(), weights.c_out());
                if channels.0 != 1 || channels.1 % 8 != 0 || kernel % 2 == 0 {
                    return Err(invalid(format!("{kernel}x{kernel}, depthwise, {channels:?}")));
                }
                Kind::Depthwise { weights, stride: self.size("stride", 1..=2)? }
            }
            _ => return Err(invalid(format!("node {index} is of unknown kind {kind}"))),
        };
        Ok(Node { kind, inputs })
    }

    fn levels(&mut self) -> Result<Vec<i16>> {
        (0..3 * 256).map(|_| Ok(i16::from_le_bytes(self.array()?))).collect()
    }

    /// An integer's meaning.
    fn code(&mut self) -> Result<Code> {
        Ok(Code { scale: self.f32()?, zero: self.zero()? })
    }

    /// A zero point.
    fn zero(&mut self) -> Result<u8> {
        match self.u8()? {
            zero @ 0..=127 => Ok(zero),
            zero => Err(invalid(format!("a zero point is {zero}; the limit is 127"))),
        }
    }

    fn weights(&mut self, kernel: usize) -> Result<Weights> {
        let c_out = self.size("c_out", 1..=MAX_CHANNELS)?;
        let c_in = self.size("c_in", 1..=MAX_CHANNELS)?;
        let values = self.take(c_out * kernel.pow(2) * c_in)?;
        let values: Vec<i8> = bytemuck::cast_slice(values).to_vec();
        if values.contains(&i8::MIN) {
            return Err(invalid("a weight is -128; the limit is -127"));
        }
        let bias = (0..c_out).map(|_| Ok(self.u32()? as i32)).collect::<Result<_>>()?;
        let multiplier = (0..c_out).map(|_| self.f32()).collect::<Result<_>>()?;
        Ok(Weights { kernel, values, bias, multiplier })
    }
}

#[cfg(any(test, feature = "lower"))]
fn put_u32(out: &mut Vec<u8>, value: usize) {
    let value = u32::try_from(value).expect("a plan is far smaller than 4 GiB");
    out.extend(value.to_le_bytes());
}

#[cfg(any(test, feature = "lower"))]
fn put_weights(out: &mut Vec<u8>, weights: &Weights) {
    put_u32(out, weights.c_out());
    put_u32(out, weights.c_in());
    out.extend(weights.values.iter().map(|&weight| weight as u8));
    out.extend(weights.bias.iter().flat_map(|bias| bias.to_le_bytes()));
    out.extend(weights.multiplier.iter().flat_map(|multiplier| multiplier.to_le_bytes()));
}

#[cfg(any(test, feature = "lower"))]
fn put_node(out: &mut Vec<u8>, node: &Node) {
    let kind = match node.kind {
        Kind::Picture { .. } => 0,
        Kind::Conv { .. } => 1,
        Kind::Side { .. } => 2,
        Kind::Pool => 3,
        Kind::Upsample => 4,
        Kind::Add(_) => 5,
        Kind::Concat => 6,
        Kind::Fuse(_) => 7,
        Kind::Point { .. } => 8,
        Kind::Depthwise { .. } => 9,
    };
    out.push(kind);
    out.push(u8::try_from(node.inputs.len()).expect("a node has a handful of inputs"));
    node.inputs.iter().for_each(|&input| put_u32(out, input));
    match &node.kind {
        Kind::Picture { levels, weights, stride } => {
            out.extend(levels.iter().flat_map(|level| level.to_le_bytes()));
            put_weights(out, weights);
            put_u32(out, *stride);
        }
        Kind::Conv { weights, dilation, c_low } => {
            put_weights(out, weights);
            put_u32(out, *dilation);
            put_u32(out, *c_low);
        }
        Kind::Point { weights, zero } => {
            put_weights(out, weights);
            out.push(*zero);
        }
        Kind::Depthwise { weights, stride } => {
            put_u32(out, weights.kernel);
            put_weights(out, weights);
            put_u32(out, *stride);
        }
        Kind::Side { weights } => put_weights(out, weights),
        Kind::Add(Add { inputs: [a, b], sum }) => {
            for Code { scale, zero } in [a, b, sum] {
                out.extend(scale.to_le_bytes());
                out.push(*zero);
            }
        }
        Kind::Fuse(fuse) => {
            out.extend(fuse.weights.iter().flat_map(|weight| weight.to_le_bytes()));
            out.extend(fuse.bias.to_le_bytes());
            put_u32(out, fuse.scale);
        }
        Kind::Pool | Kind::Upsample | Kind::Concat => {}
    }
}
