"""Muon (Jordan 2024, kellerjordan.github.io/posts/muon): momentum, made orthogonal, for convolutions.

Every step moves all singular directions of a layer's [out, in * 3 * 3] matrix by the same amount, so that rare
features learn as fast as frequent ones. Layers of one shape are worked on together.
"""

import torch

MOMENTUM = 0.95
# The quintic Newton-Schulz iteration that drives singular values towards 1, five times.
COEFFICIENTS = (3.4445, -4.7750, 2.0315)
ITERATIONS = 5


class Muon(torch.optim.Optimizer):
    """For weights whose first dimension is the output; each step has a root mean square of about lr / sqrt(in * 3 * 3)."""

    def __init__(self, parameters, lr):
        super().__init__(parameters, {"lr": lr})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            alike = {}
            for parameter in group["params"]:
                if parameter.grad is not None:
                    alike.setdefault(parameter.shape, []).append(parameter)
            for parameters in alike.values():
                updates = orthogonal(torch.stack([self.with_momentum(p).flatten(1) for p in parameters]))
                for parameter, update in zip(parameters, updates):
                    parameter.add_(update.view_as(parameter), alpha=-group["lr"])

    def with_momentum(self, parameter):
        state = self.state[parameter]
        if not state:
            state["momentum"] = torch.zeros_like(parameter)
        momentum = state["momentum"].lerp_(parameter.grad, 1 - MOMENTUM)
        return parameter.grad.lerp(momentum, MOMENTUM)


def orthogonal(x):
    """[n, rows, columns] -> the same with every singular value near 1."""
    tall = x.shape[1] > x.shape[2]
    x = x.mT if tall else x
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-12)
    a, b, c = COEFFICIENTS
    for _ in range(ITERATIONS):
        square = x @ x.mT
        x = a * x + (b * square + c * square @ square) @ x
    return x.mT if tall else x
