"""Run the plain module of one GAN over a leading member axis.

Three layouts for the activations of E members; ``benchmarks/NOTES.md`` has the
measurements behind the choice.

- ``rows``: (E, features, B). A convolution copies the rows that its patches need and
  is one batched matrix product over members. Right for points and small images.
- ``grouped``: (B, E * C, H, W) and grouped convolutions. Right for larger images while
  a member has few channels.
- ``single``: (B, C, H, W) with channels last in memory, one member after the other.
  Right when each of a member's convolutions is work enough for the machine.
"""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lipgan.engine.patches import AddRows, CopyRows, Patches, patches_of
from lipgan.engine.strided import GEOMETRY, Double, Halve, channels_last
from lipgan.gan.models import Point
from lipgan.gan.players import Tensors

LAYOUTS = ("rows", "grouped", "single")
ROWS_LIMIT = 64  # pixels of an image up to which the layout ``rows`` pays
GROUPED_LIMIT = 12  # channels of a member below which grouped convolutions pay
IMAGE_CHANNELS = 4  # up to as many, a library's convolution idles in most of its lanes

Convolution = nn.Conv2d | nn.ConvTranspose2d
EPS, MOMENTUM = 1e-5, 0.1  # of batch normalization, as torch has them


@dataclass
class _Layer:
    """One layer of the module with its place: parameter prefix and shapes."""

    module: nn.Module
    prefix: str
    inputs: torch.Size  # (C, H, W) or (features,), one sample of one member
    outputs: torch.Size

    def operands(self, tensors: Tensors) -> tuple[Tensor, Tensor | None]:
        return tensors[f"{self.prefix}.weight"], tensors.get(f"{self.prefix}.bias")

    @property
    def image(self) -> torch.Size:
        """(C, H, W) of the side that a convolution's kernel moves over."""
        transposed = isinstance(self.module, nn.ConvTranspose2d)
        return self.outputs if transposed else self.inputs

    @property
    def geometry(self) -> tuple[int, int, int]:
        """Side of a convolution's kernel, stride and padding."""
        conv = self.module
        assert isinstance(conv, Convolution)
        assert not isinstance(conv.padding, str)
        return conv.kernel_size[0], conv.stride[0], conv.padding[0]

    def patches(self, device: torch.device) -> Patches:
        c, h, w = self.image
        return patches_of(*self.geometry, (c, h, w), str(device))

    @property
    def one_position(self) -> bool:
        """Whether the kernel meets the image at one place: a product with vectors."""
        return self.inputs[1:].numel() == 1 or self.outputs[1:].numel() == 1


class Lifted:
    """A plain ``nn.Sequential`` of one GAN, run for E members at once."""

    def __init__(
        self, module: nn.Sequential, shape: tuple[int, ...], layout: str | None = None
    ) -> None:
        """Read off the layers.

        Args:
            module: the networks of one member; left untouched.
            shape: of one input sample.
            layout: ``rows``, ``grouped`` or ``single``; None for the fastest one.
        """
        module = deepcopy(module).eval()  # the probe must not touch batch statistics
        self.layers: list[_Layer] = []
        x = torch.zeros(2, *shape)
        with torch.no_grad():
            for prefix, layer in module.named_children():
                before, x = x.shape[1:], layer(x)
                self.layers.append(_Layer(layer, prefix, before, x.shape[1:]))
        self.output_shape = x.shape[1:]
        self.layout = layout or self._fastest()

    @property
    def layouts(self) -> tuple[str, ...]:
        """The layouts that can run these layers: points have ``rows`` alone."""
        flat = any(isinstance(s.module, nn.Linear | Point) for s in self.layers)
        return LAYOUTS[:1] if flat else LAYOUTS

    def _fastest(self) -> str:
        convolutions = [s for s in self.layers if isinstance(s.module, Convolution)]
        largest = max((s.image[1:].numel() for s in convolutions), default=0)
        if largest <= ROWS_LIMIT:
            return "rows"
        inner = (s.image[0] for s in convolutions if s.image[0] > IMAGE_CHANNELS)
        return "grouped" if min(inner, default=0) < GROUPED_LIMIT else "single"

    def __call__(self, tensors: Tensors, x: Tensor, training: bool = False) -> Tensor:
        """Run (E, B, *shape) to (E, B, *output_shape).

        Args:
            tensors: parameters and running statistics, (E, ...) each.
            x: inputs.
            training: batch normalization uses the batch and updates its running
                statistics in place.
        """
        members, batch = x.shape[:2]
        if self.layout == "single":
            # ``unbind``, for the derivative of t[e] would be as large as t
            parts = {k: t.unbind() for k, t in tensors.items()}
            rows = [
                self._run(
                    _run_single, own, {k: p[e] for k, p in parts.items()}, training
                )
                for e, own in enumerate(x.unbind())
            ]
            return torch.stack(rows).reshape(members, batch, *self.output_shape)
        if self.layout == "rows":
            out = self._run(_run_rows, x.flatten(2).transpose(1, 2), tensors, training)
            return out.transpose(1, 2).reshape(members, batch, *self.output_shape)
        out = self._run(_run_grouped, _to_groups(x), tensors, training)
        return out.view(batch, members, *self.output_shape).transpose(0, 1)

    def _run(self, run, x: Tensor, tensors: Tensors, training: bool) -> Tensor:  # type: ignore[no-untyped-def]
        start = x
        for layer in self.layers:
            if isinstance(layer.module, nn.Flatten | nn.Unflatten):
                continue  # ``rows`` is flat already, the others shape as they go
            if isinstance(layer.module, nn.BatchNorm2d):
                x = _batch_norm(layer, x, tensors, training)
            elif isinstance(layer.module, nn.Linear | Convolution | Point):
                x = run(layer, x, tensors)
            else:
                x = layer.module(x) if x is start else _activate(layer.module, x)
        return x


def _activate(module: nn.Module, x: Tensor) -> Tensor:
    """In place: nothing before an activation needs its own output for a gradient."""
    if isinstance(module, nn.LeakyReLU):
        return F.leaky_relu(x, module.negative_slope, inplace=True)
    return F.relu(x, inplace=True) if isinstance(module, nn.ReLU) else module(x)


def _to_groups(x: Tensor) -> Tensor:
    """(E, B, C, H, W) or (E, B, C) to (B, E * C, H, W)."""
    x = x if x.ndim == 5 else x[..., None, None]
    return x.transpose(0, 1).flatten(1, 2)


def _batch_norm(layer: _Layer, x: Tensor, tensors: Tensors, training: bool) -> Tensor:
    """Normalize per member and channel; every layout keeps a channel's block whole."""
    keys = ("running_mean", "running_var", "weight", "bias")
    mean, var, gain, bias = (tensors[f"{layer.prefix}.{k}"].view(-1) for k in keys)
    if x.ndim == 4:
        return F.batch_norm(x, mean, var, gain, bias, training)
    merged = x.reshape(1, len(gain), -1)
    if training and x.device.type == "cpu":
        return _channel_norm(merged, mean, var, gain, bias).view_as(x)
    return F.batch_norm(merged, mean, var, gain, bias, training).view_as(x)


def _channel_norm(
    x: Tensor, mean: Tensor, var: Tensor, gain: Tensor, bias: Tensor
) -> Tensor:
    """``F.batch_norm`` of (1, C, n) in training, up to rounding.

    As groups of one channel, which a CPU normalizes several times as fast.
    """
    channels, n = x.shape[1:]
    out, own, scale = torch.native_group_norm(
        x, gain, bias, 1, channels, n, channels, EPS
    )
    with torch.no_grad():
        unbiased = (scale[0] ** -2 - EPS) * (n / (n - 1))
        mean.lerp_(own[0], MOMENTUM)
        var.lerp_(unbiased, MOMENTUM)
    return out


def _run_rows(layer: _Layer, x: Tensor, tensors: Tensors) -> Tensor:
    """One layer on (E, features, B)."""
    if isinstance(layer.module, Point):
        return tensors[f"{layer.prefix}.theta"][:, :, None].expand(-1, -1, x.shape[2])
    weight, bias = layer.operands(tensors)
    if isinstance(layer.module, nn.Linear):
        return _affine(weight, x, bias)
    patches, kernel = layer.patches(x.device), weight.flatten(2)
    members, batch = len(x), x.shape[2]
    if patches.rows is not None and patches.cover_the_image:
        transposed = isinstance(layer.module, nn.ConvTranspose2d)
        rows = patches.dense(kernel.shape[1], transposed)
        matrix = CopyRows.apply(kernel.flatten(1)[..., None], rows)
        return _affine(matrix.view(members, layer.outputs.numel(), -1), x, bias)
    if isinstance(layer.module, nn.Conv2d):
        x = x if patches.rows is None else CopyRows.apply(x, patches.rows)
        out = _affine(kernel, x.reshape(members, kernel.shape[2], -1), bias)
        return out.view(members, -1, batch)
    spread = torch.bmm(kernel.mT, x.reshape(members, kernel.shape[1], -1))
    out = spread.view(members, -1, batch)
    out = out if patches.rows is None else AddRows.apply(out, patches.rows)
    if bias is None:
        return out
    return (out.view(*bias.shape, -1) + bias[..., None]).view_as(out)


def _affine(matrix: Tensor, x: Tensor, bias: Tensor | None) -> Tensor:
    """(E, m, n) times (E, n, columns) plus (E, channels), rows sharing a channel's."""
    if bias is None:
        return torch.bmm(matrix, x)
    area = matrix.shape[1] // bias.shape[1]
    return torch.baddbmm(bias.repeat_interleave(area, 1)[..., None], matrix, x)


def _run_grouped(layer: _Layer, x: Tensor, tensors: Tensors) -> Tensor:
    """One layer on (B, E * C, H, W)."""
    weight, bias = layer.operands(tensors)
    return _convolve(layer, x, weight, bias)


def _run_single(layer: _Layer, x: Tensor, tensors: Tensors) -> Tensor:
    """One layer of one member on (B, C, H, W), channels last."""
    weight, bias = layer.operands(tensors)
    down = isinstance(layer.module, nn.Conv2d)
    if layer.one_position:
        return _one_position_single(layer, x, weight, bias)
    if layer.image[0] <= IMAGE_CHANNELS and layer.geometry == GEOMETRY:
        if down:
            return Halve.apply(x, weight, bias)
        out = Double.apply(x, weight)
        return out if bias is None else out + bias.view(-1, 1, 1)
    x, weight = channels_last(x), channels_last(weight)
    return _library_convolution(
        layer.module, x, weight[None], None if bias is None else bias[None]
    )


def _one_position_single(
    layer: _Layer, x: Tensor, weight: Tensor, bias: Tensor | None
) -> Tensor:
    """Vectors (B, n) times a matrix, as (B, C, H, W), channels last."""
    if isinstance(layer.module, nn.Conv2d):
        # the one output's kernel is reordered, rather than the batch
        x, weight = (t.permute(0, 2, 3, 1).flatten(1) for t in (x, weight))
        return F.linear(x, weight, bias)[..., None, None]
    out = (x.flatten(1) @ weight.flatten(1)).view(len(x), *layer.outputs)
    out = out if bias is None else out + bias.view(-1, 1, 1)
    return channels_last(out)


def _convolve(layer: _Layer, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """A convolution of (B, E * C, H, W) by kernels (E, ...), as the fastest product."""
    if layer.one_position:
        out = _one_position(layer, x.view(len(x), len(weight), -1), weight.flatten(2))
    elif layer.image[0] <= IMAGE_CHANNELS:
        out = _image_side(layer, x.view(len(x), len(weight), *layer.inputs), weight)
    else:
        return _library_convolution(layer.module, x, weight, bias)
    out = out.reshape(len(x), -1, *layer.outputs[1:])
    return out if bias is None else out + bias.view(-1, 1, 1)


def _one_position(layer: _Layer, x: Tensor, kernel: Tensor) -> Tensor:
    """Vectors (B, E, n) times matrices (E, ...), as (B, E, m)."""
    down = isinstance(layer.module, nn.Conv2d)
    return torch.bmm(x.transpose(0, 1), kernel.mT if down else kernel).transpose(0, 1)


def _image_side(layer: _Layer, x: Tensor, weight: Tensor) -> Tensor:
    """Patches of few channels, (B, E, C, H, W), times kernels (E, ...)."""
    conv, kernel = layer.module, weight.flatten(2)
    assert isinstance(conv, Convolution)
    geometry = conv.kernel_size, 1, conv.padding, conv.stride
    if isinstance(conv, nn.Conv2d):
        patches = F.unfold(x.flatten(0, 1), *geometry)  # type: ignore[arg-type]
        return kernel @ patches.view(*x.shape[:2], *patches.shape[1:])
    spread = (kernel.mT @ x.flatten(3)).flatten(0, 1)
    return F.fold(spread, layer.outputs[1:], *geometry)  # type: ignore[arg-type]


def _library_convolution(
    module: nn.Module, x: Tensor, weight: Tensor, bias: Tensor | None
) -> Tensor:
    function = F.conv2d if isinstance(module, nn.Conv2d) else F.conv_transpose2d
    geometry: Any = {"stride": module.stride, "padding": module.padding}
    bias = None if bias is None else bias.flatten()
    return function(x, weight.flatten(0, 1), bias, groups=len(weight), **geometry)
