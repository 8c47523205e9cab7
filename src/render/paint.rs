//! In: a [`Ground`], a [`Shade`], and a cut-out with its [`Placement`]. Out: the canvas, an
//! [`Image`], straight alpha. From the back: ground, shadow, outline, subject, each over what is behind it
//! (Porter and Duff 1984).

use super::frame::Placement;
use super::ground::Ground;
use super::outline::Line;
use super::shadow::Shade;
use crate::raster::Image;

/// Paints a canvas. `cutout` has the size of the placement's target; where it covers the canvas, it
/// becomes the canvas without a copy.
///
/// # Panics
/// When the sizes differ.
pub fn paint(
    cutout: Image,
    placement: &Placement,
    ground: &Ground,
    shade: Option<&Shade>,
    line: Option<&Line>,
) -> Image {
    let Placement { width, height, target, .. } = *placement;
    assert_eq!((cutout.width(), cutout.height()), (target.width, target.height));
    let mut behind = vec![0; width as usize * 4];
    let mut shares = vec![[0.0]; width as usize];
    let mut paint_behind = |y: u32, behind: &mut [u8]| {
        ground.row(y, behind);
        if let Some(shade) = shade {
            shade.row(y, &mut shares);
            colour(behind, [0, 0, 0, 255], &shares);
        }
        if let Some(line) = line {
            line.row(y, &mut shares);
            colour(behind, line.colour, &shares);
        }
    };
    if (target.width, target.height) == (width, height) {
        let mut canvas = cutout;
        for (y, row) in (0..).zip(canvas.pixels_mut().chunks_exact_mut(width as usize * 4)) {
            paint_behind(y, &mut behind);
            over(row, &behind);
        }
        return canvas;
    }
    let mut pixels = vec![0; width as usize * height as usize * 4];
    for (y, row) in (0..).zip(pixels.chunks_exact_mut(width as usize * 4)) {
        paint_behind(y, row);
        let Some(line) = y.checked_sub(target.y).filter(|&line| line < target.height) else {
            continue;
        };
        let (from, length) = (target.x as usize * 4, target.width as usize * 4);
        let behind = &mut behind[..length];
        behind.copy_from_slice(&row[from..][..length]);
        let row = &mut row[from..][..length];
        row.copy_from_slice(&cutout.pixels()[line as usize * length..][..length]);
        over(row, behind);
    }
    Image::new(width, height, pixels)
}

/// Puts a row over the one behind it.
fn over(row: &mut [u8], behind: &[u8]) {
    for (pixel, behind) in row.chunks_exact_mut(4).zip(behind.chunks_exact(4)) {
        match (pixel[3], behind[3]) {
            (255, _) | (_, 0) => {}
            (0, _) => pixel.copy_from_slice(behind),
            (alpha, behind_alpha) => {
                let front = u32::from(alpha) * 255;
                let back = u32::from(behind_alpha) * (255 - u32::from(alpha));
                let both = front + back;
                for c in 0..3 {
                    let sum = u32::from(pixel[c]) * front + u32::from(behind[c]) * back;
                    pixel[c] = ((sum + both / 2) / both) as u8;
                }
                pixel[3] = ((both + 127) / 255) as u8;
            }
        }
    }
}

/// Puts a share of a colour over each pixel of a row, 0 to 1.
fn colour(row: &mut [u8], [r, g, b, alpha]: [u8; 4], shares: &[[f32; 1]]) {
    for (pixel, [share]) in row.chunks_exact_mut(4).zip(shares) {
        let mut front = [r, g, b, (share * f32::from(alpha) + 0.5) as u8];
        if front[3] > 0 {
            over(&mut front, pixel);
            pixel.copy_from_slice(&front);
        }
    }
}
