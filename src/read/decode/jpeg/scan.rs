//! In: a scan's header and its bytes. Out: where it ends, or how much of it is missing. Its bits are
//! read as a decoder reads them (ITU-T T.81, F.2.2 and G.2), and no coefficient is kept; of
//! progressive pictures it is kept which are not zero, since refinements depend on it.

use super::bits::{BadCode, Bits, Huffman};
use super::frame::Frame;

/// Huffman tables of DC and of AC, by number.
pub(super) type Tables = [[Option<Huffman>; 4]; 2];

/// Why a scan is not whole.
pub(super) enum Flaw {
    /// So many of its units are there.
    Short(usize),
    /// In words.
    Broken(&'static str),
}

impl From<BadCode> for Flaw {
    fn from(_: BadCode) -> Self {
        Self::Broken("its data is damaged")
    }
}

/// A scan's header (B.2.3).
pub(super) struct Scan {
    /// Of each component: its place in the frame, its DC table and its AC table.
    pub(super) parts: Vec<[usize; 3]>,
    /// The first and the last coefficient, in zigzag order.
    pub(super) band: [usize; 2],
    /// The bits that were left out before and are now; the first is 0 in a band's first scan.
    pub(super) approximation: [u8; 2],
}

/// By component and block, of progressive pictures: the coefficients that are not zero.
pub(super) type NonZero = Vec<Vec<u64>>;

/// The tables of DC and AC that a component's blocks are read with, and their number in a unit.
type Block<'a> = (Option<&'a Huffman>, Option<&'a Huffman>, usize);

impl Scan {
    /// `header`: what follows its length.
    pub(super) fn read(header: &[u8], frame: &Frame) -> Option<Self> {
        let (&count, rest) = header.split_first()?;
        let (parts, rest) = rest.split_at_checked(2 * usize::from(count))?;
        let parts: Option<Vec<_>> = parts
            .chunks_exact(2)
            .map(|part| {
                let place = frame.components.iter().position(|known| known.id == part[0])?;
                let tables = [usize::from(part[1] >> 4), usize::from(part[1] & 15)];
                (tables[0] < 4 && tables[1] < 4).then_some([place, tables[0], tables[1]])
            })
            .collect();
        let (parts, &[first, last, bits, ..]) = (parts?, rest) else { return None };
        let is_twice = |at: usize| parts[..at].iter().any(|part| part[0] == parts[at][0]);
        if parts.is_empty() || (1..parts.len()).any(is_twice) {
            return None;
        }
        if !frame.is_progressive {
            return Some(Self { parts, band: [0, 63], approximation: [0; 2] });
        }
        let band = [usize::from(first), usize::from(last)];
        let is_sound = match band {
            [0, last] => last == 0,
            [first, last] => first <= last && last < 64 && parts.len() == 1,
        };
        is_sound.then_some(Self { parts, band, approximation: [bits >> 4, bits & 15] })
    }

    /// How many units the scan has.
    pub(super) fn units(&self, frame: &Frame) -> usize {
        let [across, down] = match self.parts[..] {
            [[only, ..]] => frame.components[only].blocks,
            _ => frame.units,
        };
        across * down
    }

    /// Reads the scan from `bytes[at..]` and gives where it ends.
    #[allow(clippy::needless_range_loop, reason = "a unit is more than an index")]
    pub(super) fn walk(
        &self,
        frame: &Frame,
        tables: &Tables,
        interval: usize,
        nonzero: &mut NonZero,
        (bytes, at): (&[u8], usize),
    ) -> Result<usize, Flaw> {
        let blocks = self.blocks(frame, tables)?;
        let mut bits = Bits::new(bytes, at);
        let mut run = 0;
        for unit in 0..self.units(frame) {
            if interval > 0 && unit > 0 && unit % interval == 0 {
                if !bits.restart(((unit / interval - 1) % 8) as u8) {
                    return Err(if ends_at(bytes, bits.place()) {
                        Flaw::Short(unit)
                    } else {
                        Flaw::Broken("a restart marker is missing")
                    });
                }
                run = 0;
            }
            for &(dc, ac, count) in &blocks {
                for _ in 0..count {
                    match (dc, ac) {
                        (Some(dc), Some(ac)) => sequential(&mut bits, dc, ac)?,
                        (Some(dc), None) => {
                            bits.symbol_and_value(dc)?;
                        }
                        (None, Some(ac)) => {
                            let known = &mut nonzero[self.parts[0][0]][unit];
                            self.band(&mut bits, ac, &mut run, known)?;
                        }
                        (None, None) => bits.skip(1),
                    }
                }
            }
            if bits.is_overdrawn() {
                return Err(Flaw::Short(unit));
            }
        }
        Ok(bits.place())
    }

    /// Of each component: the tables that its blocks are read with, and their number in a unit.
    fn blocks<'a>(&self, frame: &Frame, tables: &'a Tables) -> Result<Vec<Block<'a>>, Flaw> {
        let missing = Flaw::Broken("a Huffman table is missing");
        let table = |kind: usize, number: usize| tables[kind][number].as_ref();
        let is_alone = self.parts.len() == 1;
        let mut blocks = vec![];
        for &[place, dc, ac] in &self.parts {
            let [across, down] = frame.components[place].factors;
            let wants_dc = self.band[0] == 0 && self.approximation[0] == 0;
            let wants_ac = self.band[1] > 0;
            let tables = (table(0, dc).filter(|_| wants_dc), table(1, ac).filter(|_| wants_ac));
            if (wants_dc && tables.0.is_none()) || (wants_ac && tables.1.is_none()) {
                return Err(missing);
            }
            blocks.push((tables.0, tables.1, if is_alone { 1 } else { across * down }));
        }
        Ok(blocks)
    }

    /// A block of a progressive picture's AC band (G.1.2.2 and G.1.2.3).
    fn band(
        &self,
        bits: &mut Bits,
        table: &Huffman,
        run: &mut u32,
        known: &mut u64,
    ) -> Result<(), Flaw> {
        let [mut at, last] = self.band;
        let is_first = self.approximation[0] == 0;
        let before = *known;
        while *run == 0 && at <= last {
            let symbol = if is_first { bits.symbol_and_value(table) } else { bits.symbol(table) }?;
            let (mut zeros, size) = (u32::from(symbol >> 4), symbol & 15);
            if size == 0 && zeros < 15 {
                *run = (1 << zeros) + bits.take(zeros);
                break;
            }
            if is_first {
                at += zeros as usize;
            } else {
                if size > 0 {
                    bits.skip(1);
                }
                while at <= last {
                    if before >> at & 1 == 1 {
                        bits.skip(1);
                    } else if zeros == 0 {
                        break;
                    } else {
                        zeros -= 1;
                    }
                    at += 1;
                }
            }
            if size > 0 {
                *known |= 1_u64.checked_shl(at as u32).filter(|_| at <= last).ok_or(BadCode)?;
            }
            at += 1;
        }
        if *run > 0 {
            if !is_first && at <= last {
                let rest = before >> at << at & u64::MAX >> (63 - last);
                let corrections = rest.count_ones();
                bits.skip(corrections.min(32));
                bits.skip(corrections - corrections.min(32));
            }
            *run -= 1;
        }
        Ok(())
    }
}

/// A block of a sequential picture.
#[inline]
fn sequential(bits: &mut Bits, dc: &Huffman, ac: &Huffman) -> Result<(), Flaw> {
    bits.symbol_and_value(dc)?;
    let mut at = 1;
    while at < 64 {
        match bits.symbol_and_value(ac)? {
            0 => break,
            symbol => at += 1 + usize::from(symbol >> 4),
        }
    }
    if at > 64 { Err(BadCode.into()) } else { Ok(()) }
}

/// Whether a picture's data ends at `at`: with the file, or by a marker that is no restart.
fn ends_at(bytes: &[u8], at: usize) -> bool {
    match bytes.get(at..) {
        Some([0xff, code, ..]) => !matches!(code, 0 | 0xd0..=0xd7),
        rest => rest.is_none_or(|rest| rest.len() < 2),
    }
}
