"""The README's picture.

In:  a photo, and its cut-out as PNG. Out: before-after.jpg beside this file: the photo, and the cut-out on magenta.

`cargo run --release -- www/public/samples/shoe.jpg -o shoe.png`, then
`python docs/before_after.py www/public/samples/shoe.jpg shoe.png` (Pillow 11).
"""

import sys
from pathlib import Path

from PIL import Image

GROUND, GAP, HEIGHT = (255, 0, 255), 8, 360


def main(photo, cutout):
    cut = Image.open(cutout)
    composite = Image.new("RGB", cut.size, GROUND)
    composite.paste(cut, mask=cut.getchannel("A"))
    size = (round(cut.width * HEIGHT / cut.height), HEIGHT)
    pair = Image.new("RGB", (2 * size[0] + GAP, HEIGHT), "white")
    for left, picture in [(0, Image.open(photo)), (size[0] + GAP, composite)]:
        pair.paste(picture.resize(size, Image.Resampling.LANCZOS), (left, 0))
    pair.save(Path(__file__).with_name("before-after.jpg"), quality=92)


if __name__ == "__main__":
    main(*sys.argv[1:])
