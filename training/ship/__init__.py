"""From a trained network to the files in `models/`."""
