"""A running shoe on a concrete floor before a brick wall.

In: nothing. Out: `build()` fills the open scene; the shoe is 3 dm long, its toe toward +x.
"""

import numpy as np

import stage

EXPOSURE = 0.1
SIZE = (1200, 900)

NAVY, CORAL, TAN, INK = (
    (0.02, 0.055, 0.13),
    (0.60, 0.085, 0.04),
    (0.34, 0.15, 0.05),
    (0.02, 0.03, 0.05),
)
RINGS = np.array([0.0, 0.14, 0.28, 0.42, 0.58, 0.78, 1.0])
BACK = [
    (-1.42, 0.30),
    (-1.46, 0.48),
    (-1.44, 0.66),
    (-1.40, 0.84),
    (-1.36, 1.0),
    (-1.35, 1.16),
    (-1.40, 1.33),
]
FRONT = [
    (1.50, 0.32),
    (1.50, 0.46),
    (1.38, 0.60),
    (1.12, 0.71),
    (0.70, 0.88),
    (0.27, 1.14),
    (-0.10, 1.40),
]
WIDTH = [0.50, 0.52, 0.505, 0.47, 0.42, 0.37, 0.31]


def spring(points):
    """Bends the toe up and lets the outline follow a foot."""
    x, y, z = points[..., 0], points[..., 1], points[..., 2]
    z = (
        z
        + 0.20 * np.clip((x - 0.45) / 1.05, 0, None) ** 2
        + 0.04 * np.clip((-x - 0.9) / 0.6, 0, None) ** 2
    )
    y = y + 0.09 * np.cos((x - 0.1) * 1.9) - 0.04
    return np.stack([x, y, z], -1)


def outline(share):
    """Half-width of a foot from heel (0) to toe (1), its ball being 1."""
    return stage.spline([0, 0.2, 0.42, 0.7, 0.88, 1], [0.82, 0.80, 0.76, 1.0, 1.02, 0.95], share)


def upper(u, v):
    """Points on the upper: `u` runs around from the toe, `v` from the sole to the collar."""
    back, front = stage.spline(RINGS, BACK, v), stage.spline(RINGS, FRONT, v)
    half = stage.spline(RINGS, WIDTH, v)
    flat = stage.superellipse(2 * np.pi * u, 1, 1, 2.25)
    share = (flat[..., 0] + 1) / 2
    x = back[..., 0] + (front[..., 0] - back[..., 0]) * share
    y = flat[..., 1] * half * (1 + (outline(share) - 1) * (1 - v) ** 0.7)
    z = back[..., 1] + (front[..., 1] - back[..., 1]) * share
    dip = 0.36 * v**4 * np.sin(np.pi * share) ** 1.2
    return np.stack([x, y, z - dip], -1)


def normals(points):
    du = np.roll(points, -1, 1) - np.roll(points, 1, 1)
    n = np.cross(du, np.gradient(points, axis=0))
    return n / np.maximum(np.linalg.norm(n, axis=-1, keepdims=True), 1e-9)


def inside(polygon, x, z):
    """Signed distance to a polygon in the side view, positive inside."""
    polygon = np.asarray(polygon, float)
    near, odd = np.full(x.shape, 9.0), np.zeros(x.shape, bool)
    for (ax, az), (bx, bz) in zip(polygon, np.roll(polygon, -1, 0), strict=True):
        t = np.clip(
            ((x - ax) * (bx - ax) + (z - az) * (bz - az)) / ((bx - ax) ** 2 + (bz - az) ** 2), 0, 1
        )
        near = np.minimum(near, np.hypot(x - ax - t * (bx - ax), z - az - t * (bz - az)))
        odd ^= ((az > z) != (bz > z)) & (x < (bx - ax) * (z - az) / (bz - az + 1e-12) + ax)
    return np.where(odd, near, -near)


def dress(points, u, v):
    """Overlays, seams and stitches: the raised points and their paint."""
    x, z = points[..., 0], points[..., 2]
    around = np.minimum(u, 1 - u)
    toe = inside([(0.98, 0), (1.12, 0.62), (1.22, 1), (3, 1), (3, 0)], x, z)
    heel = inside(
        [(-3, 0), (-0.78, 0), (-0.92, 0.55), (-1.12, 0.95), (-1.16, 1.2), (-3, 1.2)], x, z
    )
    stripe = inside([(-0.62, 0.30), (-0.30, 0.30), (0.40, 0.95), (0.22, 1.06)], x, z)
    second = inside([(-0.18, 0.30), (0.06, 0.30), (0.66, 0.83), (0.52, 0.92)], x, z)
    stay = np.minimum(np.minimum(around - 0.055, 0.135 - around) * 2.6, (v - 0.46) * 2)
    stay = np.minimum(stay, (0.97 - v) * 2)
    mud = (0.115 - v) * 1.2
    paint = np.zeros((*x.shape, 3)) + NAVY
    lift = np.zeros_like(x)
    tongue = (around < 0.055) & (v > 0.45)
    paint[tongue] = (0.03, 0.075, 0.16)
    for edge, colour in (
        (toe, TAN),
        (heel, TAN),
        (stripe, CORAL),
        (second, CORAL),
        (stay, TAN),
        (mud, INK),
    ):
        lift = np.maximum(lift, 0.022 * stage.smoothstep(-0.004, 0.014, edge))
        paint[edge > 0] = colour
        seam = (np.abs(edge - 0.035) < 0.007) & (np.sin((x + z * 0.7 + u * 4) * 95) > -0.3)
        lift -= 0.006 * seam
        paint[seam] = np.array(colour) * 0.55
    lift *= 1 - stage.smoothstep(0.84, 0.88, v)
    lift += 0.045 * np.sin(np.pi * np.clip((v - 0.86) / 0.16, 0, 1)) ** 0.7 - 0.02 * tongue * (
        v < 0.86
    )
    paint[v > 0.875] = CORAL
    return points + normals(points) * lift[..., None], paint


def build():
    u, v = np.meshgrid(np.linspace(0, 1, 900, endpoint=False), np.linspace(0, 1, 340))
    plain = upper(u, v)
    points, paint = dress(plain, u, v)
    rim = points[-1]
    centre = rim.mean(0)
    lining = []
    for inset, drop in (
        (0.02, -0.035),
        (0.06, -0.045),
        (0.11, -0.02),
        (0.14, 0.08),
        (0.15, 0.3),
        (0.13, 0.7),
        (0.3, 0.85),
        (0.9, 0.87),
    ):
        toward = rim + (centre - rim) * [inset, inset, 0] - [0, 0, drop]
        lining.append(toward)
    lining = np.stack(lining)
    cloth = stage.surface(
        stage.painted, 0.75, lambda t: stage.pebble(t, 42), bump=0.35, depth=0.008, Sheen_Weight=0.2
    )
    lined = stage.surface(CORAL, 0.95, lambda t: stage.weave(t, 18), bump=0.4, Sheen_Weight=0.4)
    stage.sheet(spring(points), cloth, paint=paint)
    stage.sheet(spring(np.concatenate([rim[None], lining])), lined, caps=False)

    angle = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    foot = stage.superellipse(angle, 1, 1, 2.4)
    share = (foot[:, 0] + 1) / 2

    def sole(layers):
        rows = []
        for z, grow in layers:
            x = 0.02 + foot[:, 0] * (1.50 + grow)
            y = foot[:, 1] * outline(share) * (0.52 + grow)
            heel = 0.05 * (1 - stage.smoothstep(0.1, 0.65, share))
            rows.append(np.stack([x, y, z + heel * (z > 0.2)], -1))
        return spring(np.stack(rows))

    foam = stage.surface(
        (0.42, 0.19, 0.07),
        0.55,
        lambda t: stage.noise(t, 60, 3),
        bump=0.25,
        depth=0.006,
        Subsurface_Weight=0.1,
    )
    gum = stage.surface((0.16, 0.06, 0.025), 0.6, lambda t: stage.noise(t, 40, 3), bump=0.3)
    ridge = [
        (z, 0.030 - 0.5 * (z - 0.2) ** 2 - 0.010 * (np.abs(z - 0.21) < 0.012))
        for z in np.linspace(0.085, 0.315, 50)
    ]
    stage.sheet(sole([(0.085, 0.0), *ridge, (0.325, 0.01), (0.325, -0.1)]), foam, caps=True)
    stage.sheet(
        sole([(0.0, -0.05), (0.0, 0.02), (0.02, 0.018), (0.07, 0.028), (0.092, 0.025), (0.092, 0)]),
        gum,
        caps=True,
    )

    lace = stage.surface(
        (0.86, 0.84, 0.80), 0.85, lambda t: stage.weave(t, 40), bump=0.6, Sheen_Weight=0.3
    )
    metal = stage.surface((0.75, 0.74, 0.72), 0.3, Metallic=1.0)
    lines, eyes = [], []
    for i, height in enumerate(np.linspace(0.50, 0.90, 6)):
        for side in (-1, 1):
            s = np.linspace(-0.082, 0.082, 40)
            row = np.stack([s % 1, np.full(40, height) + side * s * 0.28], 0)
            if i == 0 and side == 1:
                row[1] = height
            at = upper(row[0], row[1])
            bulge = 0.035 + 0.03 * np.cos(s / 0.082 * np.pi / 2) + 0.02 * (side > 0)
            at = at + np.stack([0.45 * bulge, 0 * s, bulge], -1)
            at[[0, -1]] -= [0.02, 0, 0.05]
            lines.append(spring(at))
            eyes.append(spring(at)[[0, -1]])
    top = upper(np.array([0.0]), np.array([0.93]))[0] + [0.06, 0, 0.07]
    t = np.linspace(0, 1, 60)[:, None]
    for side in (-1, 1):
        loop = top + np.concatenate(
            [
                0.10 * np.sin(np.pi * t) + 0.16 * t * (1 - t),
                side * 0.36 * np.sin(np.pi * t) ** 0.8 * (0.6 + 0.4 * t),
                0.10 * np.sin(2 * np.pi * t) - 0.12 * np.sin(np.pi * t) ** 2,
            ],
            1,
        )
        lines.append(spring(loop))
        end = top + np.concatenate(
            [0.35 * t, side * 0.42 * t**0.8, 0.03 * np.sin(np.pi * t) - 0.34 * t**1.5], 1
        )
        lines.append(spring(end))
    knot = top + np.stack(
        [0.02 * np.sin(6 * t[:, 0]), 0.06 * (t[:, 0] - 0.5), 0.02 * np.cos(6 * t[:, 0])], 1
    )
    for line in lines:
        stage.tube([line], 0.030, lace)
    stage.tube([spring(knot)], 0.05, lace)
    for pair in eyes:
        for eye in pair:
            ring = eye + 0.035 * np.stack(
                [np.cos(angle[::10]), 0 * angle[::10], np.sin(angle[::10])], -1
            )
            stage.tube([ring], 0.012, metal, closed=True)

    def concrete(tree):
        coarse = stage.ramp(
            tree,
            stage.noise(tree, 0.5, 10, 0.65),
            [(0.3, (0.26, 0.25, 0.24)), (0.7, (0.46, 0.45, 0.43))],
        )
        fine = stage.ramp(
            tree, stage.noise(tree, 14, 4, 0.7), [(0.35, (0.6, 0.6, 0.6)), (0.6, (1, 1, 1))]
        )
        return stage.mix(tree, 1.0, coarse, fine, "MULTIPLY")

    def wall(tree):
        tints = ((0.30, 0.10, 0.06), (0.17, 0.06, 0.04), (0.30, 0.27, 0.24))
        colour, _ = stage.bricks(tree, (2.3, 0.75), 0.06, tints, turn=(np.pi / 2, 0, 0))
        dirt = stage.ramp(
            tree, stage.noise(tree, 2, 8, 0.7), [(0.3, (0.5, 0.5, 0.5)), (0.7, (1, 1, 1))]
        )
        return stage.mix(tree, 1.0, colour, dirt, "MULTIPLY")

    floor = stage.surface(
        concrete,
        lambda t: stage.ramp(t, stage.noise(t, 3, 6), [(0.3, (0.45,) * 3), (0.7, (0.8,) * 3)]),
        lambda t: stage.noise(t, 9, 9, 0.7),
        bump=0.35,
        depth=0.03,
    )
    stage.box((80, 80, 1), (0, 0, -0.5), floor)
    stage.box(
        (80, 1, 30),
        (0, 7.5, 15),
        stage.surface(wall, 0.85, lambda t: stage.noise(t, 6, 8), bump=0.5, depth=0.05),
    )
    stage.sky("city", 0.32, turn=2.2)
    stage.lamp((5, -5, 8), (0, 0, 0), 1.6, 2200, (1, 0.90, 0.78))
    stage.camera((2.9, -6.1, 3.0), (0.03, 0.05, 0.56), 62, 0.22, focus=(0.15, -0.4, 0.6))
