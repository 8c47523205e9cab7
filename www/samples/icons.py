"""Draws the app's icons from `../public/icon.svg`.

In: the icon as SVG. Out: `../public/icon-192.png` and `icon-512.png`, square and transparent at the
corners, and `icon-maskable-512.png`: opaque to the edge, the drawing within the safe zone.
`pip install cairosvg==2.9.1 pillow==13.0.0`, then `python icons.py` here.
"""

from io import BytesIO
from pathlib import Path

import cairosvg
from PIL import Image

PUBLIC = Path(__file__).parent.parent / "public"
COLOURS = 64
SAFE_ZONE = 0.8


def draw(size):
    """The icon, `size` x `size` px, RGBA."""
    png = cairosvg.svg2png(url=str(PUBLIC / "icon.svg"), output_width=size, output_height=size)
    return Image.open(BytesIO(png)).convert("RGBA")


def save(icon, name):
    icon.quantize(COLOURS, Image.Quantize.FASTOCTREE).save(PUBLIC / name, optimize=True)


def main():
    for size in (192, 512):
        save(draw(size), f"icon-{size}.png")
    inner = draw(int(512 * SAFE_ZONE))
    ground = inner.getpixel((inner.width // 2, 4))
    maskable = Image.new("RGBA", (512, 512), ground)
    edge = (512 - inner.width) // 2
    maskable.alpha_composite(inner, (edge, edge))
    save(maskable, "icon-maskable-512.png")


if __name__ == "__main__":
    main()
