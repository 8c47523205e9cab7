"""Checks without data, in half a minute: imports, shapes, warm start, export, quantisation, metrics, teacher, schedule."""

import copy
import re
import tempfile
from graphlib import TopologicalSorter
from pathlib import Path

import cv2
import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper

from data.grounds import emptied
from data.pictures import read_pair, write_pair
from learn.harder import harder
from learn.loss import loss
from learn.muon import orthogonal
from learn.optimisers import optimisers
from learn.schedule import learning_rate, parse_phases
from measure.metrics import boundary_f, confidence, refused, score, summary
from measure.runtimes import session
from measure.teacher import agreed, taught
from nets.base import Base, Large, Small
from nets.blocks import upsample
from nets.depthwise import Depthwise
from nets.warm_start import load_folded, read_folded, revive_norms
from paths import TRAINING
from selftrain import contradicted
from ship.calibrate import Histogram, mse_scale, watch
from ship.compact import whole
from ship.exact import Exact
from ship.export import export, fold, mean_of
from ship.finetune import Rounded, finetune
from ship.quantise import LEVELS, Writer, quantise_weight, scales
from train import freeze

# A wing imports itself and those before it; the files beside the wings may import all.
WINGS = ("paths", "data", "nets", "measure", "learn", "transformers", "study", "ship")


def check_wings():
    paths = [*TRAINING.glob("*.py"), *(path for wing in WINGS for path in TRAINING.glob(f"{wing}/*.py"))]
    files = {".".join(path.relative_to(TRAINING).with_suffix("").parts): path for path in paths}
    wing = lambda name: (*WINGS, name.split(".")[0]).index(name.split(".")[0])
    imports = {name: re.findall(r"^ *(?:from|import) ([\w.]+)", path.read_text(), re.M) for name, path in files.items()}
    imports = {name: [other for other in found if other in files] for name, found in imports.items()}
    for name, found in imports.items():
        late = [other for other in found if wing(other) > wing(name)]
        assert not late, f"{files[name]} imports {late}, of a later wing"
    TopologicalSorter(imports).prepare()


def random_net(kind=Small, seed=0):
    torch.manual_seed(seed)
    net = kind()
    for name, value in net.state_dict().items():
        if name.endswith("running_mean"):
            value.normal_(0, 0.1)
        if name.endswith("running_var"):
            value.uniform_(0.5, 2)
        if name.startswith("encoder.") and name.endswith(".bias"):
            value.normal_(0, 0.1)
    return net.eval()


def check_export_and_quantisation(folder, kind):
    net, x = random_net(kind), torch.randn(1, 3, 64, 96)
    seen_as = lambda net: upsample(net(x)[0]).sigmoid().numpy()
    with torch.no_grad():
        want = seen_as(net)
    path, half = folder / "net.onnx", folder / "half.onnx"
    export(copy.deepcopy(net), path)
    got = session(path, 1).run(None, {"image": x.numpy()})[0]
    assert got.shape == (1, 1, 64, 96) and np.abs(got - want).max() < 1e-5
    export(net, half, True)
    got = session(half, 1).run(None, {"image": x.numpy()})[0]
    assert np.abs(got - want).max() < 0.01 and half.stat().st_size < 0.6 * path.stat().st_size

    revived = read_folded(path)
    rgb = torch.randint(0, 256, (2, 3, 64, 64), dtype=torch.uint8)
    revive_norms(revived, iter([(rgb, None)] * 2), 2)
    with torch.no_grad():
        assert np.abs(seen_as(revived) - want).max() < 1e-4

    fp32, revived = whole(path), read_folded(path)
    seen = watch(revived)
    with torch.no_grad():
        revived(x)
    onnx.save(Writer(fp32, scales(fp32, seen)).write(), folder / "int8.onnx")
    got = session(folder / "int8.onnx", 1).run(None, {"image": x.numpy()})[0]
    assert np.abs(got - want).mean() < 0.02
    assert np.abs(got - Exact(folder / "int8.onnx").run(x.numpy())["saliency"]).max() < 1e-5
    check_finetuning(folder, x)


def check_finetuning(folder, x):
    """`net.onnx` and `int8.onnx` of `folder`: untouched, the file as it is; afterwards other whole numbers, the same scales."""
    net = Rounded(folder / "int8.onnx", folder / "net.onnx")
    same = Exact(folder / "int8.onnx").run(x.numpy())["saliency"]
    with torch.no_grad():
        assert np.abs(net(x).sigmoid().numpy() - same).max() < 0.02
    views = [(torch.randint(256, (2, 1, 3, 64, 64), dtype=torch.uint8), torch.randint(256, (2, 1, 1, 64, 64), dtype=torch.uint8), None)]
    finetune(net, read_folded(folder / "net.onnx"), views, 1, 2.0)
    net.save(folder / "tuned.onnx")
    before, after = ({t.name: numpy_helper.to_array(t) for t in onnx.load(folder / f"{name}.onnx").graph.initializer} for name in ("int8", "tuned"))
    changed = {name for name in before if not np.array_equal(before[name], after[name])}
    assert changed and all(name.endswith((".weight.q", ".bias.q")) for name in changed)
    assert all(abs(after[name].astype(int)).max() <= LEVELS for name in changed if name.endswith(".weight.q"))


def check_depthwise():
    """The fast gradients are PyTorch's."""
    for kernel, stride in ((3, 1), (3, 2), (5, 1), (5, 2)):
        x, weight, bias = (torch.randn(shape, requires_grad=True) for shape in ((2, 8, 12, 16), (8, 1, kernel, kernel), (8,)))
        before = (kernel - stride) // 2
        padded = F.pad(x, (before, kernel - stride - before) * 2)
        want, got = F.conv2d(padded, weight, bias, stride, groups=8), Depthwise.apply(x, weight, bias, stride)
        assert torch.allclose(want, got, atol=1e-5)
        pull = torch.randn_like(want)
        pairs = zip(*(torch.autograd.grad(y, (x, weight, bias), pull) for y in (want, got)))
        assert all(torch.allclose(a, b, atol=1e-3) for a, b in pairs)


def check_mean_of_networks(folder):
    checkpoint, file = folder / "a.pt", folder / "b.onnx"
    torch.save({"ema": random_net().state_dict()}, checkpoint)
    other = random_net(seed=1)
    export(copy.deepcopy(other), file)
    mean, x = mean_of([(checkpoint, 1)]), torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        assert torch.allclose(mean(x)[0], random_net()(x)[0], atol=1e-4), "folding changes nothing"
    mean = mean_of([(checkpoint, 3), (file, 1)]).state_dict()
    a, b = (fold(net).state_dict() for net in (random_net(), other))
    name = "dec.0.inp.0.weight"
    assert torch.allclose(mean[name], 0.75 * a[name] + 0.25 * b[name], atol=1e-6)


def check_ranges():
    histogram = Histogram()
    histogram.add(torch.rand(10000) * 3)
    # The finest scale that cuts nothing: 127 steps of 6 / 256 end at 2.98.
    assert mse_scale([histogram], LEVELS) == (7 / 256, 0)
    histogram = Histogram(signed=True)
    histogram.add(torch.rand(10000) * 3 - 1)
    scale, zero = mse_scale([histogram], LEVELS)
    assert 3 <= 127 * scale < 4 and -zero * scale <= -1 and (127 - zero) * scale >= 2
    histogram = Histogram(limit=6)
    histogram.add((torch.rand(10000) * 12).clamp(max=6))
    assert mse_scale([histogram], LEVELS) == (6 / 128, 0)
    w = np.random.default_rng(0).standard_normal((4, 8, 3, 3)).astype(np.float32)
    q, s = quantise_weight(w, 2**-16)
    assert q.min() >= -127 and (s * 2**16 % 1 == 0).all() and np.abs(q * s.reshape(-1, 1, 1, 1) - w).mean() < 0.01


def check_metrics():
    mask = np.zeros((64, 64), np.uint8)
    mask[16:48, 16:48] = 255
    assert 0.999 < confidence(mask / np.float32(255)) and confidence(np.zeros((8, 8))) == 0
    assert refused(np.arange(1, 201) / 200, [0.005, 0.01, 0.5]) == (0.01, 0.3333)
    exact = summary([score(mask / np.float32(255), mask)])
    assert exact["iou"] == exact["max_f"] == exact["boundary_f"] == 1 and exact["mae"] == 0
    assert boundary_f(np.roll(mask, 8, 1) > 0, mask > 0) < 0.7 < boundary_f(np.roll(mask, 3, 1) > 0, mask > 0)


def check_grounds():
    """A subject goes; what lies around it comes in its place, and the rest stays as it is."""
    picture = np.tile(np.arange(96, dtype=np.uint8)[None, :, None] % 16 * 10, (96, 1, 3))
    mask = np.zeros((96, 96), np.uint8)
    mask[30:60, 30:60] = 255
    seen = picture.copy()
    seen[mask > 0] = 255
    empty = emptied(seen, mask)
    assert empty.max() < 255 and np.array_equal(empty[:20], picture[:20]) and (empty == picture).mean() > 0.85
    assert emptied(picture, np.full((96, 96), 255, np.uint8)) is None


def check_teacher(folder):
    """Looks that agree and others; a pair as it is written; a mask that is contradicted."""
    rgb = np.zeros((64, 96, 3), np.uint8)
    rgb[16:48, 24:72] = 255
    bright, half = (lambda x: x[..., 0] / np.float32(255)), (lambda x: x[..., 1] / np.float32(510))
    left = lambda x: (np.arange(x.shape[1]) < x.shape[1] // 2) * np.ones(x.shape[:2], np.float32)
    found = agreed([bright], rgb)
    assert found.shape == (320, 320) and score(found, cv2.resize(rgb, (320, 320))[..., 0])["iou"] > 0.97
    assert agreed([left], rgb) is None, "its mirror image disagrees"
    assert agreed([bright, left], rgb) is None, "another network disagrees"
    assert agreed([lambda x: np.zeros(x.shape[:2], np.float32)], rgb) is None, "nothing"
    write_pair(folder, "right", rgb, found)
    write_pair(folder, "wrong", rgb, 1 - found)
    soft = taught([bright, half], rgb)
    write_pair(folder, "soft", rgb, soft)
    image, mask = read_pair(folder, "soft")
    assert np.array_equal(image, rgb) and abs(mask[20:44, 30:66].mean() - 191) < 3 and mask[:10].max() < 3
    flaws = list(contradicted([bright], folder, {"soft"}))
    assert [(name, iou < 0.01) for name, iou, *_ in flaws] == [("wrong", True)]


def check_optimisers():
    net = random_net()
    freeze(net.encoder, 2)
    before = copy.deepcopy(net)
    net(torch.randn(1, 3, 64, 96))[0].mean().backward()
    for optimiser in optimisers(net, 1e-2):
        optimiser.step()
    still = {name for (name, a), b in zip(net.named_parameters(), before.parameters()) if torch.equal(a, b)}
    frozen = ("encoder.stem.", "encoder.stages.0.", "encoder.stages.1.")
    assert still and all(name.startswith((*frozen, "side.")) for name in still), still
    lengths = torch.linalg.svdvals(orthogonal(torch.randn(2, 16, 144)))
    assert 0.6 < lengths.min() and lengths.max() < 1.3


def check_start_from_another(folder):
    """A `small` begins with what of a `base` fits; else no weight may be missing."""
    base, small = random_net(Base), random_net(Small)
    export(copy.deepcopy(base), folder / "base.onnx")
    load_folded(small, folder / "base.onnx", begin=True)
    fitted, own = (dict(fold(net).named_parameters()) for net in (small, base))
    assert torch.allclose(fitted["dec.3.e1.0.weight"], own["dec.3.e1.0.weight"], atol=1e-6)
    assert torch.allclose(fitted["encoder.stages.4.2.project.weight"], own["encoder.stages.4.2.project.weight"], atol=1e-6)
    assert fitted["lateral.4.0.weight"].shape != own["lateral.4.0.weight"].shape
    try:
        load_folded(random_net(Small), folder / "base.onnx")
    except ValueError as error:
        assert "lateral.4" in str(error)
    else:
        raise AssertionError("a weight is missing")


def check_harder():
    mask = torch.zeros(1, 64, 64, dtype=torch.uint8)
    mask[:, 16:48, 16:48] = 255
    masks = torch.stack((mask, 255 - mask))[None].repeat(2, 1, 1, 1, 1)
    images = mask.expand(2, 2, 3, 64, 64)
    bright = lambda x: [8 * x[:, :1, ::2, ::2]]
    _, chosen = harder(bright, images, masks, torch.tensor((True, False)))
    assert torch.equal(chosen[0], 255 - mask), "what is bright is not the subject there"
    assert torch.equal(chosen[1], mask), "no choice"


def check_loss_and_schedule():
    target = torch.zeros(2, 1, 64, 64)
    target[:, :, 16:48, 16:48] = 1
    good, bad = [(8 * sign * (2 * target - 1),) * 6 for sign in (1, -1)]
    assert loss(good, target, 2) < 0.1 < loss(bad, target, 2)
    assert parse_phases("128x16:1,320x6:3", 8000) == [(128, 16, 2000), (320, 6, 8000)]
    rates = [learning_rate(1, seen, 8000, 10000) for seen in (0, 1600, 7999, 9000, 10000)]
    assert rates[0] < 0.1 and rates[1:] == [1, 1, 0.5, 0.01]


if __name__ == "__main__":
    check_wings()
    with tempfile.TemporaryDirectory() as folder:
        check_export_and_quantisation(Path(folder), Base)
        check_export_and_quantisation(Path(folder), Small)
        check_export_and_quantisation(Path(folder), Large)
        check_mean_of_networks(Path(folder))
        check_teacher(Path(folder) / "pairs")
        check_start_from_another(Path(folder))
    check_depthwise()
    check_ranges()
    check_metrics()
    check_grounds()
    check_optimisers()
    check_harder()
    check_loss_and_schedule()
    print("all well")
