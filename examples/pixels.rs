//! Decodes a photo as the library does and writes a PPM (P6), its alpha on nothing, to standard
//! output: `cargo run --example pixels -- photo.jpg > photo.ppm`. For comparisons with others.

use std::io::Write;

use cleancut::options::MAX_PIXELS;
use cleancut::read::read;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = std::env::args_os().nth(1).ok_or("give a photo")?;
    let image = read(&std::fs::read(file)?, MAX_PIXELS)?;
    let mut out = format!("P6\n{} {}\n255\n", image.width(), image.height()).into_bytes();
    out.extend(image.pixels().chunks_exact(4).flat_map(|pixel| &pixel[..3]));
    std::io::stdout().write_all(&out)?;
    Ok(())
}
