//! `lower IN.onnx OUT.plan`: turns the model into what the engine reads, whenever the model changes.

use std::process::ExitCode;

use cleancut::engine::Lowered;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [onnx, plan] = &args[..] else {
        eprintln!("usage: lower IN.onnx OUT.plan");
        return ExitCode::from(2);
    };
    match lower(onnx, plan) {
        Ok(Lowered { plan: bytes, layers, dropped }) => {
            println!("{plan}: {layers} layers, {} bytes", bytes.len());
            println!("{dropped} layers of {onnx} reach nothing and were dropped");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{onnx}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn lower(onnx: &str, plan: &str) -> Result<Lowered, Box<dyn std::error::Error>> {
    let lowered = cleancut::engine::lower(&std::fs::read(onnx)?)?;
    std::fs::write(plan, &lowered.plan)?;
    Ok(lowered)
}
