"""Halving and doubling an image of few channels, differentiable any number of times.

A library's convolution is good at reading one or three channels and at the gradient of
their kernel; only the way back onto the image leaves most of its lanes idle. So the
three maps that are each other's derivatives stand here, with that one written anew.

All kernels have 4 x 4 entries, stride 2 and padding 1 (``GEOMETRY``); the many channels
of a layer come last in memory.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

GEOMETRY = 4, 2, 1  # side of the kernel, stride, padding
_TAPS = 2  # neighbours per axis that meet in one pixel of a doubled image


def channels_last(x: Tensor) -> Tensor:
    """Return (B, C, H, W) or a kernel with channels last in memory.

    Unlike ``contiguous`` it says so in the strides of a single channel too: by them
    the library chooses how it computes.
    """
    if x.shape[1] > 1:
        return x.contiguous(memory_format=torch.channels_last)
    batch, channels, height, width = x.shape
    strides = height * width, 1, width, 1
    return x.contiguous().as_strided((batch, channels, height, width), strides)


class Halve(torch.autograd.Function):
    """A convolution, (B, C, 2 H, 2 W) to (B, O, H, W)."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, kernel: Tensor, bias: Tensor | None) -> Tensor:
        """Convolve images with a kernel (O, C, 4, 4) and add a bias (O,)."""
        ctx.save_for_backward(x, kernel)
        return F.conv2d(channels_last(x), channels_last(kernel), bias, *GEOMETRY[1:])

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        """Double, correlate, and sum."""
        (x, kernel), (grad,), needed = ctx.saved_tensors, grads, ctx.needs_input_grad
        return (
            Double.apply(grad, kernel) if needed[0] else None,
            Correlate.apply(x, grad) if needed[1] else None,
            grad.sum((0, 2, 3)) if needed[2] else None,
        )


class Double(torch.autograd.Function):
    """The transposed convolution, (B, O, H, W) to (B, C, 2 H, 2 W)."""

    @staticmethod
    def forward(ctx: Any, y: Tensor, kernel: Tensor) -> Tensor:
        """Spread features over images by a kernel (O, C, 4, 4)."""
        ctx.save_for_backward(y, kernel)
        return _double(y, kernel)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        """Halve and correlate."""
        (y, kernel), (grad,), needed = ctx.saved_tensors, grads, ctx.needs_input_grad
        return (
            Halve.apply(grad, kernel, None) if needed[0] else None,
            Correlate.apply(grad, y) if needed[1] else None,
        )


class Correlate(torch.autograd.Function):
    """The derivative of both by the kernel, (O, C, 4, 4)."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, y: Tensor) -> Tensor:
        """Correlate images (B, C, 2 H, 2 W) with features (B, O, H, W)."""
        ctx.save_for_backward(x, y)
        side, stride, padding = ([n, n] for n in GEOMETRY)
        like = channels_last(x.new_empty(y.shape[1], x.shape[1], *side))
        return torch.ops.aten.convolution_backward(
            *(channels_last(y), channels_last(x), like, None),
            *(stride, padding, [1, 1], False, [0, 0], 1, [False, True, False]),
        )[1]

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        """Take the slope for a kernel: double the features, halve the images."""
        (x, y), (grad,), needed = ctx.saved_tensors, grads, ctx.needs_input_grad
        return (
            Double.apply(y, grad) if needed[0] else None,
            Halve.apply(x, grad, None) if needed[1] else None,
        )


def _double(y: Tensor, kernel: Tensor) -> Tensor:
    """Spread (B, O, H, W) by (O, C, 4, 4) to (B, C, 2 H, 2 W).

    Position (j, k) of H + 1 times W + 1 stands for the pixels of rows 2 j - 1 and 2 j,
    columns likewise; the features at (j - 1, k - 1) up to (j, k) meet there. With one
    row and one column of zeros between images each of these four is a shift of all
    features at once: four products accumulate without copies.
    """
    batch, outputs, h, w = y.shape
    channels = kernel.shape[1]
    positions, lead = batch * (h + 1) * (w + 1), w + 2
    rows = y.new_zeros(lead + positions, outputs)
    inner = rows[lead:].view(batch, h + 1, w + 1, outputs)[:, :h, :w]
    inner.copy_(y.permute(0, 2, 3, 1))
    taps = kernel.view(outputs, channels, _TAPS, 2, _TAPS, 2).flip(2, 4)
    taps = taps.permute(2, 4, 1, 3, 5, 0).reshape(_TAPS**2, -1, outputs)
    total = taps[0] @ rows[:positions].T
    for tap, shift in zip(taps[1:], (1, w + 1, lead), strict=True):
        total.addmm_(tap, rows[shift : shift + positions].T)
    pixels = total.view(channels, 2, 2, batch, h + 1, w + 1).permute(3, 0, 4, 1, 5, 2)
    image = pixels.reshape(batch, channels, 2 * h + 2, 2 * w + 2)
    return image[:, :, 1:-1, 1:-1]
