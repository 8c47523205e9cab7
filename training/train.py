"""Trains a network for a given number of views; stops and resumes at any step.

In:  the data folder; optionally an ONNX or a checkpoint to start from. Out: `<out>/last.pt` (network, averaged network,
optimisers, step, views, minutes), the same as `steady.pt` where the learning rate begins to fall, and `<out>/log.jsonl`,
one line per 20 steps and per validation.

The views are cut into phases, `side x batch : share`. With `--edges` the last phase weighs contours. Minutes are those in
which it worked.
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
from learn.optimisers import MUON_TIMES, average, optimisers
from learn.schedule import learning_rate, parse_phases
from measure.evaluate import evaluate
from measure.validation import SIZE, validation_sets
from nets.kinds import KINDS
from nets.lite import load_imagenet
from nets.normalise import normalise
from nets.warm_start import load_folded, norms, revive_norms
from paths import DATA, RUNS

LOG_EVERY = 20
SAVE_SECONDS = 120
PHASES = "256x16:0.3,320x12:0.7"
# What ImageNet taught the first stages serves as it is, and the gradients of their large maps cost a third.
FROZEN_STAGES = 2


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--net", choices=KINDS, default="base")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--out", type=Path, default=RUNS / "main")
    parser.add_argument("--init", type=Path, help="an ONNX or a checkpoint to start from")
    parser.add_argument("--views", type=int, required=True, help="of the whole run, resumed parts and those of an --init checkpoint included")
    parser.add_argument("--fall", type=float, default=0.2, help="share of the views in which the learning rate falls")
    parser.add_argument("--phases", default=PHASES, help="side x batch : share of the views")
    parser.add_argument("--lr", type=float, default=1e-3, help=f"AdamW's; Muon's is {MUON_TIMES} times that")
    parser.add_argument("--ema", type=float, default=0.999, help="decay of the weights' average; for the first 1 / (1 - EMA) steps it is their plain mean")
    parser.add_argument("--freeze-norms", action="store_true", help="batch norms keep their statistics, as when the network is used")
    parser.add_argument("--frozen-stages", type=int, default=FROZEN_STAGES, help="of the encoder, left as they are")
    parser.add_argument("--tries", type=int, default=1, help="2: of two composites train on the harder one")
    parser.add_argument("--edges", type=float, default=0, help="extra weight of contours in the last phase")
    parser.add_argument("--add", action="append", default=[], metavar="FOLDER=WEIGHT", help="a folder of your own, under --data or absolute; 0 leaves one out")
    parser.add_argument("--drop", type=Path, help="names not to train on, {folder: [names]}, as `selftrain.py` writes them")
    parser.add_argument("--validate-minutes", type=float, default=15)
    parser.add_argument("--validate-step", type=int, default=5)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--lanes", type=int, default=2, help="parts of a batch trained side by side, a CPU core each; 1 on a GPU")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pause-file", type=Path, help="training waits while this file exists")
    return parser.parse_args()


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
        self.step, self.views, self.seconds = 0, 0, 0.0
        self.phases = parse_phases(args.phases, args.views)
        self.steady = round(args.views * (1 - args.fall))
        self.net = KINDS[args.net]()
        saved = args.out / "last.pt"
        begin = saved if saved.exists() else args.init
        if begin and begin.suffix == ".onnx":
            load_folded(self.net, begin, begin=True)
            revive_norms(self.net, ((images[:, 0],) for images, *_ in self.batches(192, 8)), 6)
        elif not begin:
            load_imagenet(self.net.encoder)
        self.net = self.net.to(self.device, memory_format=torch.channels_last)
        self.ema = copy.deepcopy(self.net).requires_grad_(False).eval()
        self.optimisers = optimisers(self.net, args.lr)
        if begin and begin.suffix != ".onnx":
            self.load(begin)
        freeze(self.net.encoder, args.frozen_stages)
        self.trained = [p for p in self.net.parameters() if p.requires_grad]

    def batches(self, side, batch):
        seed = self.args.seed * 1000003 + self.step
        return batches(self.folders, self.backgrounds, side, batch, seed, self.args.workers, self.args.tries)

    def load(self, path):
        state = torch.load(path, map_location=self.device)
        self.net.load_state_dict(state["net"])
        self.ema.load_state_dict(state["ema"])
        for optimiser, saved in zip(self.optimisers, state["optimisers"]):
            optimiser.load_state_dict(saved)
        self.step, self.views, self.seconds = state["step"], state["views"], state["seconds"]

    def save(self, name="last.pt"):
        state = {
            "net": self.net.state_dict(),
            "ema": self.ema.state_dict(),
            "optimisers": [o.state_dict() for o in self.optimisers],
            "step": self.step,
            "views": self.views,
            "seconds": self.seconds,
        }
        path = self.args.out / name
        torch.save(state, path.with_suffix(".new"))
        path.with_suffix(".new").replace(path)

    def log(self, **fields):
        line = json.dumps({"step": self.step, "views": self.views, "minutes": round(self.seconds / 60, 2), **fields})
        print(line, flush=True)
        with open(self.args.out / "log.jsonl", "a") as file:
            file.write(line + "\n")

    def wait_while_paused(self):
        while self.args.pause_file and self.args.pause_file.exists():
            time.sleep(1)

    @torch.no_grad()
    def find(self, rgb):
        """What the averaged network finds: rgb [h, w, 3] u8 -> saliency [320, 320] f32."""
        x = normalise(torch.from_numpy(rgb).permute(2, 0, 1)[None].to(self.device))
        found = self.ema(x.to(memory_format=torch.channels_last))[0].sigmoid()
        return F.interpolate(found, (SIZE, SIZE), mode="bilinear", align_corners=False)[0, 0].cpu().numpy()

    def validate(self, **fields):
        self.log(**fields, validation=evaluate(self.find, self.sets))

    def gradients(self, images, masks, two, edges):
        """Loss and gradients of one part of a batch; parts run side by side without waiting for each other."""
        images, masks = (a.to(self.device, non_blocking=True) for a in (images, masks))
        images, masks = harder(self.ema, images, masks, two)
        x = normalise(images).to(memory_format=torch.channels_last)
        with torch.autocast(self.device.type, torch.bfloat16, cache_enabled=False):
            logits = self.net(x)
        target = F.interpolate(masks.float() / 255, logits[0].shape[2:], mode="area")
        value = loss(logits, target, edges)
        return value.detach(), torch.autograd.grad(value, self.trained)

    def train_step(self, batch, edges):
        each = partial(self.gradients, edges=edges)
        values, gradients = zip(*self.pool.map(each, *(part.chunk(self.lanes) for part in batch)))
        for parameter, *grads in zip(self.trained, *gradients):
            parameter.grad = sum(grads) / len(grads)
        torch.nn.utils.clip_grad_norm_(self.trained, 5.0)
        for optimiser in self.optimisers:
            optimiser.step()
        self.step += 1
        self.views += len(batch[0])
        average(self.ema, self.net, min(self.args.ema, self.step / (1 + self.step)))
        return float(sum(values)) / len(values)

    def train(self):
        self.net.train()
        if self.args.freeze_norms:
            for norm in norms(self.net):
                norm.eval()
        every = 60 * self.args.validate_minutes
        next_validation = self.seconds + every
        for side, batch, end in self.phases:
            if self.views >= end:
                continue
            source = self.batches(side, batch)
            edges = self.args.edges if end == self.phases[-1][-1] else 0
            values, since, saved = [], self.seconds, self.seconds
            while self.views < end:
                self.wait_while_paused()
                begin = time.monotonic()
                rate = learning_rate(self.args.lr, self.views, self.steady, self.args.views)
                for optimiser in self.optimisers:
                    for group in optimiser.param_groups:
                        group["lr"] = rate * group["times"]
                if self.views < self.steady <= self.views + batch:
                    self.save("steady.pt")
                values.append(self.train_step(next(source), edges))
                self.seconds += time.monotonic() - begin
                if self.step % LOG_EVERY == 0:
                    speed = len(values) * batch / (self.seconds - since)
                    self.log(side=side, loss=round(sum(values) / len(values), 4), lr=round(rate, 6), pictures_per_s=round(speed, 2))
                    values, since = [], self.seconds
                if self.seconds - saved > SAVE_SECONDS:
                    self.save()
                    saved = self.seconds
                if self.seconds >= next_validation:
                    self.validate(side=side)
                    next_validation = self.seconds + every
        self.save()
        self.validate()


def freeze(encoder, stages):
    """Stem and first stages are not trained."""
    for module in (encoder.stem, *encoder.stages[:stages]) if stages else ():
        module.requires_grad_(False)


if __name__ == "__main__":
    Run(arguments()).train()
