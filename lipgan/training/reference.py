"""The real side of the metrics: computed once per data set and kept on disk.

What takes time or memory in proportion to pairs of images is computed on at most
``MOST_COMPARED`` real images; the names of such metrics say so, see ``pair_name``.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from lipgan import metrics
from lipgan.data import Dataset
from lipgan.data.digests import digest
from lipgan.features import Extractor, constant_image
from lipgan.metrics import MetricName
from lipgan.runs import atomic

AT_ONCE = 2**24  # features that are held and decomposed together: 128 MiB in float64
MOST_COMPARED = 10_000  # real images behind metrics of pairs; smaller sets: all
FORMAT = 1  # of the files; count on when what they hold is computed differently
KEPT = ("mean", "covariance", "compared", "nearest", "kernel", "constant", "variance")


@dataclass(frozen=True)
class Reference:
    """What generated images are judged against.

    Attributes:
        extractor: what maps images to features.
        images: all real images, uint8 (N, C, H, W).
        mean: of the features of all real images, float64 (d,).
        covariance: of these, float64 (d, d).
        compared: features of all real images, or of ``MOST_COMPARED`` evenly picked
            ones, float32 (n, d).
        nearest: distances of each of these to its five nearest, ascending, (n, 5).
        kernel: mean kernel among them, for the kernel distance.
        constant: distance of an all-black image, the mark of a generator that crashed.
        variance: of all real images, mean over pixels, in squared gray values.
    """

    extractor: Extractor
    images: Tensor
    mean: Tensor
    covariance: Tensor
    compared: Tensor
    nearest: Tensor
    kernel: Tensor
    constant: Tensor
    variance: Tensor

    @property
    def whole(self) -> bool:
        """Whether all real images are compared in pairs."""
        return len(self.compared) == len(self.images)

    @property
    def compared_images(self) -> Tensor:
        """The images behind ``compared``, uint8 (n, C, H, W)."""
        if self.whole:
            return self.images
        return self.images[even_indices(len(self.images), len(self.compared))]

    @property
    def real_count(self) -> int:
        """How many real images are compared, as names say it: 0 for all."""
        return 0 if self.whole else len(self.compared)

    def at_once(self, samples: int) -> int:
        """How many sets of so many samples are judged together, at least one."""
        return max(1, AT_ONCE // (samples * len(self.mean)))

    def distance(self, features: Tensor) -> Tensor:
        """Frechet distances of features (..., n, d) from all real images', (...)."""
        if self.whole:  # a small set may not have full covariance, which this minds
            return metrics.frechet_distance(features, self.compared)
        return metrics.frechet_distance_to_moments(features, self.mean, self.covariance)

    def pair_name(self, family: str, count: int) -> MetricName:
        """Name of a metric of pairs: ``kid_mnist_2k``, or ``kid_mnist_2k_10k``.

        The first count is that of generated images. The second is that of real ones,
        and is there where these are not all.
        """
        return MetricName(family, self.extractor.name, count, self.real_count)


def make_reference(dataset: Dataset, extractor: Extractor) -> Reference:
    """The reference of a data set, on its device; from the disk if it is known there.

    Only sets of more than ``MOST_COMPARED`` images are kept on disk. A file there that
    cannot be read, is damaged or belongs to other data is replaced, and a folder that
    cannot be written to is left alone.
    """
    if len(dataset) <= MOST_COMPARED:
        return Reference(extractor, dataset.x, **_computed(dataset, extractor))
    key = _key(dataset, extractor)
    kept = _read(key)
    if kept is None:
        kept = _computed(dataset, extractor)
        _write(key, kept)
    placed = {name: tensor.to(dataset.x.device) for name, tensor in kept.items()}
    return Reference(extractor, dataset.x, **placed)


def _computed(dataset: Dataset, extractor: Extractor) -> dict[str, Tensor]:
    features = extractor.features(dataset.x)
    black = extractor.features(constant_image(dataset.shape).to(dataset.x.device))
    mean, covariance = metrics.moments(features)
    compared = features
    if len(features) > MOST_COMPARED:
        compared = features[even_indices(len(features), MOST_COMPARED)]
    return {
        "mean": mean,
        "covariance": covariance,
        "compared": compared,
        "nearest": metrics.nearest_distances(compared),
        "kernel": metrics.kernel_mean(compared),
        "constant": metrics.constant_distance(features, black),
        "variance": pixel_variance(dataset.x),
    }


def even_indices(length: int, count: int) -> Tensor:
    """``count`` places from the first to the last of ``length``, int64 (count,)."""
    return torch.linspace(0, length - 1, count).long()


def pixel_variance(images: Tensor) -> Tensor:
    """Variance over images (n, C, H, W), mean over pixels."""
    return images.float().var(0).mean()


def cache_folder() -> Path:
    """$LIPGAN_CACHE, else ``lipgan/references`` in the user's folder for caches.

    Raises:
        RuntimeError: The user has no home.
    """
    if stated := os.environ.get("LIPGAN_CACHE"):
        return Path(stated).expanduser()
    usual = os.environ.get("XDG_CACHE_HOME")
    base = Path(usual) if usual else Path.home() / ".cache"
    return base / "lipgan" / "references"


def _key(dataset: Dataset, extractor: Extractor) -> str:
    """All that decides the numbers of a reference."""
    device = dataset.x.device.type  # float32 rounds differently on each
    protocol = f"{extractor.name} {extractor.digest} {MOST_COMPARED} {device} {FORMAT}"
    return f"{dataset.digest} {protocol}"


def _file(key: str) -> Path:
    data, extractor, *_ = key.split()
    return cache_folder() / f"{data}_{extractor}_{digest({}, key)}.safetensors"


def _read(key: str) -> dict[str, Tensor] | None:
    """What the file of this key holds; None unless it is there and undamaged."""
    try:
        from safetensors.torch import load

        content = _file(key).read_bytes()
        header = content[8 : 8 + int.from_bytes(content[:8], "little")]
        stated = json.loads(header)["__metadata__"]["digest"]
        tensors = load(content)
        sound = set(tensors) == set(KEPT) and stated == digest(tensors, key)
    except Exception:  # whatever a damaged file leads to, safetensors' own type too
        return None
    return tensors if sound else None


def _write(key: str, tensors: dict[str, Tensor]) -> None:
    try:
        from safetensors.torch import save

        content = save(tensors, metadata={"digest": digest(tensors, key)})
        file = _file(key)
        file.parent.mkdir(parents=True, exist_ok=True)
        atomic.write(file, content)
    except (ImportError, OSError, RuntimeError):
        return  # it costs the next one the same time again
