"""Trains U2-Netp for a given number of minutes; stops and resumes at any step.

In:  the data folder; optionally an ONNX to start from. Out: `<out>/last.pt` (network, averaged network,
optimisers, step, minutes), the same as `phase1.pt` and so on where a phase ends, and `<out>/log.jsonl`, one line per
20 steps and per validation.

The budget is cut into phases, `side x batch : share`; `side x batch h` trains at half resolution, without the
finest decoder block (`nets/u2netp.py`), more than half of the work. The learning rate warms up,
then falls as a cosine over the whole budget; with `--edges` the last phase weighs contours. Time is wall time, pauses included.
"""

import argparse
import copy
import json
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import torch
import torch.nn.functional as F

from data.batches import batches
from data.pictures import read_backgrounds, read_folders
from data.split import read_split
from learn.harder import harder
from learn.loss import loss
from learn.muon import Muon
from learn.schedule import learning_rate, parse_phases
from measure.metrics import score, summary
from measure.validation import validation_sets
from nets.blocks import conv_layers, upsample
from nets.normalise import normalise
from nets.u2netp import U2Netp
from nets.warm_start import load_folded, norms, revive_norms
from paths import DATA, RUNS

LOG_EVERY = 20
SAVE_SECONDS = 120
MUON_TIMES = 6


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--out", type=Path, default=RUNS / "main")
    parser.add_argument("--init", type=Path, help="fp32 ONNX to start from")
    parser.add_argument("--minutes", type=float, required=True, help="budget of the whole run, resumed parts included")
    parser.add_argument("--phases", default="192x8h:0.3,256x8h:0.42,256x8:0.28")
    parser.add_argument("--lr", type=float, default=1e-3, help=f"AdamW's; Muon's is {MUON_TIMES} times that")
    parser.add_argument("--ema", type=float, default=0.995, help="decay of the weights' average; for the first 1 / (1 - EMA) steps it is their plain mean")
    parser.add_argument("--freeze-norms", action="store_true", help="batch norms keep their statistics, as when the network is used")
    parser.add_argument("--edges", type=float, default=0, help="extra weight of contours in the last phase")
    parser.add_argument("--add", action="append", default=[], metavar="FOLDER=WEIGHT", help="a folder of your own, under --data or absolute")
    parser.add_argument("--drop", type=Path, help="names not to train on, {folder: [names]}, as `selftrain.py` writes them")
    parser.add_argument("--validate-minutes", type=float, default=10)
    parser.add_argument("--validate-step", type=int, default=5)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--lanes", type=int, default=2, help="parts of a batch trained side by side, a CPU core each; 1 on a GPU")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pause-file", type=Path, help="training waits while this file exists")
    return parser.parse_args()


def optimisers(net, lr):
    """Muon for the convolutions behind which a batch norm makes their length irrelevant; AdamW for the rest."""
    convolutions = [layer[0].weight for layer in conv_layers(net)]
    chosen = {id(p) for p in convolutions}
    rest = [p for p in net.parameters() if id(p) not in chosen]
    return [
        Muon([{"params": convolutions, "times": MUON_TIMES}], lr),
        torch.optim.AdamW([{"params": rest, "times": 1}], lr, weight_decay=1e-4),
    ]


@torch.no_grad()
def average(ema, net, decay):
    for a, b in zip(ema.state_dict().values(), net.state_dict().values()):
        if a.is_floating_point():
            a.lerp_(b, 1 - decay)
        else:
            a.copy_(b)


@torch.no_grad()
def validate(net, sets, half, device):
    """Scores at 320 px; with `half`, those of the second side, enlarged."""
    net.eval()
    results = {}
    for name, (images, masks) in sets.items():
        scores = []
        for rgb, mask in zip(images, masks):
            x = normalise(torch.from_numpy(rgb).permute(2, 0, 1)[None].to(device))
            with torch.autocast(device.type, torch.bfloat16):
                logits = net(x.to(memory_format=torch.channels_last), half)[0].float()
            logits = upsample(logits) if half else logits
            scores.append(score(logits.sigmoid()[0, 0].cpu().numpy(), mask))
        results[name] = summary(scores)
    return results


class Run:
    def __init__(self, args):
        self.args = args
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.lanes = args.lanes if self.device.type == "cpu" else 1
        self.pool = ThreadPoolExecutor(self.lanes)
        if self.device.type == "cpu":
            torch.set_num_threads(1)
        torch.manual_seed(args.seed)
        args.out.mkdir(parents=True, exist_ok=True)
        self.split = read_split()
        own = {name: float(weight) for name, weight in (a.split("=") for a in args.add)}
        self.folders = read_folders(args.data, self.split, own, json.loads(args.drop.read_text()) if args.drop else {})
        self.backgrounds = read_backgrounds(args.data, self.split)
        self.sets = validation_sets(args.data, self.split, args.validate_step)
        self.step, self.seconds = 0, 0.0
        self.net = U2Netp()
        saved = args.out / "last.pt"
        if args.init and not saved.exists():
            load_folded(self.net, args.init)
            revive_norms(self.net, ((images[:, 0],) for images, *_ in self.batches(192, 8)), 6)
        self.net = self.net.to(self.device, memory_format=torch.channels_last)
        self.ema = copy.deepcopy(self.net).requires_grad_(False).eval()
        self.optimisers = optimisers(self.net, args.lr)
        if saved.exists():
            self.load(saved)

    def batches(self, side, batch):
        return batches(self.folders, self.backgrounds, side, batch, self.args.seed * 1000003 + self.step, self.args.workers)

    def load(self, path):
        state = torch.load(path, map_location=self.device)
        self.net.load_state_dict(state["net"])
        self.ema.load_state_dict(state["ema"])
        for optimiser, saved in zip(self.optimisers, state["optimisers"]):
            optimiser.load_state_dict(saved)
        self.step, self.seconds = state["step"], state["seconds"]

    def save(self, name="last.pt"):
        state = {
            "net": self.net.state_dict(),
            "ema": self.ema.state_dict(),
            "optimisers": [o.state_dict() for o in self.optimisers],
            "step": self.step,
            "seconds": self.seconds,
        }
        path = self.args.out / name
        torch.save(state, path.with_suffix(".new"))
        path.with_suffix(".new").replace(path)

    def log(self, **fields):
        line = json.dumps({"step": self.step, "minutes": round(self.seconds / 60, 2), **fields})
        print(line, flush=True)
        with open(self.args.out / "log.jsonl", "a") as file:
            file.write(line + "\n")

    def wait_while_paused(self):
        while self.args.pause_file and self.args.pause_file.exists():
            time.sleep(1)

    def gradients(self, images, masks, two, half, edges):
        """Loss and gradients of one part of a batch; parts run side by side without waiting for each other."""
        images, masks = (a.to(self.device, non_blocking=True) for a in (images, masks))
        images, masks = harder(self.ema, images, masks, two)
        x = normalise(images).to(memory_format=torch.channels_last)
        target = masks.float() / 255
        if half:
            target = F.avg_pool2d(target, 2)
        with torch.autocast(self.device.type, torch.bfloat16, cache_enabled=False):
            logits = self.net(x, half)
        value = loss(logits, target, edges)
        return value.detach(), torch.autograd.grad(value, list(self.net.parameters()), allow_unused=half)

    def train_step(self, batch, half, edges):
        each = partial(self.gradients, half=half, edges=edges)
        values, gradients = zip(*self.pool.map(each, *(part.chunk(self.lanes) for part in batch)))
        for parameter, *grads in zip(self.net.parameters(), *gradients):
            parameter.grad = None if grads[0] is None else sum(grads) / len(grads)
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 5.0)
        for optimiser in self.optimisers:
            optimiser.step()
        self.step += 1
        average(self.ema, self.net, min(self.args.ema, self.step / (1 + self.step)))
        return float(sum(values)) / len(values)

    def train(self):
        self.net.train()
        if self.args.freeze_norms:
            for norm in norms(self.net):
                norm.eval()
        budget = self.args.minutes * 60
        begin = time.monotonic() - self.seconds
        next_validation = self.seconds + (60 * self.args.validate_minutes if self.step else 0)
        phases = parse_phases(self.args.phases)
        for index, (side, batch, half, end) in enumerate(phases):
            if self.seconds >= end * budget:
                continue
            source = self.batches(side, batch)
            values, since, saved = [], time.monotonic(), time.monotonic()
            while self.seconds < end * budget:
                self.wait_while_paused()
                if self.seconds >= next_validation:
                    self.log(side=side, half=half, validation=validate(self.ema, self.sets, half, self.device))
                    next_validation = self.seconds + 60 * self.args.validate_minutes
                rate = learning_rate(self.args.lr, self.seconds / budget)
                for optimiser in self.optimisers:
                    for group in optimiser.param_groups:
                        group["lr"] = rate * group["times"]
                values.append(self.train_step(next(source), half, self.args.edges if index == len(phases) - 1 else 0))
                now = time.monotonic()
                self.seconds = now - begin
                if self.step % LOG_EVERY == 0:
                    speed = len(values) * batch / (now - since)
                    self.log(side=side, half=half, loss=round(sum(values) / len(values), 4), lr=round(rate, 6), pictures_per_s=round(speed, 2))
                    values, since = [], now
                if now - saved > SAVE_SECONDS:
                    self.save()
                    saved = now
            self.save(f"phase{index + 1}.pt")
        self.save()
        self.log(validation=validate(self.ema, self.sets, False, self.device))


if __name__ == "__main__":
    Run(arguments()).train()
