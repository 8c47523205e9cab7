//! In: the bytes of a JPEG file. Out: whether its first picture is all there.
//!
//! The decoder fills what a truncated file lacks with grey and says nothing; a half-grey product
//! photo must be an error instead. So the markers are walked (ITU-T T.81, annex B) to the end of
//! the image.

const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;

/// `Err` with the reason when the file ends before its end-of-image marker.
pub(super) fn check_complete(bytes: &[u8]) -> Result<(), &'static str> {
    const TRUNCATED: &str = "it is truncated: the end-of-image marker is missing";
    let mut at = 0;
    loop {
        let marker = next_marker(bytes, &mut at).ok_or(TRUNCATED)?;
        match marker {
            EOI => return Ok(()),
            SOI | 0x01 | 0xd0..=0xd7 => {}
            _ => {
                let length = bytes.get(at..at + 2).ok_or(TRUNCATED)?;
                at += usize::from(u16::from_be_bytes([length[0], length[1]]));
                if marker == SOS {
                    skip_entropy_coded(bytes, &mut at);
                }
            }
        }
    }
}

/// Moves `at` behind the next marker and returns its second byte.
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

/// Moves `at` to the first marker that is neither a stuffed 0xff nor a restart.
fn skip_entropy_coded(bytes: &[u8], at: &mut usize) {
    while let Some(pair) = bytes.get(*at..*at + 2) {
        match pair {
            [0xff, 0x00 | 0xd0..=0xd7] => *at += 2,
            [0xff, 0xff] => *at += 1,
            [0xff, _] => return,
            _ => *at += 1,
        }
    }
    *at = bytes.len();
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &[u8] = &[
        0xff, 0xd8, // start of image
        0xff, 0xe0, 0, 6, 0xff, 0xd9, 1, 2, // a segment that holds what looks like an end
        0xff, 0xda, 0, 4, 9, 9, 7, 0xff, 0x00, 7, 0xff, 0xd0, 7, // a scan with a stuffed byte
        0xff, 0xff, 0xd9, // end of image, with a fill byte
    ];

    #[test]
    fn accepts_a_whole_file_and_what_cameras_append() {
        assert_eq!(check_complete(WHOLE), Ok(()));
        assert_eq!(check_complete(&[WHOLE, b"appended preview"].concat()), Ok(()));
    }

    #[test]
    fn refuses_every_shorter_file() {
        for length in 0..WHOLE.len() {
            assert!(check_complete(&WHOLE[..length]).is_err(), "{length} bytes");
        }
    }
}
