//! `saliency MODEL SIDE [PRESET] < pictures > maps`: the engine alone, for measurements in other languages;
//! with the preset of a spec, tract-onnx alone.
//!
//! In: any number of pictures, `[SIDE, SIDE, 3]` u8, RGB, one after the other. Out: for each, as
//! soon as it is read, `[SIDE, SIDE]` f32, little-endian, in [0, 1].

use std::error::Error;
use std::io::{ErrorKind, Read, Write};

use cleancut::Image;
use cleancut::engine::Engine;
use cleancut::engine::onnx::{Onnx, Spec};
use cleancut::find::preprocess::preprocess;
use cleancut::raster::{Input, Saliency, View};

/// From what the network sees to what it finds.
type Run = Box<dyn Fn(&Input) -> cleancut::Result<Saliency>>;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [model, side, preset @ ..] = &args[..] else {
        return Err("usage: saliency MODEL SIDE [PRESET]".into());
    };
    let (bytes, side) = (std::fs::read(model)?, side.parse::<u32>()?);
    let mut view = View::square(side);
    let run: Run = match preset {
        [] => {
            let engine = Engine::load(&bytes)?;
            Box::new(move |input| engine.run(input))
        }
        [preset, ..] => {
            let spec = Spec::parse([("preset", &**preset), ("side", &*side.to_string())])?;
            view.by_brightest = spec.by_brightest;
            let network = Onnx::load(&bytes, spec)?;
            Box::new(move |input| network.run(input))
        }
    };
    let mut rgb = vec![0; 3 * side as usize * side as usize];
    let (mut pictures, mut maps) = (std::io::stdin().lock(), std::io::stdout().lock());
    while is_there(&mut pictures, &mut rgb)? {
        let rgba = rgb.chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], 255]).collect();
        let saliency = run(&preprocess(&Image::new(side, side, rgba), view))?;
        let bytes: Vec<u8> = saliency.values().iter().flat_map(|v| v.to_le_bytes()).collect();
        maps.write_all(&bytes)?;
        maps.flush()?;
    }
    Ok(())
}

/// Fills `rgb`, or finds that the pictures are at their end.
fn is_there(pictures: &mut impl Read, rgb: &mut [u8]) -> std::io::Result<bool> {
    let mut filled = 0;
    while filled < rgb.len() {
        match pictures.read(&mut rgb[filled..]) {
            Ok(0) if filled == 0 => return Ok(false),
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}
