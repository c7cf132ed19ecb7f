"""Run the plain module of one GAN over a leading member axis.

Two layouts for the activations of E members:

- ``dense``: (E, features, B). A small convolution is written as the dense matrix of
  its linear map, gathered from the kernel, so that every layer is one batched matrix
  product over members. Right for points and for images of 8 pixels.
- ``grouped``: (B, E * channels, H, W) and grouped convolutions. Right when the dense
  matrices would be too large.
"""

from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lipgan.models import Point

DENSE_LIMIT = 2**17  # entries of a layer's dense matrix up to which it pays on a CPU

Tensors = dict[str, Tensor]
Convolution = nn.Conv2d | nn.ConvTranspose2d


class _Gather(torch.autograd.Function):
    """Copy columns of (E, n) to (E, m) by ``index``; its adjoint is the twin index.

    ``index`` and ``twin`` are (m,) and (j, n): entry n of the input ends up in the j
    outputs listed in twin. Out-of-range entries read a zero. Differentiable twice.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, index: Tensor, twin: Tensor) -> Tensor:
        ctx.save_for_backward(index, twin)
        return _pick(_pad(x), index)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        index, twin = ctx.saved_tensors
        return _GatherAdjoint.apply(grads[0], index, twin), None, None


class _GatherAdjoint(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, index: Tensor, twin: Tensor) -> Tensor:
        ctx.save_for_backward(index, twin)
        padded = _pad(x)
        total = _pick(padded, twin[0])
        for row in twin[1:]:  # a sum over one large temporary is several times slower
            total += _pick(padded, row)
        return total

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        index, twin = ctx.saved_tensors
        return _Gather.apply(grads[0], index, twin), None, None


def _pad(x: Tensor) -> Tensor:
    return torch.cat([x, x.new_zeros(len(x), 1)], dim=1)


def _pick(padded: Tensor, index: Tensor) -> Tensor:
    return padded.gather(1, index.expand(len(padded), -1))


def _dense_index(layer: Convolution, shape: torch.Size) -> Tensor:
    """Which kernel entry stands where in the dense matrix of a convolution.

    Args:
        layer: a float64 convolution without bias; its kernel is overwritten.
        shape: (C, H, W) of its input.

    Returns:
        An index (outputs * inputs,) into the flattened kernel, whose size marks a
        structural zero.
    """
    entries = layer.weight.numel()
    with torch.no_grad():
        # Kernel entries numbered from 1; each basis image reads out one column.
        layer.weight.copy_(torch.arange(1.0, entries + 1).view_as(layer.weight))
        columns = layer(torch.eye(shape.numel(), dtype=torch.float64).view(-1, *shape))
    index = columns.flatten(1).T.round().long() - 1
    return torch.where(index < 0, entries, index).flatten()


def _invert(index: Tensor, entries: int) -> Tensor:
    """Positions of each kernel entry, a column each, padded with len(index)."""
    order = torch.argsort(index, stable=True)
    counts = torch.bincount(index, minlength=entries + 1)[:entries]
    starts = counts.cumsum(0) - counts
    offsets = torch.arange(int(counts.max()))
    places = (starts[:, None] + offsets).clamp(max=len(order) - 1)
    return torch.where(offsets < counts[:, None], order[places], len(index)).T


@lru_cache(maxsize=64)
def _dense_maps(
    kind: Any, sizes: tuple, shape: torch.Size, device: str
) -> tuple[Tensor, Tensor] | tuple[None, None]:
    inputs, outputs, kernel, stride, padding = sizes
    layer = kind(inputs, outputs, kernel, stride, padding, bias=False).double()
    index = _dense_index(layer, shape)
    if torch.equal(index, torch.arange(layer.weight.numel())):
        return None, None  # the kernel is the matrix already
    twin = _invert(index, layer.weight.numel())
    return index.to(device), twin.contiguous().to(device)


@dataclass
class _Layer:
    """One layer of the module with its place: parameter prefix and shapes."""

    module: nn.Module
    prefix: str
    inputs: torch.Size  # (C, H, W) or (features,), one sample of one member
    outputs: torch.Size

    def operands(self, tensors: Tensors) -> tuple[Tensor, Tensor | None]:
        return tensors[f"{self.prefix}.weight"], tensors.get(f"{self.prefix}.bias")


def _dense_matrix(layer: _Layer, weight: Tensor) -> Tensor:
    """The (E, outputs, inputs) matrix of a convolution's linear map."""
    conv = layer.module
    assert isinstance(conv, Convolution)
    sizes = (
        conv.in_channels,
        conv.out_channels,
        conv.kernel_size,
        conv.stride,
        conv.padding,
    )
    place = str(weight.device)
    index, twin = _dense_maps(type(conv), sizes, layer.inputs, place)  # type: ignore[arg-type]
    dense = weight.flatten(1)
    if index is not None:
        dense = _Gather.apply(dense, index, twin)
    return dense.view(len(weight), layer.outputs.numel(), layer.inputs.numel())


class Lifted:
    """A plain ``nn.Sequential`` of one GAN, run for E members at once.

    ``prepare`` turns stacked parameters into what the layers multiply with (once per
    change of the weights), ``__call__`` runs a batch.
    """

    def __init__(self, module: nn.Sequential, shape: tuple[int, ...]) -> None:
        """Read off the layers; ``shape`` is that of one input sample."""
        module = deepcopy(module).eval()  # the probe must not touch batch statistics
        self.layers: list[_Layer] = []
        x = torch.zeros(2, *shape)
        with torch.no_grad():
            for prefix, layer in module.named_children():
                before, x = x.shape[1:], layer(x)
                self.layers.append(_Layer(layer, prefix, before, x.shape[1:]))
        self.output_shape = x.shape[1:]
        self.dense = all(
            layer.inputs.numel() * layer.outputs.numel() <= DENSE_LIMIT
            for layer in self.layers
            if isinstance(layer.module, Convolution)
        )

    def prepare(self, parameters: Tensors) -> Tensors:
        """Per-layer operands (E, ...) from stacked parameters."""
        operands = dict(parameters)
        if self.dense:
            for layer in self.layers:
                if isinstance(layer.module, Convolution):
                    key = f"{layer.prefix}.weight"
                    operands[key] = _dense_matrix(layer, parameters[key])
        return operands

    def __call__(self, operands: Tensors, x: Tensor, training: bool = False) -> Tensor:
        """Run (E, B, *shape) to (E, B, *output_shape).

        Args:
            operands: from ``prepare``, running statistics included.
            x: inputs.
            training: batch normalization uses the batch and updates its running
                statistics in place.
        """
        members, batch = x.shape[:2]
        run = _run_dense if self.dense else _run_grouped
        x = x.flatten(2).transpose(1, 2) if self.dense else _to_groups(x)
        for layer in self.layers:
            if isinstance(layer.module, nn.Flatten | nn.Unflatten):
                continue  # both layouts are flat already
            if isinstance(layer.module, nn.BatchNorm2d):
                x = _batch_norm(layer, x, operands, training)
            else:
                x = run(layer, x, operands)
        if self.dense:
            return x.transpose(1, 2).reshape(members, batch, *self.output_shape)
        x = x.view(batch, members, *self.output_shape)
        return x.transpose(0, 1)


def _to_groups(x: Tensor) -> Tensor:
    """(E, B, C, H, W) or (E, B, C) to (B, E * C, H, W)."""
    x = x if x.ndim == 5 else x[..., None, None]
    return x.transpose(0, 1).flatten(1, 2)


def _batch_norm(layer: _Layer, x: Tensor, operands: Tensors, training: bool) -> Tensor:
    """Normalize per member and channel; both layouts keep a channel's block whole."""
    keys = ("running_mean", "running_var", "weight", "bias")
    mean, var, gain, bias = (operands[f"{layer.prefix}.{k}"].view(-1) for k in keys)
    if x.ndim == 4:  # grouped
        return F.batch_norm(x, mean, var, gain, bias, training)
    merged = x.reshape(1, len(gain), -1)
    return F.batch_norm(merged, mean, var, gain, bias, training).view_as(x)


def _run_dense(layer: _Layer, x: Tensor, operands: Tensors) -> Tensor:
    """One layer on (E, features, B)."""
    module = layer.module
    if isinstance(module, Point):
        return operands[f"{layer.prefix}.theta"][:, :, None].expand(-1, -1, x.shape[2])
    if not isinstance(module, nn.Linear | Convolution):
        return module(x)
    weight, bias = layer.operands(operands)
    if bias is None:
        return torch.bmm(weight, x)
    area = weight.shape[1] // bias.shape[1]
    return torch.baddbmm(bias.repeat_interleave(area, 1)[:, :, None], weight, x)


def _run_grouped(layer: _Layer, x: Tensor, operands: Tensors) -> Tensor:
    """One layer on (B, E * channels, H, W)."""
    module = layer.module
    if not isinstance(module, Convolution):
        return module(x)
    weight, bias = layer.operands(operands)
    function = F.conv2d if isinstance(module, nn.Conv2d) else F.conv_transpose2d
    return function(
        x,
        weight.flatten(0, 1),
        None if bias is None else bias.flatten(),
        stride=module.stride,
        padding=module.padding,  # type: ignore[arg-type]
        groups=len(weight),
    )
