//! What goes into the network, an [`Input`] of a [`View`], and what comes out of it, a [`Saliency`].

/// The side of the square that the network looks at, px.
pub const INPUT_SIDE: u32 = 320;

/// What a network takes: `[height, width, 3]` u8, RGB.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    width: u32,
    height: u32,
    values: Vec<u8>,
}

impl Input {
    /// Wraps `values`, `[height, width, 3]` u8.
    ///
    /// # Panics
    /// When a side is 0 or `values` is not `width * height * 3` long.
    pub fn new(width: u32, height: u32, values: Vec<u8>) -> Self {
        assert!(width > 0 && height > 0, "an input has at least one pixel");
        assert_eq!(values.len(), width as usize * height as usize * 3);
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

    /// `[height, width, 3]` u8.
    pub fn values(&self) -> &[u8] {
        &self.values
    }
}

/// How a network looks at a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// Width of its input, px.
    pub width: u32,
    /// Height of its input, px.
    pub height: u32,
    /// Whether the picture's brightest value becomes 255.
    pub by_brightest: bool,
}

impl View {
    /// As U2-Net's reference looks: a square of `side` px, by its brightest value.
    pub fn square(side: u32) -> Self {
        Self { width: side, height: side, by_brightest: true }
    }
}

/// How likely each pixel of the input belongs to the subject: `[side, side]` f32 in [0, 1].
#[derive(Debug, Clone, PartialEq)]
pub struct Saliency {
    side: u32,
    values: Vec<f32>,
}

impl Saliency {
    /// Wraps `values`, `[side, side]` f32 in [0, 1].
    ///
    /// # Panics
    /// When `side` is 0 or `values` is not `side * side` long.
    pub fn new(side: u32, values: Vec<f32>) -> Self {
        assert!(side > 0, "a saliency map has at least one value");
        assert_eq!(values.len(), side as usize * side as usize);
        Self { side, values }
    }

    /// The side, px.
    pub fn side(&self) -> u32 {
        self.side
    }

    /// `[side, side]` f32 in [0, 1].
    pub fn values(&self) -> &[f32] {
        &self.values
    }
}
