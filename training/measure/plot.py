"""Draws the log of a run: loss, and validation IoU at 320 px, over minutes.

In:  `log.jsonl` of `train.py`. Out: a small SVG without any library.
"""

import argparse
import json
from pathlib import Path

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 720, 320, 44, 36, 24
COLOURS = {"ccp": "#c2410c", "fashion_products": "#1d4ed8", "clothing_gc": "#15803d", "ecssd": "#7e22ce"}


def svg(lines):
    last = max(line["minutes"] for line in lines)
    x = lambda minutes: LEFT + (WIDTH - LEFT - 130) * minutes / last
    y = lambda value: TOP + (HEIGHT - TOP - BOTTOM) * (1 - value)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12"><title>Loss and validation IoU over time</title>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]
    for tick in range(0, 11, 2):
        at = y(tick / 10)
        parts.append(f'<path d="M{LEFT} {at:.1f}H{x(last):.1f}" stroke="#ddd"/><text x="{LEFT - 26}" y="{at + 4:.1f}">{tick / 10}</text>')
    for minutes in range(0, int(last) + 1, 30 if last < 400 else 150):
        parts.append(f'<text x="{x(minutes) - 6:.1f}" y="{HEIGHT - 18}">{minutes}</text>')
    parts.append(f'<text x="{x(last / 2) - 60:.1f}" y="{HEIGHT - 3}">minutes of wall time</text>')
    sides = [(line["minutes"], line["side"]) for line in lines if "side" in line]
    free = 0.0
    for (_, before), (minutes, side) in zip([(0, None), *sides], sides):
        if side != before:
            at = x(minutes)
            parts.append(f'<path d="M{at:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#bbb" stroke-dasharray="3 3"/>')
            if at >= free:
                parts.append(f'<text x="{at + 3:.1f}" y="{TOP - 8}">{side} px</text>')
                free = at + 48
    losses = [(line["minutes"], line["loss"]) for line in lines if "loss" in line]
    top = max(value for _, value in losses)
    curves = [([(x(m), y(v / top)) for m, v in losses], "#999", f"loss / {top:.2f}")]
    scored = [line for line in lines if "validation" in line]
    for name, colour in COLOURS.items():
        curves.append(([(x(s["minutes"]), y(s["validation"][name]["iou"])) for s in scored], colour, name))
    free = 0.0
    for points, colour, label in sorted(curves, key=lambda c: c[0][-1][1]):
        free = max(points[-1][1] + 4, free)
        parts.append(curve(points, colour, label, free))
        free += 13
    return "\n".join([*parts, "</svg>\n"])


def curve(points, colour, label, at):
    """A line through `points`, and its name behind the last one, at the height `at`."""
    path = "M" + "L".join(f"{px:.1f} {py:.1f}" for px, py in points)
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.6"/><text x="{points[-1][0] + 5:.1f}" y="{at:.1f}" fill="{colour}">{label}</text>'


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("log", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    args.out.write_text(svg([json.loads(line) for line in args.log.read_text().splitlines()]))
