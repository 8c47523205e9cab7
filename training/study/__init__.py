"""Does background removal help a classifier? See `training/README.md`."""
