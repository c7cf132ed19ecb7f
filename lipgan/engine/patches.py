"""Which input features a convolution reads, as a linear map on rows.

Features stand in rows of B samples, (E, features, B), so that copying a feature to
where a patch needs it copies B numbers in one piece.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from lipgan.support.torch_state import usual_torch


class RowMap:
    """Copies rows of (E, n, B) to (E, m, B), and the adjoint, which adds them up.

    The adjoint visits the rows that were copied most first: those copied at least j
    times are then a prefix, and every pass adds one block to another.
    """

    def __init__(self, index: Tensor, rows: int) -> None:
        """Read row ``index[i]`` of ``rows`` into row i; index ``rows`` reads zeros."""
        self.index = index
        copies = torch.bincount(index, minlength=rows + 1)[:rows]
        order = torch.argsort(copies, descending=True, stable=True)
        self.rows, self.undo = rows, torch.argsort(order)
        places = torch.argsort(index, stable=True)  # where each row went, row by row
        starts = copies.cumsum(0) - copies
        self.passes = [
            places[starts[chosen] + j]
            for j in range(int(copies.max()))
            if len(chosen := order[copies[order] > j])
        ]

    def to(self, device: torch.device | str) -> "RowMap":
        """Move the indices to a device, in place."""
        self.index, self.undo = self.index.to(device), self.undo.to(device)
        self.passes = [p.to(device) for p in self.passes]
        return self

    def copy(self, x: Tensor) -> Tensor:
        """Copy (E, n, B) to (E, m, B)."""
        zero = x.new_zeros(len(x), 1, x.shape[2])
        return _pick(torch.cat([x, zero], dim=1), self.index)

    def add(self, x: Tensor) -> Tensor:
        """Add (E, m, B) up to (E, n, B): the adjoint of ``copy``."""
        first, *others = self.passes
        total = _pick(x, first)
        if len(first) < self.rows:
            unread = total.new_zeros(len(x), self.rows - len(first), x.shape[2])
            total = torch.cat([total, unread], dim=1)
        for places in others:
            total[:, : len(places)].add_(_pick(x, places))
        return _pick(total, self.undo)


def _pick(x: Tensor, index: Tensor) -> Tensor:
    if x.shape[2] == 1:  # single numbers: ``gather`` is twice as fast
        return x[..., 0].gather(1, index.expand(len(x), -1))[..., None]
    return x.index_select(1, index)


class CopyRows(torch.autograd.Function):
    """``RowMap.copy``, differentiable any number of times."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, rows: RowMap) -> Tensor:
        """Copy (E, n, B) to (E, m, B)."""
        ctx.rows = rows
        return rows.copy(x)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        """Apply the adjoint."""
        return AddRows.apply(grads[0], ctx.rows), None


class AddRows(torch.autograd.Function):
    """``RowMap.add``, differentiable any number of times."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, rows: RowMap) -> Tensor:
        """Add (E, m, B) up to (E, n, B)."""
        ctx.rows = rows
        return rows.add(x)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        """Apply the adjoint."""
        return CopyRows.apply(grads[0], ctx.rows), None


@dataclass(frozen=True)
class Patches:
    """How a square kernel meets an image of shape (C, H, W) at P positions.

    Attributes:
        shape: of the image.
        index: (C * area, P): the feature under each kernel entry at each position,
            C * H * W for the padding.
            Always on the CPU: what is made from it is made there, then moved.
        rows: copies features (E, CHW, B) to where the patches need them,
            (E, C * area * P, B); None where one patch is the whole image.
        device: where rows are copied.
    """

    shape: tuple[int, int, int]
    index: Tensor
    rows: RowMap | None
    device: str

    @property
    def cover_the_image(self) -> bool:
        """Whether a kernel is as large as the image: then no dense matrix is sparse."""
        channels, height, width = self.shape
        return len(self.index) >= channels * height * width

    @lru_cache(maxsize=64)  # noqa: B019 (its instances live in a cache themselves)
    @usual_torch()
    def dense(self, outputs: int, transposed: bool) -> RowMap:
        """Copies kernels (E, outputs * C * area, 1) to the matrix of the linear map.

        The result is (E, outputs * P * CHW, 1), which maps images to outputs at
        positions, or its transpose, (E, CHW * outputs * P, 1), which maps back.
        """
        entries, positions = self.index.shape
        features = math.prod(self.shape)
        under = torch.full((positions, features + 1), -1, dtype=torch.long)
        under.scatter_(1, self.index.T, torch.arange(entries).expand(positions, -1))
        under = under[:, :features]
        kernels = torch.arange(outputs).view(-1, 1, 1) * entries
        index = torch.where(under < 0, outputs * entries, kernels + under)
        index = index.flatten(0, 1).T if transposed else index
        return RowMap(index.flatten(), outputs * entries).to(self.device)


@lru_cache(maxsize=64)
@usual_torch()
def patches_of(
    kernel: int, stride: int, padding: int, shape: tuple[int, int, int], device: str
) -> Patches:
    """The patches that a kernel reads from an image of ``shape`` (C, H, W)."""
    features = math.prod(shape)
    numbers = torch.arange(1, features + 1, dtype=torch.float64).view(1, *shape)
    index = F.unfold(numbers, kernel, padding=padding, stride=stride)[0].long() - 1
    index = torch.where(index < 0, features, index)
    whole = torch.equal(index.flatten(), torch.arange(features))
    rows = None if whole else RowMap(index.flatten(), features).to(device)
    return Patches(shape, index, rows, device)
