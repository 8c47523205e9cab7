"""Scores strokes: painted alone, learning, and as hints to GrabCut (OpenCV, 5 rounds, from the same mask).

In:  the data folder, the built command line. Out: a table, IoU over the number of strokes, of the validation pictures whose
masks are worst; and how many of them learning makes worse than plain strokes. A user strokes the middle of the largest wrong
region that plain strokes leave, along its longer axis, with a brush whose radius is a fiftieth of the picture's longer side.
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

import cv2
import numpy as np

from data.split import read_split
from measure.asked import depths, iou
from measure.plot import curve
from measure.validation import SETS, originals
from paths import BUILT, DATA

WORST = 0.9
STROKES = 3
BRUSHES = 50
LONGEST_RADII = 4
COLOURS = {"plain": "#666", "learning": "#15803d", "GrabCut": "#c2410c"}


def stroke(found, truth):
    """Of `edit`'s form, over the largest region of `found` [h, w] bool that is not `truth`'s."""
    regions = []
    for keep in (True, False):
        _, labels, stats, _ = cv2.connectedComponentsWithStats(((found != truth) & (truth == keep)).astype(np.uint8), connectivity=4)
        regions += [(stat[cv2.CC_STAT_AREA], keep, labels == label) for label, stat in enumerate(stats) if label]
    if not regions:
        return None
    _, keep, region = max(regions, key=lambda region: region[0])
    inside = depths(region)
    radius = max(truth.shape) / BRUSHES
    y, x = np.unravel_index(inside.argmax(), inside.shape)
    places = np.stack(np.nonzero(region)[::-1])
    axis = np.linalg.eigh(np.cov(places))[1][:, 1] if places.shape[1] > 2 else np.array([1.0, 0.0])
    ends = [end(inside, np.array([x, y]), way * axis, radius) for way in (1, -1)]
    points = [{"x": float(x) + 0.5, "y": float(y) + 0.5} for x, y in ends]
    return {"mode": "keep" if keep else "erase", "points": points, "radius": radius, "hardness": 1}


def end(inside, start, axis, radius):
    """The last place from `start` along `axis` that is deep enough in the region."""
    place = start
    for step in range(1, int(LONGEST_RADII * radius) + 1):
        x, y = np.rint(start + step * axis).astype(int)
        if not (0 <= y < inside.shape[0] and 0 <= x < inside.shape[1]) or inside[y, x] < min(radius, 0.7 * inside.max()):
            break
        place = np.array([x, y])
    return place


def under(stroke, shape):
    """Which pixels a stroke touches, [h, w] bool."""
    places = np.stack(np.mgrid[: shape[0], : shape[1]][::-1]) + 0.5
    first, last = (np.array([point["x"], point["y"]]).reshape(2, 1, 1) for point in stroke["points"])
    along = last - first
    share = np.clip(((places - first) * along).sum(0) / max((along**2).sum(), 1e-9), 0, 1)
    return np.hypot(*(places - first - share * along)) <= stroke["radius"]


def painted(found, strokes):
    found = found.copy()
    for each in strokes:
        found[under(each, found.shape)] = each["mode"] == "keep"
    return found


def grab_cut(rgb, found, strokes):
    hints = np.where(found, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    for each in strokes:
        hints[under(each, found.shape)] = cv2.GC_FGD if each["mode"] == "keep" else cv2.GC_BGD
    subject = (hints == cv2.GC_FGD) | (hints == cv2.GC_PR_FGD)
    if subject.all() or not subject.any():
        return painted(found, strokes)
    cv2.setRNGSeed(1)
    cv2.grabCut(np.ascontiguousarray(rgb[..., ::-1]), hints, None, np.zeros((1, 65)), np.zeros((1, 65)), 5, cv2.GC_INIT_WITH_MASK)
    return (hints == cv2.GC_FGD) | (hints == cv2.GC_PR_FGD)


def cut(binary, photos, out, *words):
    """Masks of a photo, or of a folder of them."""
    subprocess.run([binary, photos, "-o", out, "--channels", "alpha", "--quiet", *words], stderr=subprocess.DEVNULL)


def read_mask(file, shape):
    """What the command line found, [h, w] bool; nothing where there is no file."""
    found = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE) if file.exists() else None
    return np.zeros(shape, bool) if found is None else found > 127


def learned(binary, photo, strokes, shape):
    with tempfile.TemporaryDirectory() as folder:
        file, out = Path(folder) / "strokes.json", Path(folder) / "mask.png"
        file.write_text(json.dumps(strokes))
        cut(binary, photo, out, "--strokes", file)
        return read_mask(out, shape)


def pictures(data, step):
    """(name, rgb, mask [h, w] bool) of every `step`-th validation picture."""
    split = read_split()
    for name in SETS:
        for index, rgb, mask in originals(data, split, name, step):
            yield f"{name}-{index}", rgb, mask > 127


def scores(binary, photo, first, rgb, truth):
    """IoU of the mask `first`, then of plain, learning and GrabCut after each stroke."""
    strokes, plain, rows = [], first, [[iou(first, truth)] * 3]
    for _ in range(STROKES):
        added = stroke(plain, truth)
        strokes = strokes + [added] if added else strokes
        plain = painted(first, strokes)
        ways = plain, learned(binary, photo, strokes, truth.shape), grab_cut(rgb, first, strokes)
        rows.append([iou(found, truth) for found in ways])
    return rows


def svg(means):
    """Mean IoU [strokes, (plain, learning, GrabCut)] over the number of strokes."""
    x, y = (lambda count: 44 + 130 * count), (lambda value: 290 - 1200 * (value - 0.65))
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 540 330" font-family="sans-serif" font-size="12">'
        '<title>IoU over strokes</title><rect width="540" height="330" fill="white"/>'
    ]
    for value in np.arange(0.65, 0.86, 0.05):
        parts.append(f'<path d="M44 {y(value):.1f}H{x(STROKES)}" stroke="#ddd"/><text x="14" y="{y(value) + 4:.1f}">{value:.2f}</text>')
    parts += [f'<text x="{x(count) - 3}" y="308">{count}</text>' for count in range(STROKES + 1)]
    parts.append(f'<text x="{x(STROKES / 2) - 20}" y="324">strokes</text>')
    for (name, colour), values in zip(COLOURS.items(), means.T):
        points = [(x(count), y(value)) for count, value in enumerate(values)]
        parts.append(curve(points, colour, name, points[-1][1] + 4))
    return "\n".join([*parts, "</svg>\n"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--binary", type=Path, default=BUILT / "cleancut")
    parser.add_argument("--step", type=int, default=1)
    parser.add_argument("--json", type=Path, help="IoU of every picture, [strokes, (plain, learning, GrabCut)]")
    parser.add_argument("--svg", type=Path, help="mean IoU over strokes, drawn")
    args = parser.parse_args()
    each = {}
    with tempfile.TemporaryDirectory() as folder:
        photos, masks = Path(folder) / "photos", Path(folder) / "masks"
        photos.mkdir()
        for name, rgb, _ in pictures(args.data, args.step):
            cv2.imwrite(str(photos / f"{name}.png"), rgb[..., ::-1])
        cut(args.binary, photos, masks, "--format", "png")
        for name, rgb, truth in pictures(args.data, args.step):
            first = read_mask(masks / f"{name}.png", truth.shape)
            if iou(first, truth) < WORST:
                each[name] = scores(args.binary, photos / f"{name}.png", first, rgb, truth)
    if args.json:
        args.json.write_text(json.dumps(each))
    every = np.array(list(each.values()))
    if args.svg:
        args.svg.write_text(svg(every.mean(0)))
    print(f"{len(every)} pictures below {WORST}\n| strokes | plain | learning | GrabCut | lose more than .01 | the worst |\n|---:|---:|---:|---:|---:|---:|")
    for count, rows in enumerate(every.transpose(1, 0, 2)):
        lost = rows[:, 0] - rows[:, 1]
        plain, learning, grabbed = rows.mean(0)
        print(f"| {count} | {plain:.4f} | {learning:.4f} | {grabbed:.4f} | {(lost > 0.01).sum()} | {max(lost.max(), 0):.3f} |")


if __name__ == "__main__":
    main()
