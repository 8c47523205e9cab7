//! In: the first bytes of a file. Out: its [`Format`], or words for what it looks like instead.

use image::ImageFormat;

use crate::error::{Error, Result};

/// The formats that cleancut reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Jpeg,
    Png,
    WebP,
}

impl Format {
    /// Told by the bytes, never by a file name or a MIME type.
    pub(super) fn of(bytes: &[u8]) -> Result<Self> {
        match image::guess_format(bytes) {
            Ok(ImageFormat::Jpeg) => Ok(Self::Jpeg),
            Ok(ImageFormat::Png) => Ok(Self::Png),
            Ok(ImageFormat::WebP) => Ok(Self::WebP),
            guess => Err(Error::UnsupportedFormat { found: describe(bytes, guess.ok()) }),
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
        }
    }
}

fn describe(bytes: &[u8], guess: Option<ImageFormat>) -> String {
    const HEIC_BRANDS: [&[u8]; 6] = [b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1"];
    if let Some(format) = guess {
        return match format.extensions_str().first() {
            Some(&"avif") => "an AVIF image".into(),
            Some(extension) => format!("a {} image", extension.to_uppercase()),
            None => "an image of another format".into(),
        };
    }
    match bytes {
        [] => "an empty file".into(),
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..]
            if HEIC_BRANDS.iter().any(|heic| brand.starts_with(heic)) =>
        {
            "a HEIC image".into()
        }
        _ if bytes.starts_with(b"%PDF") => "a PDF document".into(),
        _ if is_text(bytes) => "a text file".into(),
        _ => {
            let start: Vec<_> = bytes.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
            format!("an unknown format (it begins with {})", start.join(" "))
        }
    }
}

fn is_text(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(256)];
    start.iter().all(|byte| matches!(byte, b'\t' | b'\n' | b'\r' | 32..=126 | 128..))
        && match std::str::from_utf8(start) {
            Ok(_) => true,
            Err(error) => error.error_len().is_none(),
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_it_saw() {
        let cases: [(&[u8], &str); 8] = [
            (b"", "an empty file"),
            (b"GIF89a........", "a GIF image"),
            (b"BM..............", "a BMP image"),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a HEIC image"),
            (b"\0\0\0\x20ftypavif\0\0\0\0avifmif1", "an AVIF image"),
            (b"%PDF-1.7 ...", "a PDF document"),
            (b"this is no photo\n", "a text file"),
            (b"\x01\x02\x03\x04\x05", "an unknown format (it begins with 01 02 03 04)"),
        ];
        for (bytes, expected) in cases {
            let Err(Error::UnsupportedFormat { found }) = Format::of(bytes) else {
                panic!("{expected} was taken for a supported format");
            };
            assert_eq!(found, expected);
        }
    }
}
