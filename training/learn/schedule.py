"""The phases of a run, and its learning rate, by the number of views seen."""

WARM_UP_VIEWS = 1600


def parse_phases(text, views):
    """`160x16:0.5,...` -> [(side, batch, views at which it ends)]; shares of `views`."""
    phases, end = [], 0.0
    for part in text.split(","):
        shape, share = part.split(":")
        end += float(share)
        phases.append((*map(int, shape.split("x")), end))
    return [(side, batch, round(views * stop / end)) for side, batch, stop in phases]


def learning_rate(peak, seen, steady, views):
    """Warm-up, then `peak` until `steady` views were seen, then down to a hundredth at `views` along a line
    (Hu et al. 2024, arXiv 2404.06395). What was learned at `peak` goes on with more views later."""
    if seen < steady:
        return peak * min(1, 0.02 + seen / WARM_UP_VIEWS)
    return peak * max(0.01, (views - seen) / max(views - steady, 1))
