"""Train a classifier whose features are shipped.

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
from typing import NoReturn

import torch

from lipgan.features.registry import FEATURES
from lipgan.features.shipped import ShippedClassifier
from lipgan.support.messages import not_one_of
from lipgan.support.paths import data_root


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
        raise ValueError(not_one_of("features", name, names))
    torch.set_num_threads(1)  # so that everybody gets the same bytes
    folder = data_root(root or None)
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


if __name__ == "__main__":
    sys.exit(main())
