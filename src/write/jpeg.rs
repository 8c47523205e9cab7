//! In: an [`Image`]. Out: a baseline JPEG file (ITU-T T.81) over white, which JPEG has instead of
//! transparency.
//!
//! From quality 90 on, which it has unless another is asked for, colours keep their full resolution (4:4:4): halved (4:2:0), the edge of a red
//! product on white would smear. Software based in part on the work of the Independent JPEG Group.

use jpeg_encoder::{
    Encoder, ImageBuffer, JpegColorType, PixelDensity, SamplingFactor, rgb_to_ycbcr,
};

use super::{Layout, check_size, failed};
use crate::error::Result;
use crate::options::Options;
use crate::raster::Image;

const LONGEST_PX: u32 = 65535;
const QUALITY: u8 = 90;
const FULL_COLOUR_FROM: u8 = 90;

pub(super) fn encode(image: &Image, layout: Layout, options: &Options) -> Result<Vec<u8>> {
    check_size(image, "JPEG", LONGEST_PX)?;
    let quality = options.quality.unwrap_or(QUALITY);
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, quality);
    encoder.set_sampling_factor(if quality >= FULL_COLOUR_FROM {
        SamplingFactor::R_4_4_4
    } else {
        SamplingFactor::R_4_2_0
    });
    if let Some(dpi) = options.dpi {
        encoder.set_density(PixelDensity::dpi(dpi));
    }
    encoder.encode_image(OnWhite { image, layout }).map_err(failed)?;
    Ok(file)
}

/// Hands out rows of a picture over white, so that no flat copy of it is needed.
struct OnWhite<'a> {
    image: &'a Image,
    layout: Layout,
}

impl ImageBuffer for OnWhite<'_> {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        match self.layout {
            Layout::Grey => JpegColorType::Luma,
            Layout::Rgb | Layout::Rgba => JpegColorType::Ycbcr,
        }
    }

    fn width(&self) -> u16 {
        self.image.width() as u16
    }

    fn height(&self) -> u16 {
        self.image.height() as u16
    }

    fn fill_buffers(&self, y: u16, buffers: &mut [Vec<u8>; 4]) {
        let width = self.image.width() as usize * 4;
        let row = &self.image.pixels()[usize::from(y) * width..][..width];
        if self.layout == Layout::Grey {
            buffers[0].extend(row.iter().step_by(4));
            return;
        }
        for pixel in row.chunks_exact(4) {
            let alpha = u32::from(pixel[3]);
            let white = 255 * (255 - alpha) + 127;
            let flat = |value: u8| ((u32::from(value) * alpha + white) / 255) as u8;
            let (luma, blue, red) = rgb_to_ycbcr(flat(pixel[0]), flat(pixel[1]), flat(pixel[2]));
            buffers[0].push(luma);
            buffers[1].push(blue);
            buffers[2].push(red);
        }
    }
}
