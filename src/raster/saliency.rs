//! What goes into the network and what comes out of it: [`Input`] and [`Saliency`], squares.

/// The side of the square that the network looks at, px.
pub const INPUT_SIDE: u32 = 320;

/// What the engine takes: `[side, side, 3]` u8, RGB, the brightest value of the picture at 255.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    side: u32,
    values: Vec<u8>,
}

impl Input {
    /// Wraps `values`, `[side, side, 3]` u8.
    ///
    /// # Panics
    /// When `side` is 0 or `values` is not `side * side * 3` long.
    pub fn new(side: u32, values: Vec<u8>) -> Self {
        assert!(side > 0, "an input has at least one pixel");
        assert_eq!(values.len(), side as usize * side as usize * 3);
        Self { side, values }
    }

    /// The side, px.
    pub fn side(&self) -> u32 {
        self.side
    }

    /// `[side, side, 3]` u8.
    pub fn values(&self) -> &[u8] {
        &self.values
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
