"""Headphones on a seamless paper ground: the studio case.

In: nothing. Out: `build()` fills the open scene; the headphones stand on their cups, 1.9 dm tall.
"""

import numpy as np

import stage

EXPOSURE = -0.1
SIZE = (1200, 900)
BASE = 0.432


def band(share, across, lift):
    """Points on the head band: `share` in [0, 1] from cup to cup, `across` in [-1, 1]."""
    angle = np.pi * (1.16 * share - 0.08)
    radius = 0.80 + lift
    wide = 0.10 + 0.13 * np.sin(np.clip(angle, 0, np.pi))
    x, z = -radius * np.cos(angle), BASE + 0.42 + 1.02 * radius * np.sin(angle)
    return np.stack([x, across * wide, z], -1)


def build():
    matt = {"height": lambda t: stage.noise(t, 90, 3), "bump": 0.12, "depth": 0.004}
    shell = stage.surface((0.055, 0.058, 0.062), 0.42, **matt)
    leather = stage.surface(
        (0.20, 0.085, 0.036), 0.5, lambda t: stage.pebble(t, 48), bump=0.3, depth=0.006
    )
    steel = stage.surface((0.72, 0.71, 0.70), 0.25, Metallic=1.0)
    copper = stage.surface((0.80, 0.42, 0.24), 0.28, Metallic=1.0)
    thread = stage.surface((0.65, 0.52, 0.36), 0.7)
    mesh = stage.surface((0.02, 0.02, 0.02), 0.9)

    share, turn = np.meshgrid(
        np.linspace(0.13, 0.87, 160), np.linspace(0, 2 * np.pi, 64, endpoint=False), indexing="ij"
    )
    flat = stage.superellipse(turn, 1, 1, 3)
    stage.sheet(band(share, flat[..., 0], 0.03 + 0.055 * flat[..., 1]), leather, caps=True)
    for start in (0.115, 0.845):
        end = band(
            start + (share - 0.13) * 0.04 / 0.74, 1.06 * flat[..., 0], 0.03 + 0.063 * flat[..., 1]
        )
        stage.sheet(end, shell, caps=True)
    for side in (-0.8, 0.8):
        seam = band(np.linspace(0.14, 0.86, 200), np.full(200, side), 0.075)
        stage.tube([seam], 0.006, thread)
    for side in (-0.45, 0.45):
        rod = band(np.linspace(0.0, 0.2, 40), np.full(40, side), 0.03)
        stage.tube([rod, rod * [-1, 1, 1]], 0.022, steel)

    for way in (-1, 1):
        tilt = (0, way * (np.pi / 2 + 0.06), 0)
        at = np.array([way * 0.80, 0, BASE])
        cup = [
            (0, 0.24),
            (0.20, 0.24),
            (0.22, 0.235),
            (0.30, 0.225),
            (0.36, 0.20),
            (0.405, 0.14),
            (0.42, 0.07),
            (0.42, 0.0),
            (0.40, -0.03),
            (0, -0.03),
        ]
        knots = np.linspace(0, 1, len(cup))
        smooth = stage.spline(knots, cup, np.linspace(0, 1, 80))
        stage.lathe(np.clip(smooth, [0, -0.1], None), shell, at, tilt)
        stage.lathe([(0.30, 0.21), (0.315, 0.235), (0.33, 0.235), (0.345, 0.195)], copper, at, tilt)
        stage.lathe(
            [(0, 0.245), (0.17, 0.245), (0.18, 0.25), (0.18, 0.255), (0, 0.256)], steel, at, tilt
        )
        angle = np.linspace(0, 2 * np.pi, 80)
        pad = np.stack([0.315 + 0.115 * np.cos(angle), -0.12 + 0.115 * np.sin(angle)], -1)
        stage.lathe(pad, leather, at, tilt)
        stage.lathe([(0, -0.06), (0.3, -0.06), (0.3, -0.07), (0, -0.07)], mesh, at, tilt)
        arc = np.linspace(0.05 * np.pi, 0.95 * np.pi, 60)
        fork = np.stack(
            [way * (0.10 + 0.03 * np.sin(arc)) + 0 * arc, 0.475 * np.cos(arc), 0.475 * np.sin(arc)],
            -1,
        )
        stage.tube([at + fork], 0.032, steel)
        for y in (-0.45, 0.45):
            stage.lathe(
                [(0, -0.03), (0.05, -0.03), (0.055, 0), (0.05, 0.03), (0, 0.03)],
                copper,
                at + [way * 0.10, y, 0.08],
                (np.pi / 2, 0, 0),
            )
        stage.box((0.10, 0.24, 0.16), at + [way * 0.10, 0, 0.50], shell, 0.03)

    paper = stage.surface(
        (0.80, 0.78, 0.75), 0.9, lambda t: stage.noise(t, 30, 6), bump=0.06, depth=0.01
    )
    rise = np.linspace(0, np.pi / 2, 40)
    path = np.concatenate(
        [[(-30, 0)], np.stack([3 + 4 * np.sin(rise), 4 - 4 * np.cos(rise)], -1), [(7, 40)]]
    )
    x = np.array([-60.0, 60.0])
    stage.sheet(
        np.stack([np.stack([x, 0 * x + y, 0 * x + z], -1) for y, z in path]), paper, closed=False
    )
    stage.sky("studio", 0.5, turn=0.5)
    stage.lamp((0, -2, 14), (0, 1, 0), 16.0, 4200)
    stage.lamp((-4, -3, 6), (0, 0, 0.8), 2.5, 330, (1, 0.97, 0.93))
    stage.lamp((5, -2, 2.5), (0, 0, 0.9), 2.0, 60, (0.9, 0.95, 1))
    stage.camera((2.6, -5.6, 1.9), (0, 0, 0.93), 66, 0.07, focus=(0.4, -0.4, 0.9))
