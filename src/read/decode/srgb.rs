//! sRGB from linear light and from XYZ (IEC 61966-2-1).

use std::sync::LazyLock;

/// Entries of the table from linear light to sRGB.
const STEPS: usize = 1 << 14;
/// Linear light from XYZ relative to D50, by rows, Bradford-adapted.
const OF_XYZ: [[f64; 3]; 3] = [
    [3.134_135_8, -1.617_385_8, -0.490_662_2],
    [-0.978_795_5, 1.916_254_4, 0.033_442_6],
    [0.071_955_4, -0.228_976_6, 1.405_386_1],
];

/// From linear light to values, by a table.
pub(super) struct Encode(&'static [u8]);

impl Encode {
    pub(super) fn new() -> Self {
        static VALUES: LazyLock<Vec<u8>> = LazyLock::new(|| {
            (0..STEPS).map(|step| encoded(step as f64 / (STEPS - 1) as f64)).collect()
        });
        Self(&VALUES)
    }

    /// The value of `light`, which is clipped to 0 to 1.
    pub(super) fn value(&self, light: f32) -> u8 {
        self.0[(light.clamp(0.0, 1.0) * (STEPS - 1) as f32 + 0.5) as usize]
    }
}

/// sRGB's linear light, by rows, of that of primaries whose XYZ, relative to D50, are `columns`.
pub(super) fn of_columns(columns: [[f64; 3]; 3]) -> [[f32; 3]; 3] {
    OF_XYZ.map(|row| {
        columns.map(|column| row.iter().zip(column).map(|(a, b)| a * b).sum::<f64>() as f32)
    })
}

/// The value of `light`, 0 to 1.
pub(super) fn encoded(light: f64) -> u8 {
    let value = if light <= 0.003_130_8 {
        12.92 * light
    } else {
        1.055 * libm::pow(light, 1.0 / 2.4) - 0.055
    };
    (value * 255.0 + 0.5) as u8
}
