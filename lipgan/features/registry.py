"""The registry of feature extractors, and how one of them is loaded."""

import os

import torch

from lipgan.features.classifiers.pooled import Recipe
from lipgan.features.extractor import Extractor
from lipgan.features.inception import InceptionFeatures
from lipgan.features.pixels import PixelFeatures
from lipgan.features.shipped import (
    ClassifierFeatures,
    PooledFeatures,
    ShippedClassifier,
)
from lipgan.support.messages import not_one_of
from lipgan.support.paths import exists, user_path
from lipgan.support.torch_state import usual_torch


@usual_torch()
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
        raise ValueError(not_one_of("features", name, FEATURES))
    path = None if weights is None else user_path(weights, "weights")
    if path is not None and not (exists(path, "weights") and path.is_file()):
        raise FileNotFoundError(f"weights: there is no file {str(path)!r}")
    return FEATURES[name].load(name, path, download).to(device)


_DIGITS = "ee59051915952ef14d6cdfcdd03d7ee2e149a92ffa289d4ece681e0797319891"
_MNIST = "196c366cefbb69da4e940b40a40b14842c07e13905318ad015fb79a1a9fed8c5"
_CIFAR10 = "15a50becd165d378458685343003ee16493378d3ea8fb9cfa2dc7d22ffb09c91"

FEATURES: dict[str, ShippedClassifier | PixelFeatures | InceptionFeatures] = {
    "digits": ClassifierFeatures("digits", 8, 1, 10, _DIGITS),
    "mnist": PooledFeatures(
        *("mnist", 32, 1, 10, _MNIST),
        stem=8,
        widths=(16, 32, 64),
        held_out="test images",
        recipe=Recipe(steps=1200, flip=False),
    ),
    "cifar10": PooledFeatures(
        *("cifar10", 32, 3, 10, _CIFAR10),
        stem=24,
        widths=(32, 96, 128),
        held_out="a tenth",
        recipe=Recipe(steps=2160, flip=True),
    ),
    "pixels": PixelFeatures(),
    "inception": InceptionFeatures(),
}
