"""Images averaged down to a few pixels, as features."""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d

from lipgan.features.extractor import Extractor


class _Pixels(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("place", torch.zeros(()))  # so that it has a device

    def forward(self, x: Tensor) -> Tensor:
        return adaptive_avg_pool2d(x, 8).flatten(1)


@dataclass(frozen=True)
class PixelFeatures:
    """Images averaged down to 8 x 8 pixels: crude, but at hand for any data set."""

    def load(self, name: str, path: Path | None, download: bool) -> Extractor:
        """Nothing to read."""
        return Extractor(name, _Pixels(), channels=(1, 3))
