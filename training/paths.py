"""Where the other folders lie."""

from pathlib import Path

TRAINING = Path(__file__).resolve().parent
RUNS = TRAINING / "runs"
MODELS = TRAINING.parent / "models"
# What `cargo build --release` makes.
BUILT = TRAINING.parent / "target/release"
DATA = TRAINING.parents[1] / "shared/data"
