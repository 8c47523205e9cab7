"""Other packages' functions on this engine."""
