//! The two types that cross from step to step: [`Image`] and [`Mask`]. They hold pixels and know
//! their size; every operation on them lives in the step that does it.

use std::sync::OnceLock;

/// A picture: `[height, width, 4]` u8, RGBA in sRGB, straight (not premultiplied) alpha.
#[derive(Debug, Clone)]
pub struct Image {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
    small: OnceLock<Option<Box<Self>>>,
}

impl Image {
    /// Wraps `pixels`, `[height, width, 4]` RGBA8, row by row from the top.
    ///
    /// # Panics
    /// When a side is 0 or `pixels` is not `width * height * 4` bytes long.
    pub fn new(width: u32, height: u32, pixels: Vec<u8>) -> Self {
        assert!(width > 0 && height > 0, "an image has at least one pixel");
        assert_eq!(pixels.len(), width as usize * height as usize * 4);
        Self { width, height, pixels, small: OnceLock::new() }
    }

    /// Width, px.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height, px.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// `[height, width, 4]` RGBA8.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// `[height, width, 4]` RGBA8, to be changed in place.
    pub fn pixels_mut(&mut self) -> &mut [u8] {
        self.small.take();
        &mut self.pixels
    }

    /// The pixels, `[height, width, 4]` RGBA8, without a copy.
    pub fn into_pixels(self) -> Vec<u8> {
        self.pixels
    }

    /// Whether every alpha is 255.
    pub fn is_opaque(&self) -> bool {
        let is_opaque = |pixels: &[u8]| {
            pixels.chunks_exact(4).fold(255, |alphas, pixel| alphas & pixel[3]) == 255
        };
        self.pixels.chunks(4096).all(is_opaque)
    }

    /// What `shrink` makes of these pixels, kept until they change; itself where that is nothing.
    pub(super) fn small(&self, shrink: impl FnOnce(&Self) -> Option<Self>) -> &Self {
        self.small.get_or_init(|| shrink(self).map(Box::new)).as_deref().unwrap_or(self)
    }
}

impl PartialEq for Image {
    fn eq(&self, other: &Self) -> bool {
        (self.width, self.height, &self.pixels) == (other.width, other.height, &other.pixels)
    }
}

impl Eq for Image {}

/// How much of each pixel belongs to the subject: `[height, width]` u8, 0 none, 255 all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mask {
    width: u32,
    height: u32,
    values: Vec<u8>,
}

impl Mask {
    /// Wraps `values`, `[height, width]` u8, row by row from the top.
    ///
    /// # Panics
    /// When a side is 0 or `values` is not `width * height` bytes long.
    pub fn new(width: u32, height: u32, values: Vec<u8>) -> Self {
        assert!(width > 0 && height > 0, "a mask has at least one pixel");
        assert_eq!(values.len(), width as usize * height as usize);
        Self { width, height, values }
    }

    /// Width, px.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height, px.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// `[height, width]` u8.
    pub fn values(&self) -> &[u8] {
        &self.values
    }

    /// `[height, width]` u8, to be changed in place.
    pub fn values_mut(&mut self) -> &mut [u8] {
        &mut self.values
    }
}
