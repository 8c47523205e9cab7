"""`python -m transformers.train segmenter`: trains a net on 59 classes of clothes, exports it, scores it.

SGD, momentum .9, polynomial decay of .9, as the published runs; in bf16, and the loss on every fourth row and column,
where most of the time went. `--adamw`: AdamW (arXiv 1711.05101) instead, a rate of .0005 that rises for 200 steps,
a decay of .05. Goes on from its last checkpoint.
Out: `runs/transformers/NET/{last.pt,NET.onnx,score.json}`, with `--adamw` in `NET-adamw/`.
"""

import argparse
import json
import time
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F

from paths import DATA, RUNS
from transformers.nets import NETS
from transformers.pictures import IGNORED, normalise, read, split, view

CLASSES = 59
EVERY = 200
STRIDE = 4
WARM_UP = 200


def adamw(parameters):
    return torch.optim.AdamW(parameters, lr=5e-4, weight_decay=0.05)


def sgd(parameters):
    return torch.optim.SGD(parameters, lr=0.01, momentum=0.9, weight_decay=1e-4)


def train(net, pictures, args, folder):
    parameters = list(net.parameters())
    optimiser = adamw(parameters) if args.adamw else sgd(parameters)
    full = optimiser.defaults["lr"]
    start, checkpoint = 0, folder / "last.pt"
    if checkpoint.exists():
        held = torch.load(checkpoint, weights_only=True)
        net.load_state_dict(held["net"])
        optimiser.load_state_dict(held["optimiser"])
        start = held["step"]
    net.train()
    since = time.time()
    for step in range(start, args.steps):
        rng = np.random.default_rng((args.seed, step))
        views = [view(*pictures[i], args.side, rng) for i in rng.integers(len(pictures), size=args.batch)]
        rgb, classes = map(np.stack, zip(*views))
        for group in optimiser.param_groups:
            group["lr"] = full * (1 - step / args.steps) ** 0.9
            if args.adamw:
                group["lr"] *= min(1, (step + 1) / WARM_UP)
        with torch.autocast("cpu", torch.bfloat16):
            logits = net.coarse(torch.from_numpy(normalise(rgb))).float()
        truth = torch.from_numpy(classes)[:, STRIDE // 2 :: STRIDE, STRIDE // 2 :: STRIDE].long()
        logits = F.interpolate(logits, size=truth.shape[1:], mode="bilinear", align_corners=False)
        loss = F.cross_entropy(logits, truth, ignore_index=IGNORED)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1)
        optimiser.step()
        if (step + 1) % EVERY == 0 or step + 1 == args.steps:
            torch.save({"net": net.state_dict(), "optimiser": optimiser.state_dict(), "step": step + 1}, checkpoint)
            print(f"{step + 1} loss {loss.item():.3f} {time.time() - since:.0f} s", flush=True)


def score(net, pictures, side):
    """aAcc and mIoU over all pixels, at the pictures' own size; a class that is nowhere counts nowhere."""
    counts = np.zeros((3, CLASSES))
    net.eval()
    for rgb, truth in pictures:
        square = cv2.resize(rgb, (side, side), interpolation=cv2.INTER_AREA)
        with torch.no_grad():
            logits = net(torch.from_numpy(normalise(square[None])))
            found = F.interpolate(logits, size=truth.shape, mode="bilinear", align_corners=False)[0].argmax(0).numpy()
        for row, labels in zip(counts, (found, truth, truth[found == truth])):
            row += np.bincount(labels.ravel(), minlength=CLASSES)[:CLASSES]
    found, truth, both = counts
    union = found + truth - both
    return {"pixel_accuracy": round(both.sum() / truth.sum(), 4), "miou": round(float((both / union)[union > 0].mean()), 4)}


def export(net, side, path):
    """`image` [1, 3, side, side] -> `classes` [1, 59, side, side]."""
    net.eval()
    torch.onnx.export(net, torch.zeros(1, 3, side, side), str(path), opset_version=17, input_names=["image"],
                      output_names=["classes"], dynamo=False)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("net", choices=NETS)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--side", type=int, default=192)
    parser.add_argument("--steps", type=int, default=2500)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--adamw", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    folder = RUNS / "transformers" / (f"{args.net}-adamw" if args.adamw else args.net)
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(args.seed)
    net = NETS[args.net](CLASSES, args.side)
    training, validation, test = ([read(args.data, name) for name in names] for names in split(args.data))
    train(net, training, args, folder)
    results = {"parameters": sum(p.numel() for p in net.parameters()), "side": args.side, "steps": args.steps}
    results |= {"validation": score(net, validation, args.side), "test": score(net, test, args.side)}
    export(net, args.side, folder / f"{args.net}.onnx")
    (folder / "score.json").write_text(json.dumps(results, indent=1) + "\n")
    print(json.dumps(results))
