"""Feature extractors for the metrics: small classifiers of our own, and Inception.

`python -m lipgan.features digits` trains the digit classifier anew and writes its
weights file.
"""

import hashlib
import json
import os
import re
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import torch
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d

from lipgan.classifiers import Classifier, fit_classifier

WEIGHTS = Path(__file__).parent / "weights"
INCEPTION_FILE = "pt_inception-2015-12-05-6726825d.pth"


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
    ) -> None:
        """Wrap a network.

        Args:
            name: Key in `FEATURES`; part of the names of metrics.
            network: Maps float32 images in [0, 1], (N, C, H, W), to features (N, d).
            channels: Accepted values of C.
            image_size: Accepted H and W, None for any.
            head: Maps features to class scores, None if there are no classes.
            chunk: Images per pass; changes memory, not results.
        """
        self.name, self.chunk = name, chunk
        self.channels, self.image_size = channels, image_size
        self.network = network.eval().requires_grad_(False)
        self.head = None if head is None else head.eval().requires_grad_(False)

    @property
    def num_classes(self) -> int:
        """How many classes it tells apart, 0 if none."""
        return 0 if self.head is None else self.head.out_features

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
        with torch.no_grad():
            parts = images.split(self.chunk)
            return torch.cat([self.network(part.to(device) / 255) for part in parts])

    def classify(self, images: Tensor) -> Tensor:
        """Most likely class, int64 (N,), of uint8 images (N, C, H, W).

        Raises:
            ValueError: If this extractor has no classes or the images do not fit.
        """
        if self.head is None:
            raise ValueError(f"features: {self.name!r} has no classes to predict")
        return self.head(self.features(images)).argmax(1)

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


def load_extractor(
    name: str,
    *,
    weights: str | os.PathLike[str] | None = None,
    device: torch.device | str = "cpu",
    download: bool = False,
) -> Extractor:
    """Load an extractor of `FEATURES`.

    Args:
        name: A key of `FEATURES`.
        weights: Another weights file than the usual one.
        device: Where the network is to live.
        download: Allow the download of Inception's weights (91 MiB).

    Raises:
        ValueError: If the name is unknown or the weights file is damaged.
        FileNotFoundError: If the weights file is missing.
        ImportError: If a package is missing.
    """
    if name not in FEATURES:
        raise ValueError(f"features: {name!r} is not one of {', '.join(FEATURES)}")
    path = None if weights is None else Path(weights).expanduser()
    if path is not None and not path.is_file():
        raise FileNotFoundError(f"weights: there is no file {str(path)!r}")
    return FEATURES[name].load(name, path, download).to(device)


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


@dataclass(frozen=True)
class ClassifierFeatures:
    """Features of a classifier that is trained here on one data set and shipped."""

    dataset: str
    image_size: int
    channels: int
    num_classes: int
    sha256: str
    steps: int = 3000
    seed: int = 0

    def build(self) -> Classifier:
        """Build the untrained network."""
        return Classifier(
            channels=self.channels,
            image_size=self.image_size,
            num_classes=self.num_classes,
        )

    def load(self, name: str, path: Path | None, download: bool) -> Extractor:
        """Read the shipped weights, or those of `path`."""
        load_file = _safetensors().load_file
        file = path or WEIGHTS / f"{name}.safetensors"
        if not file.is_file():
            raise FileNotFoundError(f"features: {name!r} has no file {str(file)!r}")
        if path is None:
            _check_sha256(file, self.sha256)
        network = self.build()
        try:
            network.load_state_dict(load_file(file))
        except Exception as error:  # safetensors raises a type of its own
            raise _damaged(file, error) from error
        return Extractor(
            name,
            network,
            channels=(self.channels,),
            image_size=self.image_size,
            head=network.head,
        )


class _Inception(nn.Module):
    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        return self.network(x.expand(-1, 3, -1, -1))[0].flatten(1)


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


@dataclass(frozen=True)
class InceptionFeatures:
    """The 2,048 features of the FID, as pytorch-fid computes them."""

    def load(self, name: str, path: Path | None, download: bool) -> Extractor:
        """Read pytorch-fid's weights from `path` or torch's folder of downloads."""
        try:
            from pytorch_fid import inception
        except (ImportError, OSError, RuntimeError) as error:
            reason = f"needs pytorch-fid, which cannot be imported: {error}"
            raise ImportError(f"features: {name!r} {reason}") from error
        file = path or Path(torch.hub.get_dir(), "checkpoints", INCEPTION_FILE)
        if not file.is_file() and download:
            file.parent.mkdir(parents=True, exist_ok=True)
            torch.hub.download_url_to_file(
                inception.FID_WEIGHTS_URL, str(file), hash_prefix="6726825d"
            )
        if not file.is_file():
            raise FileNotFoundError(
                f"features: {name!r} has no weights file {str(file)!r}; allow the "
                "download (--download) or give its path (--inception-weights FILE)"
            )
        if stated := re.search(r"-([0-9a-f]{8,64})\.pth$", file.name):
            _check_sha256(file, stated[1])
        try:
            state = torch.load(file, map_location="cpu", weights_only=True)
            # the constructor knows no way to take weights but its own download
            with mock.patch.object(
                inception, "load_state_dict_from_url", return_value=state
            ):
                network = inception.InceptionV3([3])
        except Exception as error:  # pickle, zip and key errors alike
            raise _damaged(file, error) from error
        return Extractor(name, _Inception(network), channels=(1, 3), chunk=64)


def _safetensors() -> Any:
    try:
        import safetensors.torch
    except ImportError as error:
        raise ImportError("features: the weights files need safetensors") from error
    return safetensors.torch


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _check_sha256(file: Path, start: str) -> None:
    found = _sha256(file)
    if not found.startswith(start):
        raise ValueError(
            f"weights: {str(file)!r} is damaged: its SHA-256 starts with "
            f"{found[: min(len(start), 16)]}, not {start[:16]}"
        )


def _damaged(file: Path, error: Exception) -> ValueError:
    reason = " ".join(str(error).split())[:200]
    return ValueError(f"weights: {str(file)!r} does not hold what is needed: {reason}")


def train_and_save(name: str) -> float:
    """Train the classifier `name` of `FEATURES` and write its weights file.

    Returns:
        Accuracy on the held-out fifth of its data set, 0 to 1.

    Raises:
        ValueError: If `name` is not a classifier.
    """
    from lipgan import data

    spec = FEATURES.get(name)
    if not isinstance(spec, ClassifierFeatures):
        names = [k for k, v in FEATURES.items() if isinstance(v, ClassifierFeatures)]
        raise ValueError(f"features: {name!r} is not one of {', '.join(names)}")
    torch.set_num_threads(1)  # so that everybody gets the same bytes
    dataset, network = data.load(spec.dataset), spec.build()
    accuracy = fit_classifier(dataset, network, steps=spec.steps, seed=spec.seed)
    recipe = {"held_out_accuracy": round(accuracy, 4), **asdict(spec)}
    del recipe["sha256"]
    file = WEIGHTS / f"{name}.safetensors"
    # one key only: the order of several is not defined, the checksum must be
    _safetensors().save_file(
        network.state_dict(), file, metadata={"recipe": json.dumps(recipe)}
    )
    print(f"{file.name}: held-out accuracy {accuracy:.4f}, SHA-256 {_sha256(file)}")
    return accuracy


_DIGITS = "ee59051915952ef14d6cdfcdd03d7ee2e149a92ffa289d4ece681e0797319891"

FEATURES: dict[str, ClassifierFeatures | PixelFeatures | InceptionFeatures] = {
    "digits": ClassifierFeatures("digits", 8, 1, 10, _DIGITS),
    "pixels": PixelFeatures(),
    "inception": InceptionFeatures(),
}

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m lipgan.features NAME")
    try:
        train_and_save(sys.argv[1])
    except ValueError as error:
        sys.exit(str(error))
