"""A leather handbag, its handle open, on an oak shelf before a painted brick wall.

In: nothing. Out: `build()` fills the open scene; the bag is 3 dm wide, its flap toward -y.
"""

import numpy as np

import stage

EXPOSURE = -0.15
SIZE = (1200, 1500)
HEIGHT = 2.15


def half_width(z):
    return 1.5 - 0.17 * z / HEIGHT


def half_depth(z):
    return 0.60 - 0.30 * (z / HEIGHT) ** 1.3


def body(angle, z):
    """Points on the bag's side at height `z`."""
    flat = stage.superellipse(angle, 1, 1, 6)
    bulge = 1 + 0.07 * np.sin(np.pi * z / HEIGHT)
    pinch = 1 - 0.18 * np.exp(-((flat[..., 1] / 0.35) ** 2)) * (z / HEIGHT) ** 1.5
    x = flat[..., 0] * half_width(z) * pinch
    return np.stack([x, flat[..., 1] * half_depth(z) * bulge, z + 0 * x], -1)


def flap(s, t, out=0.0):
    """Points on the flap: `s` in [-1, 1] across, `t` in [0, 1] from the back edge to its tip."""
    path = np.array(
        [
            [0.24, 2.02],
            [0.30, 2.15],
            [0.0, 2.25],
            [-0.30, 2.17],
            [-0.41, 1.95],
            [-0.535, 1.5],
            [-0.64, 0.95],
        ]
    )
    y, z = np.moveaxis(stage.spline(np.linspace(0, 1, 7), path, t), -1, 0)
    wide = stage.spline([0, 0.3, 0.6, 0.85, 1], [1.33, 1.37, 1.42, 1.40, 1.37], t)
    corner = np.clip((t - 0.80) / 0.20, 0, 1)
    wide = wide * (0.62 + 0.38 * np.sqrt(np.clip(1 - corner**2.4, 0, 1)))
    x = s * wide
    tip = stage.smoothstep(0.6, 1.0, t)
    z = z - 0.16 * tip * (1 - (x / 1.4) ** 2) * t
    y = y - 0.04 * tip * (1 - s**2) + np.where(t < 0.2, 1, -1) * out
    return np.stack([x, y, z + out * (np.abs(t - 0.35) < 0.2)], -1)


def dashes(line, size, gap):
    """Cuts a polyline into stitches of `size` with a `gap` between."""
    far = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    starts = np.arange(0, far[-1] - size, size + gap)
    at = starts[:, None] + np.linspace(0, size, 4)
    return np.stack([np.interp(at, far, line[:, i]) for i in range(3)], -1)


def build():
    def hide(tree):
        shade = stage.noise(tree, 1.3, 5)
        return stage.ramp(tree, shade, [(0.3, (0.010, 0.050, 0.052)), (0.7, (0.020, 0.085, 0.086))])

    grain = {"height": lambda t: stage.pebble(t, 26), "bump": 0.45, "depth": 0.016}
    leather = stage.surface(hide, 0.42, Coat_Weight=0.15, Coat_Roughness=0.35, **grain)
    edge = stage.surface((0.004, 0.015, 0.016), 0.4)
    thread = stage.surface((0.72, 0.58, 0.40), 0.7)
    brass = stage.surface((0.83, 0.60, 0.26), 0.2, Metallic=1.0)
    dark = stage.surface((0.05, 0.03, 0.02), 0.9)

    angle = np.linspace(0, 2 * np.pi, 480, endpoint=False)
    heights = np.linspace(0.1, HEIGHT, 60)
    rows = [body(angle, np.full(480, z)) for z in heights]
    low = [rows[0] * [k, k, 0] + [0, 0, z] for k, z in ((0.86, 0.035), (0.95, 0.04), (0.985, 0.06))]
    stage.sheet(np.stack([*low, *rows]), leather, caps=True)
    stage.box((2.3, 0.35, 0.02), (0, 0, HEIGHT + 0.01), dark)
    stage.tube([body(angle, np.full(480, 0.16))], 0.02, edge, closed=True)

    s, t = np.meshgrid(np.linspace(-1, 1, 160), np.linspace(0, 1, 220))
    stage.sheet(flap(s, t, 0.02), leather, closed=False, thickness=0.055)
    side = np.linspace(0.30, 0.962, 300)
    across = np.linspace(-0.955, 0.955, 300)
    inner = np.concatenate(
        [
            flap(np.full(300, -0.955), side, 0.052),
            flap(across, np.full(300, 0.962), 0.052),
            flap(np.full(300, 0.955), side[::-1], 0.052),
        ]
    )
    stage.tube(list(dashes(inner, 0.062, 0.034)), 0.011, thread)

    front = flap(np.array([0.0]), np.array([0.93]), 0.0)[0]
    stage.box((0.46, 0.05, 0.34), front + [0, -0.06, -0.03], brass, 0.03, (-0.16, 0, 0))
    stage.box((0.34, 0.05, 0.22), front + [0, -0.085, -0.03], brass, 0.02, (-0.16, 0, 0))
    stage.lathe(
        [(0, 0), (0.075, 0), (0.08, 0.02), (0.07, 0.05), (0, 0.055)],
        brass,
        front + [0, -0.10, -0.03],
        (np.pi / 2 - 0.16, 0, 0),
    )
    stage.box((0.17, 0.05, 0.055), front + [0, -0.165, -0.03], brass, 0.02, (-0.16, 0, 0))

    bow = np.linspace(0, np.pi, 120)
    x = -0.98 * np.cos(bow)
    z = 2.36 + 1.32 * np.sin(bow) ** 0.72
    arch = np.stack([x, 0.02 * np.cos(bow), z], -1)
    stage.tube([arch], 0.095, leather)
    stage.tube(list(dashes(arch[8:-8] - [0, 0.095, 0], 0.062, 0.034)), 0.011, thread)
    turn = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    for way in (-1, 1):
        at = np.array([way * 0.98, 0, 2.34])
        ring = at + 0.13 * np.stack([np.cos(turn), 0 * turn, np.sin(turn)], -1)
        stage.tube([ring], 0.028, brass, closed=True)
        stage.lathe(
            [(0.10, 0), (0.118, 0.02), (0.118, 0.14), (0.10, 0.16)], brass, at + [0, 0, 0.07]
        )
        stage.box((0.26, 0.42, 0.05), at + [0, 0, -0.10], leather, 0.02)
        for y in (-0.14, 0.14):
            stage.lathe([(0, 0), (0.035, 0), (0.03, 0.02), (0, 0.028)], brass, at + [0, y, -0.075])
        stage.lathe([(0, 0), (0.07, 0), (0.08, 0.05), (0, 0.06)], brass, (way * 1.15, -0.35, 0))

    def oak(tree):
        colour, _ = stage.bricks(
            tree, (30, 1.6), 0.012, ((0.36, 0.20, 0.09), (0.29, 0.155, 0.07), (0.06, 0.03, 0.015))
        )
        grain = stage.ramp(
            tree,
            stage.noise(tree, 3.0, 9, 0.7, (0.12, 2.2, 1)),
            [(0.3, (0.5, 0.45, 0.4)), (0.65, (1, 1, 1))],
        )
        return stage.mix(tree, 1.0, colour, grain, "MULTIPLY")

    def plaster(tree):
        tints = ((0.50, 0.49, 0.47), (0.42, 0.41, 0.40), (0.33, 0.32, 0.31))
        colour, _ = stage.bricks(tree, (2.1, 0.7), 0.05, tints, turn=(np.pi / 2, 0, 0))
        dirt = stage.ramp(
            tree, stage.noise(tree, 0.8, 8, 0.7), [(0.3, (0.62, 0.62, 0.6)), (0.7, (1, 1, 1))]
        )
        return stage.mix(tree, 1.0, colour, dirt, "MULTIPLY")

    def joints(tree):
        return stage.bricks(
            tree, (2.1, 0.7), 0.05, ((1,) * 3, (0.9,) * 3, (0,) * 3), turn=(np.pi / 2, 0, 0)
        )[0]

    wood = stage.surface(
        oak, 0.38, lambda t: stage.noise(t, 3.0, 9, 0.7, (0.12, 2.2, 1)), bump=0.12, depth=0.02
    )
    stage.box((40, 7, 0.5), (0, 1.0, -0.25), wood, 0.04)
    stage.box((60, 1, 40), (0, 4.6, 0), stage.surface(plaster, 0.9, joints, bump=0.6, depth=0.06))
    stage.sky("interior", 0.5, turn=0.8)
    stage.lamp((-4.5, -8, 4.5), (0, 0, 1.2), 5.0, 2000, (1, 0.93, 0.84))
    stage.lamp((6, -4, 3), (0, 0, 1.2), 3.0, 600, (0.8, 0.9, 1))
    stage.camera((-1.9, -8.8, 2.7), (0, 0, 1.78), 55, 0.3, focus=(0, -0.5, 1.3))
