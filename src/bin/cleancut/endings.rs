//! What the names of files say about them.

use std::ffi::OsStr;
use std::path::Path;

use cleancut::options::Format;

/// What the names of photos end in.
pub(super) const PHOTOS: [&str; 9] =
    ["jpg", "jpeg", "jfif", "jpe", "jfi", "pjpeg", "pjp", "png", "webp"];

/// The ending of a name, in small letters.
pub(super) fn ending(file: &Path) -> Option<String> {
    file.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase)
}

/// The format that an output's name asks for, `None` where it has no ending.
///
/// # Errors
/// The ending is none of a format that is written.
pub(super) fn format_of(file: &Path) -> Result<Option<Format>, String> {
    if file.extension().is_none() {
        return Ok(None);
    }
    match ending(file).unwrap_or_default().as_str() {
        "png" => Ok(Some(Format::Png)),
        "webp" => Ok(Some(Format::WebP)),
        "jpg" | "jpeg" | "jfif" | "jpe" | "jfi" | "pjpeg" | "pjp" => Ok(Some(Format::Jpeg)),
        "rgba" | "raw" => Ok(Some(Format::Raw)),
        _ => Err(format!(
            "{} ends in no format that is written; give .png, .webp, .jpg or .rgba, or a --format",
            file.display()
        )),
    }
}

/// What the names of files of `format` end in.
pub(super) fn ending_of(format: Format) -> &'static str {
    match format {
        Format::Png => "png",
        Format::WebP => "webp",
        Format::Jpeg => "jpg",
        Format::Raw => "rgba",
    }
}
