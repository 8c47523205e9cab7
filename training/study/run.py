"""`python -m study.run`: trains every net on the pictures and on their twins, with and without augmentation, on several seeds.

Out: `runs/study/{results.json,accuracy.png}` and a table. Run again, it goes on with what is missing. The test accuracy
of a run is that of the epoch that is best on the validation pictures.
"""

import argparse
import json
from itertools import product
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F

from paths import BUILT, DATA, RUNS
from study.nets import NETS
from study.pictures import SETS, augment, default_folders, load, make_twin


def tensor(rgb):
    return torch.from_numpy(rgb.astype(np.float32) / 127.5 - 1).permute(0, 3, 1, 2)


def accuracy(net, rgb, labels):
    net.eval()
    with torch.no_grad():
        found = torch.cat([net(tensor(rgb[i : i + 256])).argmax(1) for i in range(0, len(rgb), 256)])
    return float((found.numpy() == labels).mean())


def run(net, sets, is_augmented, seed, args):
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = NETS[net](int(sets["train"][1].max()) + 1)
    optimiser = torch.optim.SGD(net.parameters(), lr=args.lr, momentum=0.9, weight_decay=5e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, args.epochs)
    rgb, labels = sets["train"]
    best = (0.0, 0.0)
    for _ in range(args.epochs):
        net.train()
        order = rng.permutation(len(rgb))
        for i in range(0, len(order) - args.batch + 1, args.batch):
            chosen = order[i : i + args.batch]
            views = augment(rgb[chosen], rng) if is_augmented else rgb[chosen]
            loss = F.cross_entropy(net(tensor(views)), torch.from_numpy(labels[chosen]))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        schedule.step()
        validated = accuracy(net, *sets["validation"])
        if validated > best[0]:
            best = validated, accuracy(net, *sets["test"])
    return best[1]


def table(results):
    lines = ["| net | augmented | with background | without | difference |", "|---|---|---:|---:|---:|"]
    for net, is_augmented in product(NETS, (False, True)):
        pairs = [[v for k, v in results.items() if k.startswith(f"{net} {kind} {is_augmented} ")] for kind in ("own", "twin")]
        if all(pairs):
            (own, twin), spread = [np.mean(p) for p in pairs], [np.std(p) for p in pairs]
            lines.append(f"| {net} | {'yes' if is_augmented else 'no'} | {own:.3f} ± {spread[0]:.3f} | "
                         f"{twin:.3f} ± {spread[1]:.3f} | {twin - own:+.3f} |")
    return "\n".join(lines)


def plot(results, path):
    """A dot for each run, a column for each net and way; grey with background, red without."""
    groups = list(product(NETS, (False, True), ("own", "twin")))
    width, height, left = 90 * len(groups) + 80, 420, 60
    image = np.full((height, width, 3), 255, np.uint8)
    place = lambda value: int(height - 60 - value * (height - 100))
    for level in np.arange(0, 1.01, 0.2):
        cv2.line(image, (left, place(level)), (width, place(level)), (225, 225, 225), 1)
        cv2.putText(image, f"{level:.1f}", (16, place(level) + 5), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 0, 0), 1, cv2.LINE_AA)
    for at, (net, is_augmented, kind) in enumerate(groups):
        x = left + 45 + 90 * at
        for value in (v for k, v in results.items() if k.startswith(f"{net} {kind} {is_augmented} ")):
            cv2.circle(image, (x, place(value)), 5, (60, 60, 220) if kind == "twin" else (110, 110, 110), -1, cv2.LINE_AA)
        if kind == "own":
            words = f"{net}{', aug.' if is_augmented else ''}"
            cv2.putText(image, words, (x - 20, height - 24), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 1, cv2.LINE_AA)
    cv2.imwrite(str(path), image)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--binary", type=Path, default=BUILT / "cleancut")
    parser.add_argument("--side", type=int, default=64)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--lr", type=float, default=0.02)
    args = parser.parse_args()
    own, twin = default_folders(args.data, RUNS)
    twin.mkdir(parents=True, exist_ok=True)
    counts = make_twin(own, twin, args.binary)
    kept = sum(count["kept"] for count in counts.values())
    print(f"{kept} of {sum(count['pictures'] for count in counts.values())} pictures keep their background", flush=True)
    folders = {kind: {name: load(folder, name, args.side) for name in SETS} for kind, folder in (("own", own), ("twin", twin))}
    file = RUNS / "study/results.json"
    results = json.loads(file.read_text()) if file.exists() else {}
    for seed, net, is_augmented, kind in product(range(args.seeds), NETS, (False, True), folders):
        key = f"{net} {kind} {is_augmented} {seed}"
        if key not in results:
            results[key] = round(run(net, folders[kind], is_augmented, seed, args), 4)
            file.write_text(json.dumps(results, indent=1) + "\n")
            print(key, results[key], flush=True)
    plot(results, RUNS / "study/accuracy.png")
    print(table(results))
