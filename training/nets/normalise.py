"""What a network wants its pictures to be; the engine does the same."""

MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)


def normalise(rgb):
    """[n, 3, h, w] u8 -> f32: divided by each picture's own maximum, then ImageNet's mean and deviation."""
    rgb = rgb.float()
    rgb = rgb / rgb.amax((1, 2, 3), keepdim=True).clamp(min=1)
    return (rgb - rgb.new_tensor(MEAN).view(3, 1, 1)) / rgb.new_tensor(STD).view(3, 1, 1)
