"""What turns uint8 images into features: a frozen network, fed chunk by chunk."""

import hashlib
from functools import cached_property
from pathlib import Path

import torch
from torch import Tensor, nn

from lipgan.data.digests import digest
from lipgan.support.torch_state import usual_torch


class Extractor:
    """A frozen network that turns uint8 images into features, chunk by chunk."""

    def __init__(
        self,
        name: str,
        network: nn.Module,
        *,
        channels: tuple[int, ...],
        image_size: int | None = None,
        head: nn.Linear | None = None,
        chunk: int = 1024,
        weights: str | None = None,
    ) -> None:
        """Wrap a network.

        Args:
            name: Key in `FEATURES`; part of the names of metrics.
            network: Maps float32 images in [0, 1], (N, C, H, W), to features (N, d).
            channels: Accepted values of C.
            image_size: Accepted H and W, None for any.
            head: Maps features to class scores, None if there are no classes.
            chunk: Images per pass; changes memory, not results.
            weights: Digest of its weights file, where a user may bring others.
        """
        self.name, self.chunk, self.weights = name, chunk, weights
        self.channels, self.image_size = channels, image_size
        self.network = network.eval().requires_grad_(False)
        self.head = None if head is None else head.eval().requires_grad_(False)

    @property
    def num_classes(self) -> int:
        """How many classes it tells apart, 0 if none."""
        return 0 if self.head is None else self.head.out_features

    @cached_property
    def digest(self) -> str:
        """Of the network's weights, 16 hexadecimal digits: they may be the user's."""
        return digest(self.network.state_dict())

    def to(self, device: torch.device | str) -> "Extractor":
        """Move the network to a device and return this extractor."""
        self.network.to(device)
        if self.head is not None:
            self.head.to(device)
        return self

    def features(self, images: Tensor) -> Tensor:
        """Features, float32 (N, d), of uint8 images (N, C, H, W), on its device.

        Raises:
            ValueError: If the images do not have the type or shape needed.
        """
        self._check(images)
        device = next(iter(self.network.state_dict().values())).device
        with usual_torch(), torch.no_grad():
            parts = images.split(self.chunk)
            return torch.cat([self.network(part.to(device) / 255) for part in parts])

    def probabilities(self, images: Tensor) -> Tensor:
        """Probabilities, float32 (N, classes), of uint8 images (N, C, H, W).

        Raises:
            ValueError: If this extractor has no classes or the images do not fit.
        """
        if self.head is None:
            raise ValueError(f"features: {self.name!r} has no classes to predict")
        return self.head(self.features(images)).softmax(1)

    def classify(self, images: Tensor) -> Tensor:
        """Most likely class, int64 (N,), of uint8 images (N, C, H, W).

        Raises:
            ValueError: If this extractor has no classes or the images do not fit.
        """
        return self.probabilities(images).argmax(1)

    def _check(self, images: Tensor) -> None:
        size = images.shape[-1] if self.image_size is None else self.image_size
        fits = images.ndim == 4 and len(images) > 0 and images.dtype == torch.uint8
        shapes = [(channels, size, size) for channels in self.channels]
        if not fits or tuple(images.shape[1:]) not in shapes:
            side = self.image_size or "H"
            wanted = " or ".join(f"(N, {c}, {side}, {side})" for c in self.channels)
            raise ValueError(
                f"images: {images.dtype} of shape {tuple(images.shape)}; features of "
                f"{self.name!r} need torch.uint8 {wanted}, N at least 1"
            )


def constant_image(shape: tuple[int, ...], value: int = 0) -> Tensor:
    """One uint8 image (1, C, H, W) of a single gray value, black unless told.

    Args:
        shape: (C, H, W).
        value: 0 to 255.

    Raises:
        ValueError: If the value is out of range.
    """
    if not 0 <= value <= 255:
        raise ValueError(f"value: {value!r} is not within 0 to 255")
    return torch.full((1, *shape), value, dtype=torch.uint8)


def check_sha256(file: Path, content: bytes, start: str) -> None:
    """Refuse a weights file, with ValueError, whose checksum does not start so."""
    found = hashlib.sha256(content).hexdigest()
    if not found.startswith(start):
        raise ValueError(
            f"weights: {str(file)!r} is damaged: its SHA-256 starts with "
            f"{found[: min(len(start), 16)]}, not {start[:16]}"
        )


def damaged(file: Path, error: Exception) -> ValueError:
    """What to raise when reading the content of a weights file failed."""
    reason = " ".join(str(error).split())[:200]
    return ValueError(f"weights: {str(file)!r} does not hold what is needed: {reason}")
