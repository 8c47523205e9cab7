//! In: a PNG whose default image is no part of its animation. Out: the animation's first frame.

use image::codecs::png::PngDecoder;
use image::error::{DecodingError, ImageFormatHint};
use image::{
    AnimationDecoder, ColorType, ImageDecoder, ImageError, ImageFormat, ImageResult, Limits,
};

use std::io::{BufRead, Seek};

/// A decoder of the first frame, on the animation's whole canvas, RGBA8.
pub(super) struct FirstFrame<R: BufRead + Seek>(pub(super) PngDecoder<R>);

impl<R: BufRead + Seek> ImageDecoder for FirstFrame<R> {
    fn dimensions(&self) -> (u32, u32) {
        self.0.dimensions()
    }

    fn color_type(&self) -> ColorType {
        ColorType::Rgba8
    }

    fn icc_profile(&mut self) -> ImageResult<Option<Vec<u8>>> {
        self.0.icc_profile()
    }

    fn exif_metadata(&mut self) -> ImageResult<Option<Vec<u8>>> {
        self.0.exif_metadata()
    }

    fn set_limits(&mut self, limits: Limits) -> ImageResult<()> {
        self.0.set_limits(limits)
    }

    fn read_image(self, buffer: &mut [u8]) -> ImageResult<()> {
        let frame = self.0.apng()?.into_frames().next().transpose()?;
        let pixels = frame.map(|frame| frame.into_buffer().into_raw());
        let Some(pixels) = pixels.filter(|pixels| pixels.len() == buffer.len()) else {
            let format = ImageFormatHint::Exact(ImageFormat::Png);
            return Err(ImageError::Decoding(DecodingError::new(format, "its animation is empty")));
        };
        buffer.copy_from_slice(&pixels);
        Ok(())
    }

    fn read_image_boxed(self: Box<Self>, buffer: &mut [u8]) -> ImageResult<()> {
        (*self).read_image(buffer)
    }
}
