"""The networks: normalised pictures to logits, and how one starts from a file."""
