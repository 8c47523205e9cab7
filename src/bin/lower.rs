//! `lower IN.onnx OUT.plan`: the build step that turns the model into what the engine reads.

use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [onnx, plan] = &args[..] else {
        eprintln!("usage: lower IN.onnx OUT.plan");
        return ExitCode::from(2);
    };
    match lower(onnx, plan) {
        Ok(bytes) => {
            println!("{plan}: {bytes} bytes");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{onnx}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn lower(onnx: &str, plan: &str) -> Result<usize, Box<dyn std::error::Error>> {
    let bytes = cleancut::engine::lower(&std::fs::read(onnx)?)?;
    std::fs::write(plan, &bytes)?;
    Ok(bytes.len())
}
