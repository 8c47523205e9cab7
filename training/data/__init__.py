"""From the data folder to batches of training views."""
