"""Renders the demo page's sample pictures: the project's own scenes, path-traced by Blender.

In: nothing. Out: `../public/samples/NAME.jpg` and its thumbnail NAME.webp, 144 x 144 px.
`pip install bpy==5.0.1 pillow==13.0.0` (CPython 3.11), then `python render.py [NAME ...]` here;
`--draft FOLDER` writes quick, small PNGs there instead. The committed files are its output.
"""

import argparse
import importlib
from pathlib import Path

import numpy as np
from PIL import Image

import stage

SCENES = ("shoe", "bag", "headphones")
SAMPLES = 12
PUBLIC = Path(__file__).parent.parent / "public/samples"


def develop(light):
    """What a lens and a sensor add: darker corners and grain; uint8 [h, w, 3]."""
    h, w = light.shape[:2]
    y, x = np.mgrid[-1 : 1 : h * 1j, -1 : 1 : w * 1j]
    light = light * (1 - 0.05 * (x**2 + y**2))[..., None]
    rng = np.random.default_rng(7)
    light = light + rng.normal(0, 0.006, (h, w, 1)) + rng.normal(0, 0.003, (h, w, 3))
    return (np.clip(light, 0, 1) * 255 + 0.5).astype("u1")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", default=SCENES)
    parser.add_argument("--draft", type=Path)
    options = parser.parse_args()
    for name in options.names:
        scene = importlib.import_module(name)
        stage.clear()
        scene.build()
        width, height = scene.SIZE
        if options.draft:
            light = stage.photograph(width // 2, height // 2, 8, scene.EXPOSURE)
            Image.fromarray(develop(light)).save(options.draft / f"{name}.png")
            continue
        picture = Image.fromarray(develop(stage.photograph(width, height, SAMPLES, scene.EXPOSURE)))
        PUBLIC.mkdir(exist_ok=True)
        picture.save(PUBLIC / f"{name}.jpg", quality=82, optimize=True, progressive=True)
        left, top = (width - min(width, height)) // 2, (height - min(width, height)) // 2
        square = picture.crop((left, top, left + min(width, height), top + min(width, height)))
        square.resize((144, 144), Image.Resampling.LANCZOS).save(
            PUBLIC / f"{name}.webp", quality=60, method=6
        )


if __name__ == "__main__":
    main()
