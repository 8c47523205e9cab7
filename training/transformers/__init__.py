"""Segmenter and SETR: classes of clothes, by transformers. See `training/README.md`."""
