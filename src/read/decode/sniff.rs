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
    if let Some(found) = media(bytes).or_else(|| start(bytes)) {
        return found.into();
    }
    if let Some(format) = guess {
        return match format.extensions_str().first() {
            Some(extension) => format!("a {} image", extension.to_uppercase()),
            None => "an image of another format".into(),
        };
    }
    if is_text(bytes) {
        return text(bytes).into();
    }
    let start: Vec<_> = bytes.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    format!("an unknown format (it begins with {})", start.join(" "))
}

/// By its first bytes.
fn start(bytes: &[u8]) -> Option<&'static str> {
    const STARTS: [(&[u8], &str); 12] = [
        (b"\xff\x0a", "a JPEG XL image"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL image"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "a JPEG 2000 image"),
        (b"\xff\x4f\xff\x51", "a JPEG 2000 image"),
        (b"8BPS", "a Photoshop document (PSD)"),
        (b"II+\0", "a TIFF image"),
        (b"MM\0+", "a TIFF image"),
        (b"%PDF", "a PDF document"),
        (b"PK\x03\x04", "a ZIP archive"),
        (b"\x1f\x8b", "a gzip archive"),
        (b"\x1aE\xdf\xa3", "a WebM or Matroska video"),
        (b"version https://git-lfs.github.com/spec/", "a Git LFS pointer, not the file itself,"),
    ];
    if bytes.is_empty() {
        return Some("an empty file");
    }
    let known = STARTS.iter().find(|(start, _)| bytes.starts_with(start));
    known.map(|&(_, found)| found)
}

/// By the brands of an ISO media file, the major one first (ISO/IEC 14496-12, 4.3).
fn media(bytes: &[u8]) -> Option<&'static str> {
    const HEIC: [&[u8; 4]; 11] = [
        b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"mif2",
        b"msf1",
    ];
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let brands = rest.strip_prefix(b"ftyp")?;
    let most = (u32::from_be_bytes(*length) as usize).saturating_sub(8);
    let brands = brands[..brands.len().min(most.max(4))].as_chunks::<4>().0;
    let has = |brand: &[u8; 4]| brands.contains(brand);
    Some(match brands.first()? {
        _ if has(b"avif") || has(b"avis") => "an AVIF image",
        b"crx " => "a Canon raw photo (CR3)",
        b"qt  " => "a QuickTime video",
        b"jxl " => "a JPEG XL image",
        _ if HEIC.into_iter().any(has) => "a HEIC image",
        _ => "an MP4 video",
    })
}

/// By how its text begins.
fn text(bytes: &[u8]) -> &'static str {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(1024)]).to_ascii_lowercase();
    let start = start.trim_start_matches('\u{feff}').trim_start();
    let begins = |words: &[&str]| words.iter().any(|word| start.starts_with(word));
    if begins(&["<svg"]) || (begins(&["<?xml", "<!doctype svg", "<!--"]) && start.contains("<svg"))
    {
        "an SVG drawing"
    } else if begins(&["<!doctype html", "<html", "<head", "<body"])
        || (begins(&["<?xml", "<!--"]) && start.contains("<html"))
    {
        "a web page (HTML), maybe an error page saved under a picture's name,"
    } else if begins(&["<?xml"]) {
        "an XML document"
    } else {
        "a text file"
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

    const HTML: &str = "a web page (HTML), maybe an error page saved under a picture's name,";

    #[test]
    fn says_what_it_saw() {
        let cases: [(&[u8], &str); 30] = [
            (b"", "an empty file"),
            (b"GIF89a........", "a GIF image"),
            (b"BM..............", "a BMP image"),
            (b"II*\0........", "a TIFF image"),
            (b"MM\0*........", "a TIFF image"),
            (b"II+\0........", "a TIFF image"),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a HEIC image"),
            (b"\0\0\0\x18ftypheix\0\0\0\0mif1heix", "a HEIC image"),
            (b"\0\0\0\x18ftyphevc\0\0\0\0msf1hevc", "a HEIC image"),
            (b"\0\0\0\x18ftypmsf1\0\0\0\0msf1hevc", "a HEIC image"),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "a HEIC image"),
            (b"\0\0\0\x20ftypavif\0\0\0\0avifmif1", "an AVIF image"),
            (b"\0\0\0\x20ftypavis\0\0\0\0avismsf1", "an AVIF image"),
            (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", "an AVIF image"),
            (b"\0\0\0\x18ftypisom\0\0\0\0isomavc1", "an MP4 video"),
            (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "a QuickTime video"),
            (b"\0\0\0\x0cJXL \r\n\x87\n\0\0\0\x14ftypjxl ", "a JPEG XL image"),
            (b"\xff\x0a\x7f\x00\x00", "a JPEG XL image"),
            (b"\0\0\0\x0cjP  \r\n\x87\n", "a JPEG 2000 image"),
            (b"\xff\x4f\xff\x51\0\x2f", "a JPEG 2000 image"),
            (b"8BPS\0\x01......", "a Photoshop document (PSD)"),
            (b"%PDF-1.7 ...", "a PDF document"),
            (b"this is no photo\n", "a text file"),
            (
                b"version https://git-lfs.github.com/spec/v1\n",
                "a Git LFS pointer, not the file itself,",
            ),
            (b"\xef\xbb\xbf\n<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing"),
            (b"<?xml version='1.0'?>\n<!-- made by hand -->\n<svg/>", "an SVG drawing"),
            (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "an XML document"),
            (b"\n<!DOCTYPE html><title>404</title>", HTML),
            (b"<html lang=en>", HTML),
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
