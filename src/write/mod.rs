//! In: an [`Image`], RGBA8. Out: the bytes of a file, sRGB, with no metadata but dots an inch; see
//! [`Format`](crate::options::Format). An opaque picture is stored without alpha, a mask as one grey
//! channel.

mod jpeg;
mod png;
mod webp;

use crate::error::{Error, Result};
use crate::options::{Channels, Format, Options};
use crate::raster::Image;

/// Encodes `image` as `options.format`. With `options.channels` at `Alpha` it is grey, and its red
/// channel is what is stored.
///
/// # Errors
/// [`Error::Encode`] when the format cannot hold a picture of this size.
pub fn encode(image: &Image, options: &Options) -> Result<Vec<u8>> {
    let layout = match options.channels {
        Channels::Alpha => Layout::Grey,
        Channels::Rgba if image.is_opaque() => Layout::Rgb,
        Channels::Rgba => Layout::Rgba,
    };
    match options.format {
        Format::Png => png::encode(image, layout, options),
        Format::WebP => webp::encode(image, layout, options.quality),
        Format::Jpeg => jpeg::encode(image, layout, options),
        Format::Raw if layout == Layout::Grey => Ok(layout.pack(image.pixels())),
        Format::Raw => Ok(image.pixels().to_vec()),
    }
}

/// The channels of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    Grey,
    Rgb,
    Rgba,
}

impl Layout {
    fn channels(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }

    /// RGBA pixels as this layout has them.
    fn pack(self, pixels: &[u8]) -> Vec<u8> {
        let mut packed = Vec::with_capacity(pixels.len() / 4 * self.channels());
        self.pack_into(pixels, &mut packed);
        packed
    }

    fn pack_into(self, pixels: &[u8], packed: &mut Vec<u8>) {
        match self {
            Self::Grey => packed.extend(pixels.iter().step_by(4)),
            Self::Rgb => packed.extend(pixels.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]])),
            Self::Rgba => packed.extend_from_slice(pixels),
        }
    }
}

/// # Errors
/// When a side of `image` is longer than `longest` px.
fn check_size(image: &Image, format: &str, longest: u32) -> Result<()> {
    let (width, height) = (image.width(), image.height());
    if width.max(height) <= longest {
        return Ok(());
    }
    let reason = format!("{width}x{height} px; a {format} file holds at most {longest} px a side");
    Err(Error::Encode { reason })
}

fn failed(error: impl ToString) -> Error {
    Error::Encode { reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use zune_core::bytestream::ZCursor;
    use zune_core::colorspace::ColorSpace;
    use zune_jpeg::JpegDecoder;

    use super::*;

    fn options(words: &[(&str, &str)]) -> Options {
        Options::parse(words.iter().copied()).unwrap()
    }

    /// A soft disc of changing colours.
    fn disc() -> Image {
        let pixel = |x: i32, y: i32| {
            let distance = f64::from((x - 40) * (x - 40) + (y - 30) * (y - 30)).sqrt();
            let alpha = ((25.0 - distance) * 40.0).clamp(0.0, 255.0) as u8;
            if alpha == 0 { [0; 4] } else { [x as u8 * 3, y as u8 * 4, 90, alpha] }
        };
        let pixels = (0..60).flat_map(|y| (0..80).flat_map(move |x| pixel(x, y))).collect();
        Image::new(80, 60, pixels)
    }

    /// What a JPEG file holds, and its pixels as RGB.
    fn decoded(file: &[u8]) -> (ColorSpace, Vec<u8>) {
        let mut decoder = JpegDecoder::new(ZCursor::new(file));
        let pixels = decoder.decode().unwrap();
        (decoder.input_colorspace().unwrap(), pixels)
    }

    fn on_white(image: &Image) -> Vec<u8> {
        let blend =
            |v: u8, a: u8| (u32::from(v) * u32::from(a) + 255 * (255 - u32::from(a)) + 127) / 255;
        let flat = |p: &[u8]| [0, 1, 2].map(|c| blend(p[c], p[3]) as u8);
        image.pixels().chunks_exact(4).flat_map(flat).collect()
    }

    #[test]
    fn lossless_formats_keep_every_pixel() {
        let opaque = Image::new(3, 2, [1, 2, 3, 255].repeat(6));
        for (format, colour, image) in [
            ("png", image::ColorType::Rgba8, disc()),
            ("webp", image::ColorType::Rgba8, disc()),
            ("png", image::ColorType::Rgb8, opaque.clone()),
            ("webp", image::ColorType::Rgb8, opaque),
        ] {
            let file = encode(&image, &options(&[("format", format)])).unwrap();
            let decoded = image::load_from_memory(&file).unwrap();
            assert_eq!(decoded.color(), colour, "{format}");
            assert_eq!(decoded.into_rgba8().as_raw(), image.pixels(), "{format}");
        }
        assert_eq!(encode(&disc(), &options(&[("format", "raw")])).unwrap(), disc().pixels());
    }

    #[test]
    fn a_quality_makes_webp_lose_colours_and_nothing_else() {
        let disc = disc();
        let mut files = Vec::new();
        let mut errors = Vec::new();
        for quality in ["1", "49", "50", "80", "100"] {
            let file =
                encode(&disc, &options(&[("format", "webp"), ("quality", quality)])).unwrap();
            let decoded = image::load_from_memory(&file).unwrap().into_rgba8();
            let pairs = || decoded.as_raw().chunks_exact(4).zip(disc.pixels().chunks_exact(4));
            assert!(pairs().all(|(a, b)| a[3] == b[3]), "{quality}");
            let seen = pairs().filter(|(_, b)| b[3] == 255);
            let error =
                seen.map(|(a, b)| (0..3).map(|c| a[c].abs_diff(b[c]) as u32).max().unwrap());
            errors.push(error.sum::<u32>());
            files.push(file.len());
        }
        assert!(files.is_sorted() && errors.iter().rev().is_sorted(), "{files:?} {errors:?}");
        let opaque = Image::new(8, 8, [10, 200, 30, 255].repeat(64));
        let file = encode(&opaque, &options(&[("format", "webp"), ("quality", "80")])).unwrap();
        assert_eq!(image::load_from_memory(&file).unwrap().color(), image::ColorType::Rgb8);
    }

    #[test]
    fn effort_makes_a_smaller_png_of_the_same_pixels() {
        let [fast, best] =
            ["fast", "best"].map(|effort| encode(&disc(), &options(&[("effort", effort)])));
        let (fast, best) = (fast.unwrap(), best.unwrap());
        assert!(best.len() < fast.len(), "{} {}", best.len(), fast.len());
        assert_eq!(image::load_from_memory(&best).unwrap().into_rgba8().as_raw(), disc().pixels());
    }

    #[test]
    fn a_file_says_its_dots_an_inch() {
        let png = encode(&disc(), &options(&[("dpi", "300")])).unwrap();
        let reader = ::png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
        let dims = reader.info().pixel_dims.unwrap();
        assert_eq!((dims.xppu, dims.yppu, dims.unit), (11811, 11811, ::png::Unit::Meter));
        let jpeg = encode(&disc(), &options(&[("dpi", "300"), ("format", "jpeg")])).unwrap();
        assert_eq!(jpeg[6..18], *b"JFIF\0\x01\x02\x01\x01\x2c\x01\x2c");
    }

    #[test]
    fn a_mask_is_one_grey_channel() {
        let values: Vec<u8> = (0..=255).collect();
        let grey = values.iter().flat_map(|&v| [v, v, v, 255]).collect();
        let image = Image::new(32, 8, grey);
        let file = |format| {
            let words = [("channels", "alpha"), ("format", format), ("quality", "90")];
            encode(&image, &options(&words))
        };
        assert_eq!(file("raw").unwrap(), values);
        let png = image::load_from_memory(&file("png").unwrap()).unwrap();
        assert_eq!(png.color(), image::ColorType::L8);
        assert_eq!(png.into_luma8().as_raw(), &values);
        let webp = image::load_from_memory(&file("webp").unwrap()).unwrap();
        assert_eq!(webp.into_luma8().as_raw(), &values);
        let (space, jpeg) = decoded(&file("jpeg").unwrap());
        assert_eq!(space, ColorSpace::Luma);
        let worst = jpeg.iter().step_by(3).zip(&values).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(worst <= Some(4), "{worst:?}");
    }

    #[test]
    fn jpeg_stands_on_white_and_gets_better_with_quality() {
        let expected = on_white(&disc());
        let mut sizes = Vec::new();
        let mut errors = Vec::new();
        for quality in ["20", "60", "95"] {
            let options = options(&[("format", "jpeg"), ("quality", quality)]);
            let file = encode(&disc(), &options).unwrap();
            let (space, pixels) = decoded(&file);
            assert_eq!(space, ColorSpace::YCbCr);
            let pairs = pixels.iter().zip(&expected);
            errors.push(pairs.map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>());
            sizes.push(file.len());
        }
        assert!(sizes.is_sorted() && errors.iter().rev().is_sorted(), "{sizes:?} {errors:?}");
        assert!(errors[2] / (expected.len() as f64) < 1.5, "{errors:?}");
    }

    #[test]
    fn a_size_that_a_format_cannot_hold_is_an_error() {
        for (format, longest) in [("webp", 16383), ("jpeg", 65535)] {
            let options = options(&[("format", format)]);
            let strip = |width: u32| Image::new(width, 1, vec![255; width as usize * 4]);
            assert!(encode(&strip(longest), &options).is_ok(), "{format}");
            let error = encode(&strip(longest + 1), &options).unwrap_err();
            assert_eq!(error.code(), "encode");
            assert!(error.to_string().contains(&longest.to_string()), "{error}");
        }
        let lossy = options(&[("format", "webp"), ("quality", "1")]);
        let large = Image::new(4000, 3251, vec![255; 4000 * 3251 * 4]);
        assert!(encode(&large, &lossy).unwrap_err().to_string().contains("13 megapixels"));
    }
}
