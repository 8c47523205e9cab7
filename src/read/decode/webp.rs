//! In: the bytes of a WebP file. Out: the same, its header saying what its chunks are.
//!
//! Tools that strip metadata leave the flags of the header as they were; browsers go by the chunks.

use std::borrow::Cow;

/// Where the flags of the extended header stand, and where the chunks behind it begin.
const FLAGS: usize = 20;
const CHUNKS: usize = 30;
const ALPHA: u8 = 0x10;
const EXIF: u8 = 0x08;
const XMP: u8 = 0x04;
const ANIMATION: u8 = 0x02;

/// The file for the decoder. Metadata is not asked for, so its flags go.
pub(super) fn mend(bytes: &[u8]) -> Cow<'_, [u8]> {
    if bytes.get(12..16) != Some(b"VP8X") || bytes.len() < CHUNKS {
        return Cow::Borrowed(bytes);
    }
    let (mut has_alpha, mut is_still, mut is_animated) = (false, false, false);
    let mut at = CHUNKS;
    while let Some((name, rest)) = bytes.get(at..).and_then(<[u8]>::split_first_chunk::<4>) {
        let Some((&length, data)) = rest.split_first_chunk::<4>() else { break };
        match name {
            b"ALPH" => has_alpha = true,
            b"VP8 " => is_still = true,
            b"VP8L" => {
                is_still = true;
                // Behind the signature and twice 14 bits of size.
                has_alpha |= data.get(4).is_some_and(|byte| byte >> 4 & 1 == 1);
            }
            b"ANMF" => is_animated = true,
            _ => {}
        }
        let length = u32::from_le_bytes(length) as usize;
        at = at.saturating_add(8).saturating_add(length.next_multiple_of(2));
    }
    let old = bytes[FLAGS];
    let mut flags = old & !(EXIF | XMP);
    if is_still && !is_animated {
        flags &= !(ANIMATION | ALPHA);
        flags |= if has_alpha { ALPHA } else { 0 };
    }
    if flags == old {
        return Cow::Borrowed(bytes);
    }
    let mut mended = bytes.to_vec();
    mended[FLAGS] = flags;
    Cow::Owned(mended)
}
