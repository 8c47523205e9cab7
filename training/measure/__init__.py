"""Scores, and the runtimes that make what is scored."""
