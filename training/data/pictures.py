"""Reads the data folder into memory once; writes pairs in its form.

In:  `<data>/<folder>/im/NAME.jpg` and `gt/NAME.png` (0-255, 255 = foreground), `<data>/bg/**/*.jpg`.
Out: `Folder`s of (rgb [h, w, 3] u8, mask [h, w] u8), longest side <= 384 px, without the names in `split.json`.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2

MAX_SIDE_PX = 384

# How often a picture of a folder is drawn: this times the square root of its number of pictures.
# Folders in REAL keep their own background; the others show an object on white and are composited.
REAL = {
    "duts": 4.0,
    "ecssd": 3.0,
    "clothing_gc": 2.0,
    "sod": 2.0,
    "ccp": 1.5,
    "horses": 1.0,
    "feral_cats": 1.0,
    "alphamatting": 1.0,
    "davis": 0.7,
    "coco": 0.7,
}
ON_WHITE = {
    "people_cutouts": 3.0,
    "fashion_products": 2.2,
    "magento_luma": 1.5,
    "contoso": 0.8,
    "saleor": 0.8,
    "opencart_demo": 0.6,
    "small_open": 0.8,
    "snacks": 0.5,
    "grocery_iconic": 0.5,
}


@dataclass
class Folder:
    name: str
    real: bool
    weight: float
    pairs: list


def read_rgb(path):
    """A picture as [h, w, 3] u8 RGB, longest side at most 384 px."""
    bgr = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if bgr is None:
        raise ValueError(f"{path} is not a picture that OpenCV reads")
    return shrink(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB))


def read_mask(path):
    """A mask as [h, w] u8, 255 = foreground, longest side at most 384 px."""
    mask = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if mask is None:
        raise ValueError(f"{path} is missing or not a picture")
    return shrink(mask)


def shrink(image):
    scale = MAX_SIDE_PX / max(image.shape[:2])
    if scale >= 1:
        return image
    return cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def resize(image, size):
    shrinking = min(image.shape[:2]) > size
    return cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR)


def read_pair(folder, name):
    image = read_rgb(next((folder / "im").glob(name + ".*")))
    mask = read_mask(folder / "gt" / f"{name}.png")
    if image.shape[:2] != mask.shape:
        raise ValueError(f"{folder.name}/{name}: picture {image.shape[:2]}, mask {mask.shape}")
    return image, mask


def write_pair(folder, name, rgb, saliency):
    """rgb [h, w, 3] u8 and its saliency [*, *] f32, which becomes a mask of the picture's size."""
    mask = (cv2.resize(saliency, rgb.shape[1::-1]) * 255 + 0.5).astype("uint8")
    for part, image in (("im", rgb[..., ::-1]), ("gt", mask)):
        (folder / part).mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / part / f"{name}.png"), image)


def read_folders(data, split, weights=None, dropped=None):
    """Training folders; `weights` adds or overrides {folder: weight}, 0 leaves one out, as `dropped` does {folder: names}."""
    folders = []
    for name, weight in {**REAL, **ON_WHITE, **(weights or {})}.items():
        path = Path(data) / name
        if not weight or not path.is_dir():
            print(f"{path} {'is not there: ' if weight else ''}left out", flush=True)
            continue
        kept_apart = {*split.get(name, ()), *(dropped or {}).get(name, ())}
        names = sorted(p.stem for p in (path / "im").iterdir() if p.stem not in kept_apart)
        pairs = [read_pair(path, n) for n in names]
        folders.append(Folder(name, name not in ON_WHITE, weight * len(pairs) ** 0.5, pairs))
    return folders


def read_backgrounds(data, split):
    root = Path(data) / "bg"
    kept_apart = {*split["bg"], *split["empty"]}
    paths = sorted(p for p in root.rglob("*.jpg") if str(p.relative_to(root)) not in kept_apart)
    return [(read_rgb(p), None) for p in paths]
