"""Depthwise convolution whose backward is fast on CPUs in bf16.

In:  x [n, c, h, w], channels last, h and w even; weight [c, 1, k, k], k 3 or 5; bias [c]; stride 1 or 2.
Out: [n, c, h / stride, w / stride], with TensorFlow's padding: where the stride is 2, one more on the right and below.

oneDNN is slow at the weight gradient of 5 x 5 kernels, which is put together here from four of 3 x 3, and at the input
gradient where the stride is 2, which is a convolution of the gradient with zeros between its values.
"""

import torch
import torch.nn.functional as F

PARTS = (0, 2)


class Depthwise(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, bias, stride):
        ctx.save_for_backward(x, weight)
        ctx.stride = stride
        padding = (weight.shape[-1] - stride) // 2
        if stride == 1:
            return F.conv2d(x, weight, bias, 1, padding, 1, x.shape[1])
        # Symmetric padding, two wider: the same windows behind a first row and column, which are dropped.
        return channels_last(F.conv2d(x, weight, bias, 2, padding + 2, 1, x.shape[1])[:, :, 1:, 1:])

    @staticmethod
    def backward(ctx, gradient):
        x, weight = ctx.saved_tensors
        gradient = channels_last(gradient)
        grad_x = input_gradient(gradient, weight, ctx.stride) if ctx.needs_input_grad[0] else None
        return grad_x, weight_gradient(gradient, x, weight, ctx.stride), gradient.sum((0, 2, 3)), None


def input_gradient(gradient, weight, stride):
    kernel, channels = weight.shape[-1], len(weight)
    flipped = weight.flip(2, 3)
    if stride == 1:
        return F.conv2d(gradient, flipped, None, 1, kernel // 2, 1, channels)
    n, _, h, w = gradient.shape
    before = kernel - 1 - (kernel - stride) // 2
    spread = gradient.new_zeros(n, 2 * h + kernel - 1, 2 * w + kernel - 1, channels).permute(0, 3, 1, 2)
    spread[:, :, before : before + 2 * h : 2, before : before + 2 * w : 2] = gradient
    return F.conv2d(spread, flipped, None, 1, 0, 1, channels)


def weight_gradient(gradient, x, weight, stride):
    kernel = weight.shape[-1]
    if kernel == 3 and stride == 1:
        return of_three(gradient, x, weight, 1, 1)
    before = (kernel - stride) // 2
    after = kernel - stride - before
    padded = F.pad(x, (before, after, before, after))
    if kernel == 3:
        return of_three(gradient, padded, weight, 2, 0)
    h, w = (stride * (n - 1) + 3 for n in gradient.shape[2:])
    whole, part = torch.empty_like(weight), weight[:, :, :3, :3].contiguous()
    for i in PARTS:
        for j in PARTS:
            window = channels_last(padded[:, :, i : i + h, j : j + w])
            whole[:, :, i : i + 3, j : j + 3] = of_three(gradient, window, part, stride, 0)
    return whole


def of_three(gradient, x, weight, stride, padding):
    sizes = [stride, stride], [padding, padding], [1, 1]
    return torch.ops.aten.convolution_backward(gradient, x, weight, None, *sizes, False, [0, 0], len(weight), [False, True, False])[1]


def channels_last(x):
    return x.contiguous(memory_format=torch.channels_last)
