"""In: `FOLDER/{train,validation,test}/CLASS/NAME.webp`. Out: arrays of a set, and its twin without backgrounds.

A picture in which `cleancut` finds nothing keeps its background in the twin; how many do is in `twin.json`.
"""

import json
import subprocess
from pathlib import Path

import cv2
import numpy as np

SETS = ("train", "validation", "test")


def make_twin(folder, twin, binary):
    """Goes on where it was: classes that are done are left alone."""
    done = twin / "twin.json"
    counts = json.loads(done.read_text()) if done.exists() else {}
    for source in sorted(path for name in SETS for path in (folder / name).iterdir() if path.is_dir()):
        key = f"{source.parent.name}/{source.name}"
        if key in counts:
            continue
        out = twin / key
        command = [binary, f"{source}/", "-o", f"{out}/", "--background", "white", "--format", "png"]
        subprocess.run(command, stderr=subprocess.DEVNULL, check=False)
        kept = 0
        for path in sorted(source.iterdir()):
            if not (out / f"{path.stem}.png").exists():
                kept += 1
                cv2.imwrite(str(out / f"{path.stem}.png"), cv2.imread(str(path)))
        counts[key] = {"pictures": len(list(source.iterdir())), "kept": kept}
        done.write_text(json.dumps(counts, indent=1) + "\n")
    return counts


def load(folder, name, side):
    """rgb [n, side, side, 3] u8, class [n], in the order of names; of the whole picture, squeezed."""
    classes = sorted(path.name for path in (folder / name).iterdir() if path.is_dir())
    rgb, labels = [], []
    for label, kind in enumerate(classes):
        for path in sorted((folder / name / kind).iterdir(), key=lambda path: path.stem):
            picture = cv2.resize(cv2.imread(str(path)), (side, side), interpolation=cv2.INTER_AREA)
            rgb.append(picture[..., ::-1])
            labels.append(label)
    return np.stack(rgb), np.array(labels)


def augment(rgb, rng):
    """Flipped, and shifted by an eighth at most."""
    n, side = rgb.shape[:2]
    reach = side // 8
    padded = np.pad(rgb, ((0, 0), (reach, reach), (reach, reach), (0, 0)), mode="edge")
    out = np.empty_like(rgb)
    for i, (y, x, flip) in enumerate(zip(*rng.integers(2 * reach + 1, size=(2, n)), rng.random(n) < 0.5)):
        part = padded[i, y : y + side, x : x + side]
        out[i] = part[:, ::-1] if flip else part
    return out


def default_folders(data, runs):
    return Path(data) / "clothing_classes", Path(runs) / "study/twin"
