"""A data set in memory: uint8 images or points, and floats back to uint8."""

from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

from lipgan.data.digests import digest


@dataclass(frozen=True, eq=False)
class Dataset:
    """Training data: `x` is uint8 (N, C, H, W) images or float32 (N, 2) points.

    `labels` is int64 (N,), or None where the data have no classes (`num_classes` 0).
    `note` is a line on how they were read, where there is something to say.
    """

    name: str
    x: Tensor
    labels: Tensor | None
    num_classes: int
    note: str = ""

    def __len__(self) -> int:
        """Return the number of images or points."""
        return self.x.shape[0]

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one item: (C, H, W), or (2,) for points."""
        return tuple(self.x.shape[1:])

    @cached_property
    def digest(self) -> str:
        """Identity of the data: hash of type, shape and bytes of `x`, 16 hex digits.

        The same on every device and for every path that the data were read from.
        """
        return digest(self.x)

    def batch(self, indices: Tensor) -> Tensor:
        """Pick items (...): images float32 (..., C, H, W) in [-1, 1], or points."""
        items = self.x[indices]
        is_image = items.dtype == torch.uint8
        return items.float().div_(127.5).sub_(1.0) if is_image else items

    def to(self, device: torch.device | str) -> "Dataset":
        """Return the same data on another device."""
        labels = None if self.labels is None else self.labels.to(device)
        return replace(self, x=self.x.to(device), labels=labels)


def to_uint8(x: Tensor) -> Tensor:
    """Turn float images in [-1, 1], any shape, into uint8 by rounding, not truncation.

    Values that lie beyond the edge by the rounding of tanh become 0 or 255.

    Raises:
        ValueError: If a value is not finite; a diverged member has no images.
    """
    bad = int((~torch.isfinite(x)).sum())
    if bad:
        raise ValueError(f"to_uint8: {bad} of {x.numel()} values of x are not finite")
    return ((x + 1.0) * 127.5).round().clamp(0, 255).to(torch.uint8)
