"""An upholstered armchair on oak legs, on a rug in a bright room.

In: nothing. Out: `build()` fills the open scene; the chair is 8 dm wide and faces -y.
"""

import numpy as np

import stage

EXPOSURE = 0.1
SIZE = (1200, 900)


def cushion(size, at, cover, puff=0.25, power=5.0, turn=0.0, dent=0.0):
    """A stuffed box about `at`, tilted by `turn` about x, with a piped seam around its middle."""
    a, b, c = np.divide(size, 2)
    theta, phi = np.meshgrid(
        np.linspace(0, 2 * np.pi, 240, endpoint=False), np.linspace(-np.pi / 2, np.pi / 2, 120)
    )
    ring = stage.superellipse(theta, 1, 1, power)
    tall = stage.superellipse(phi, 1, 1, 3.2)
    x, y, z = ring[..., 0] * tall[..., 0], ring[..., 1] * tall[..., 0], tall[..., 1]
    swell = 1 + puff * (1 - x**2) * (1 - y**2)
    z = z * swell * c - dent * np.exp(-((x / 0.6) ** 2 + (y / 0.6) ** 2)) * (z > 0)
    points = np.stack([x * a, y * b, z], -1)
    wobble = 0.012 * np.sin(points[..., 0] * 2.3 + points[..., 2]) * np.sin(points[..., 1] * 2.9)
    points[..., 2] += wobble
    spin = np.array([[1, 0, 0], [0, np.cos(turn), -np.sin(turn)], [0, np.sin(turn), np.cos(turn)]])
    stage.sheet(points @ spin.T + at, cover, caps=True)
    rim = np.stack([ring[0, :, 0] * a * 1.005, ring[0, :, 1] * b * 1.005, 0 * ring[0, :, 0]], -1)
    stage.tube([rim @ spin.T + at], 0.045, cover, closed=True)


def build():
    def wool(tree):
        fleck = stage.ramp(
            tree,
            stage.noise(tree, 16, 5, 0.8),
            [(0.35, (0.018, 0.05, 0.045)), (0.68, (0.065, 0.125, 0.11))],
        )
        return fleck

    cover = stage.surface(
        wool, 0.92, lambda t: stage.pebble(t, 16), bump=0.6, depth=0.025, Sheen_Weight=0.35
    )

    def oak(tree):
        return stage.ramp(
            tree,
            stage.noise(tree, 3, 9, 0.7, (2.5, 2.5, 0.2)),
            [(0.3, (0.20, 0.095, 0.035)), (0.7, (0.42, 0.23, 0.10))],
        )

    wood = stage.surface(
        oak, 0.35, lambda t: stage.noise(t, 6, 6, 0.7, (2.5, 2.5, 0.2)), bump=0.1, depth=0.02
    )

    stage.box((5.9, 6.2, 1.3), (0, 0, 2.75), cover, 0.25)
    cushion((5.5, 5.9, 1.5), (0, -0.45, 4.05), cover, 0.22, 6, dent=0.12)
    cushion((5.5, 4.7, 1.7), (0, 2.3, 6.35), cover, 0.22, 5, turn=np.pi / 2 - 0.22)
    stage.box((6.7, 0.9, 6.0), (0, 3.25, 5.8), cover, 0.35, (-0.22, 0, 0))
    for way in (-1, 1):
        stage.box((1.05, 6.6, 3.2), (way * 3.35, 0.0, 3.75), cover, 0.22)
        angle = np.linspace(0, 2 * np.pi, 200, endpoint=False) + 0.01
        rim = np.stack([np.cos(angle), np.sin(angle)], -1)
        rim = 0.16 * rim + np.sign(rim) * [0.305, 1.38]
        seam = np.stack([rim[:, 0] + way * 3.35, np.full(200, -3.235), rim[:, 1] + 3.75], -1)
        stage.tube([seam], 0.045, cover, closed=True)
        for y, lean in ((-2.5, -0.12), (2.6, 0.16)):
            foot = [(0.0, 0), (0.13, 0), (0.14, 0.03), (0.26, 2.1), (0.0, 2.12)]
            stage.lathe(foot, wood, (way * 3.25, y + lean * 2, 0.0), (lean, way * -0.12, 0))

    def planks(tree):
        colour, _ = stage.bricks(
            tree,
            (14, 1.3),
            0.02,
            ((0.34, 0.20, 0.10), (0.23, 0.125, 0.06), (0.05, 0.03, 0.02)),
            turn=(0, 0, 1.1),
        )
        grain = stage.ramp(
            tree,
            stage.noise(tree, 1.5, 9, 0.7, (1.6, 0.3, 1)),
            [(0.3, (0.6, 0.55, 0.5)), (0.65, (1, 1, 1))],
        )
        return stage.mix(tree, 1.0, colour, grain, "MULTIPLY")

    def plaster(tree):
        return stage.ramp(
            tree, stage.noise(tree, 0.25, 8), [(0.3, (0.60, 0.52, 0.42)), (0.7, (0.70, 0.62, 0.52))]
        )

    stage.box(
        (200, 200, 1),
        (0, 0, -0.5),
        stage.surface(
            planks, 0.32, lambda t: stage.noise(t, 2, 8, 0.7, (1.6, 0.3, 1)), bump=0.15, depth=0.03
        ),
    )
    stage.box(
        (200, 1, 60),
        (0, 9.5, 30),
        stage.surface(plaster, 0.9, lambda t: stage.noise(t, 5, 8), bump=0.3, depth=0.03),
    )
    white = stage.surface((0.75, 0.73, 0.70), 0.4)
    stage.box((200, 0.3, 1.4), (0, 8.95, 0.7), white, 0.08)
    pile = stage.surface(
        lambda t: stage.ramp(
            t, stage.noise(t, 9, 6, 0.8), [(0.3, (0.42, 0.30, 0.20)), (0.7, (0.70, 0.58, 0.44))]
        ),
        0.95,
        lambda t: stage.noise(t, 20, 5, 0.8),
        bump=0.9,
        depth=0.08,
        Sheen_Weight=0.3,
    )
    angle = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    disc = np.stack([7.6 * np.cos(angle), 6.6 * np.sin(angle), 0 * angle], -1)
    stage.sheet(np.stack([disc + [0, -1, 0.01], disc * 0.995 + [0, -1, 0.14]]), pile, caps=True)

    stage.sky("interior", 0.45, turn=2.0)
    stage.lamp((-14, -18, 22), (0, 0, 3), 9, 20000, (1, 0.92, 0.82))
    stage.lamp((20, -16, 10), (0, 0, 3), 9, 7000, (0.9, 0.95, 1))
    stage.camera((9.5, -25, 9.2), (0.15, 0.2, 4.2), 50, 0.35, focus=(0.5, -3, 4))
