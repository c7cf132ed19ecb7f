"""Feature extractors for the metrics: the registry `FEATURES`, and our classifiers.

`python -m lipgan.features NAME --data DIR` trains a classifier anew, in one thread,
and writes its weights file: `digits` in a minute, without data; `mnist` in minutes, on
torchvision's MNIST; `cifar10` in half an hour, on torchvision's CIFAR-10 or on a folder
with one folder of images per class. The shipped weights of `cifar10` come from such
folders: CIFAR-10 (JPEG copy), its 50,000 training images after lossy compression.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import torch

from lipgan.extractors import Extractor, PixelFeatures, constant_image
from lipgan.inception import InceptionFeatures
from lipgan.pooled import Recipe
from lipgan.shipped import ClassifierFeatures, PooledFeatures, ShippedClassifier

__all__ = ["FEATURES", "Extractor", "constant_image", "load_extractor"]


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


def train_and_save(
    name: str, root: str | os.PathLike[str] | None = None, download: bool = False
) -> float:
    """Train the classifier `name` of `FEATURES` and write its weights file.

    Args:
        name: A key of `FEATURES`.
        root: Folder of torchvision's files, or of one folder of images per class;
            default $LIPGAN_DATA, else "data". The digits need none.
        download: Allow torchvision to download missing files into `root`.

    Returns:
        Accuracy on images it was not trained on, 0 to 1, rounded to four digits.

    Raises:
        ValueError: If `name` is not a classifier or the data do not fit.
        FileNotFoundError: If the data are missing.
        ImportError: If a package is missing.
    """
    spec = FEATURES.get(name)
    if not isinstance(spec, ShippedClassifier):
        names = [
            key
            for key, value in FEATURES.items()
            if isinstance(value, ShippedClassifier)
        ]
        raise ValueError(f"features: {name!r} is not one of {', '.join(names)}")
    torch.set_num_threads(1)  # so that everybody gets the same bytes
    folder = Path(root or os.environ.get("LIPGAN_DATA", "data")).expanduser()
    network, facts = spec.train(folder, download)
    digest = spec.save(name, network, facts)
    accuracy = facts["held_out_accuracy"]
    print(f"{name}.safetensors: held-out accuracy {accuracy:.4f}, SHA-256 {digest}")
    return accuracy


def main(arguments: Sequence[str] | None = None) -> int:
    """Train one classifier; bad input is one line on stderr and exit code 2."""
    parser = _Parser(prog="python -m lipgan.features", description="Train a classifier")
    parser.add_argument("name", metavar="NAME", help="digits, mnist or cifar10")
    parser.add_argument(
        "--data",
        metavar="DIR",
        help="torchvision's folder; for cifar10 also a folder of class folders",
    )
    parser.add_argument("--download", action="store_true", help="fetch missing data")
    options = parser.parse_args(arguments)
    try:
        train_and_save(options.name, options.data, options.download)
    except (ValueError, OSError, ImportError) as error:
        parser.error(str(error))
    return 0


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


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

if __name__ == "__main__":
    sys.exit(main())
