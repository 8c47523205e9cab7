//! In: the bytes of a JPEG file. Out: its pixels, when its first picture is all there and of a layout
//! that the decoder is right about.
//!
//! The decoder fills what a file lacks with grey and takes some layouts for others, and says nothing;
//! a half-grey product photo must be an error instead. So the scans are read to their last unit; the
//! end-of-image marker proves nothing, since senders append it to halves and cameras forget it.

mod bits;
mod decode;
mod frame;
mod scan;

use std::borrow::Cow;

use bits::Huffman;
pub(super) use decode::read;
use frame::Frame;
use scan::{Flaw, NonZero, Scan, Tables};

const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const DHT: u8 = 0xc4;
const DQT: u8 = 0xdb;
const JPG: u8 = 0xc8;
const DAC: u8 = 0xcc;
const DRI: u8 = 0xdd;
const TRUNCATED: &str = "it is truncated: all of the picture is missing";

/// The file for the decoder, without what comes behind the picture's data where the end-of-image
/// marker is not there, and the picture's width and height. One of more than `max_pixels` is not looked at.
///
/// # Errors
/// How much is missing, or what is not decoded.
pub(super) fn check(bytes: &[u8], max_pixels: u64) -> Result<(Cow<'_, [u8]>, [usize; 2]), String> {
    let mut tables: Tables = Default::default();
    let mut interval = 0;
    let mut picture: Option<Picture> = None;
    let mut at = 0;
    loop {
        let marker = next_marker(bytes, &mut at);
        let segment = marker.and_then(|marker| match marker {
            SOI | EOI | 0x01 | 0xd0..=0xd7 => Some(&bytes[at..at]),
            _ => segment(bytes, &mut at),
        });
        let (Some(marker), Some(segment)) = (marker, segment) else {
            return Err(picture.map_or_else(|| TRUNCATED.into(), |picture| picture.lacks()));
        };
        match marker {
            EOI => return Err(picture.map_or_else(|| TRUNCATED.into(), |picture| picture.lacks())),
            DHT => define(segment, &mut tables).ok_or("its Huffman tables are damaged")?,
            DQT if picture.as_ref().is_some_and(|picture| picture.scans > 0) => {
                return Err("its quantization changes between scans, which is not decoded".into());
            }
            DRI => {
                let damaged = "its restart interval is damaged";
                let value = segment.first_chunk().ok_or(damaged)?;
                interval = usize::from(u16::from_be_bytes(*value));
            }
            0xc0..=0xcf if marker != JPG && marker != DAC => {
                if picture.is_some() {
                    return Err("it has a second frame header".into());
                }
                let frame = Frame::read(marker, segment)?;
                if frame.size[0] as u64 * frame.size[1] as u64 > max_pixels {
                    return Ok((Cow::Borrowed(bytes), frame.size));
                }
                picture = Some(Picture::new(frame));
            }
            SOS => {
                let picture = picture.as_mut().ok_or("a scan comes before the frame header")?;
                at = picture.scan(segment, &tables, interval, (bytes, at))?;
                if picture.is_whole() {
                    return Ok((ended(bytes, at), picture.frame.size));
                }
            }
            _ => {}
        }
    }
}

/// What the scans have brought so far.
struct Picture {
    frame: Frame,
    nonzero: NonZero,
    /// By component and coefficient: the lowest bit that is there.
    known: Vec<[u8; 64]>,
    scans: usize,
}

/// Nothing of a coefficient is there.
const UNKNOWN: u8 = u8::MAX;

impl Picture {
    fn new(frame: Frame) -> Self {
        let nonzero = frame.components.iter().map(|part| match frame.is_progressive {
            true => vec![0; part.blocks[0] * part.blocks[1]],
            false => vec![],
        });
        let nonzero = nonzero.collect();
        let known = vec![[UNKNOWN; 64]; frame.components.len()];
        Self { frame, nonzero, known, scans: 0 }
    }

    /// Reads the scan whose data begins at `at`, and gives where it ends.
    fn scan(
        &mut self,
        header: &[u8],
        tables: &Tables,
        interval: usize,
        (bytes, at): (&[u8], usize),
    ) -> Result<usize, String> {
        let frame = &self.frame;
        let scan = Scan::read(header, frame).ok_or("a scan header is damaged")?;
        let places = scan.parts.iter().map(|part| part[0]);
        if !frame.is_progressive && !places.eq(0..frame.components.len()) {
            return Err("its components come in separate scans, which is not decoded".into());
        }
        for &[part, ..] in &scan.parts {
            for known in &mut self.known[part][scan.band[0]..=scan.band[1]] {
                let before = scan.approximation[0];
                if (before == 0) != (*known == UNKNOWN) || (before > 0 && before != *known) {
                    return Err("its scans are out of order".into());
                }
                *known = scan.approximation[1];
            }
        }
        self.scans += 1;
        let units = scan.units(frame);
        scan.walk(frame, tables, interval, &mut self.nonzero, (bytes, at)).map_err(|flaw| {
            let what = match frame.is_progressive {
                true => format!("scan {}", self.scans),
                false => "the picture".into(),
            };
            match flaw {
                Flaw::Broken(words) => format!("{words}, in {what}"),
                Flaw::Short(there) => {
                    let missing = units - there;
                    let share = (100.0 * missing as f64 / units as f64).ceil();
                    format!(
                        "it is truncated: {share} % of {what} is missing, {missing} of {units} units"
                    )
                }
            }
        })
    }

    fn is_whole(&self) -> bool {
        self.known.iter().flatten().all(|&known| known == 0)
    }

    /// What is missing of a picture that is not whole, in words.
    fn lacks(&self) -> String {
        if self.scans == 0 {
            return TRUNCATED.into();
        }
        let missing = self.known.iter().flatten().filter(|&&known| known > 0).count();
        let share = (100 * missing).div_ceil(64 * self.known.len());
        format!("it is truncated: the last scans, for {share} % of the coefficients, are missing")
    }
}

/// The second byte of the next marker; `at` is moved behind it.
fn next_marker(bytes: &[u8], at: &mut usize) -> Option<u8> {
    loop {
        let start = *at + bytes.get(*at..)?.iter().position(|&byte| byte == 0xff)?;
        let code = start + bytes[start..].iter().position(|&byte| byte != 0xff)?;
        *at = code + 1;
        if bytes[code] != 0 {
            return Some(bytes[code]);
        }
    }
}

/// What follows a segment's length; `at` is moved behind it.
fn segment<'a>(bytes: &'a [u8], at: &mut usize) -> Option<&'a [u8]> {
    let length = usize::from(u16::from_be_bytes(*bytes.get(*at..)?.first_chunk()?));
    let segment = bytes.get(*at + 2..*at + length)?;
    *at += length;
    Some(segment)
}

/// Huffman tables (B.2.4.2).
fn define(mut segment: &[u8], tables: &mut Tables) -> Option<()> {
    while let Some((&place, rest)) = segment.split_first() {
        let (counts, rest) = rest.split_first_chunk::<16>()?;
        let count = counts.iter().map(|&count| usize::from(count)).sum();
        let (symbols, rest) = rest.split_at_checked(count)?;
        let [kind, number] = [place >> 4, place & 15].map(usize::from);
        *tables.get_mut(kind)?.get_mut(number)? = Some(Huffman::new(counts, symbols)?);
        segment = rest;
    }
    Some(())
}

/// The file up to `at`, where the picture's data ends, and an end-of-image marker.
fn ended(bytes: &[u8], at: usize) -> Cow<'_, [u8]> {
    let fill = bytes[at..].iter().take_while(|&&byte| byte == 0xff).count();
    if fill > 0 && bytes.get(at + fill) == Some(&EOI) {
        return Cow::Borrowed(bytes);
    }
    Cow::Owned([&bytes[..at], &[0xff, EOI]].concat())
}
