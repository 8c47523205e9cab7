"""What a training loop is made of: loss, optimiser, schedule, choice of views."""
