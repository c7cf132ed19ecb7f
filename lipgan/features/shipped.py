"""The extractors whose weights are trained here and shipped, and their data."""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import nn
from torch.nn.functional import interpolate

from lipgan.data.image_files import IMAGE_SUFFIXES
from lipgan.data.sets import of_folder
from lipgan.features.classifiers.pooled import PooledClassifier, Recipe, fit_pooled
from lipgan.features.classifiers.small import (
    Classifier,
    fit_classifier,
    labels_of,
    split_indices,
)
from lipgan.features.extractor import Extractor, check_sha256, damaged

if TYPE_CHECKING:
    from lipgan.data import Dataset

WEIGHTS = Path(__file__).parent / "weights"


@dataclass(frozen=True)
class ShippedClassifier:
    """Features of a classifier that is trained here on one data set and shipped."""

    dataset: str
    image_size: int
    channels: int
    num_classes: int
    sha256: str

    def build(self) -> Classifier | PooledClassifier:
        """Build the untrained network as its weights file needs it."""
        raise NotImplementedError

    def train(self, root: Path, download: bool) -> tuple[nn.Module, dict[str, Any]]:
        """Train on the data below `root`: (network, what is to be noted of it)."""
        raise NotImplementedError

    def save(self, name: str, network: nn.Module, facts: dict[str, Any]) -> str:
        """Write weights and recipe, `facts` first; return the SHA-256 of the file."""
        recipe = facts | asdict(self)
        del recipe["sha256"]
        file = WEIGHTS / f"{name}.safetensors"
        state = {key: value.contiguous() for key, value in network.state_dict().items()}
        # one key only: the order of several is not defined, the checksum must be
        _safetensors().save_file(state, file, metadata={"recipe": json.dumps(recipe)})
        return hashlib.sha256(file.read_bytes()).hexdigest()

    def load(self, name: str, path: Path | None, download: bool) -> Extractor:
        """Read the shipped weights, or those of `path`."""
        load_file = _safetensors().load_file
        file = path or WEIGHTS / f"{name}.safetensors"
        if not file.is_file():
            raise FileNotFoundError(f"features: {name!r} has no file {str(file)!r}")
        if path is None:
            check_sha256(file, file.read_bytes(), self.sha256)
        network = self.build()
        try:
            network.load_state_dict(load_file(file))
        except Exception as error:  # safetensors raises a type of its own
            raise damaged(file, error) from error
        return Extractor(
            name,
            network,
            channels=(self.channels,),
            image_size=self.image_size,
            head=network.head,
        )


@dataclass(frozen=True)
class ClassifierFeatures(ShippedClassifier):
    """Features of a small `Classifier`, whose data come with a package."""

    steps: int = 3000
    seed: int = 0

    def build(self) -> Classifier:
        """Build the untrained network."""
        return Classifier(
            channels=self.channels,
            image_size=self.image_size,
            num_classes=self.num_classes,
        )

    def train(self, root: Path, download: bool) -> tuple[nn.Module, dict[str, Any]]:
        """Train on four fifths of the data set; nothing is read below `root`."""
        from lipgan import data

        dataset, network = data.load(self.dataset), self.build()
        accuracy = fit_classifier(dataset, network, steps=self.steps, seed=self.seed)
        return network, {"held_out_accuracy": round(accuracy, 4)}


@dataclass(frozen=True)
class PooledFeatures(ShippedClassifier):
    """Features of a `PooledClassifier`, whose data lie below a folder of the user.

    `held_out` says which images give the accuracy: "test images" of the data set, or
    "a tenth" of its training images, chosen by `split_indices`.
    """

    stem: int
    widths: tuple[int, ...]
    held_out: str
    recipe: Recipe

    def build(self) -> PooledClassifier:
        """Build the untrained network, folded like the shipped weights."""
        return self._network().fold()

    def train(self, root: Path, download: bool) -> tuple[nn.Module, dict[str, Any]]:
        """Train on torchvision's files below `root`, or on its class folders."""
        network, (train, held_out) = self._network(), self._data(root, download)
        accuracy = fit_pooled(train, held_out, network, self.recipe, progress=print)
        source = "class folders" if of_folder(train.name) else "torchvision"
        return network, {
            "held_out_accuracy": round(accuracy, 4),
            "held_out_images": len(held_out),
            "images": len(train),
            "source": source,
        }

    def _network(self) -> PooledClassifier:
        return PooledClassifier(
            channels=self.channels,
            num_classes=self.num_classes,
            stem=self.stem,
            widths=self.widths,
        )

    def _data(self, root: Path, download: bool) -> "tuple[Dataset, Dataset]":
        from lipgan import data

        tenth = self.held_out == "a tenth"
        images = (p for p in root.glob("*/*") if p.suffix.lower() in IMAGE_SUFFIXES)
        folders = {path.parent for path in images} if tenth else set()
        whole = data.load(
            f"folder:{root}" if folders else self.dataset,
            root=root,
            image_size=self.image_size,
            channels=self.channels,
            download=download,
        )
        if whole.num_classes != self.num_classes:
            reason = f"{len(folders)} class folders, not {self.num_classes}"
            raise ValueError(f"data: {str(root)!r} holds {reason}")
        if not tenth:
            return whole, self.test_images(root)
        labels = labels_of(whole)
        train, held_out = (
            replace(whole, x=whole.x[pick], labels=labels[pick])
            for pick in split_indices(len(whole), parts=10)
        )
        return train, held_out

    def test_images(self, root: Path) -> "Dataset":
        """The 10,000 test images of MNIST, sized like the training images.

        Raises:
            ValueError: If a file below `root` is damaged.
        """
        from torchvision.datasets import MNIST

        from lipgan import data

        try:
            files = MNIST(str(root), train=False)
        except (
            AssertionError,
            LookupError,
            OSError,
            RuntimeError,
            ValueError,
        ) as error:
            reason = " ".join(str(error).split()) or repr(error)
            raise ValueError(
                f"data: damaged test images in {str(root)!r}: {reason}"
            ) from error
        size = (self.image_size, self.image_size)  # the resizing of `data.load`
        x = files.data[:, None].float()
        x = interpolate(x, size, mode="bilinear", antialias=True).round()
        return data.Dataset("test", x.byte(), files.targets, self.num_classes)


def _safetensors() -> Any:
    try:
        import safetensors.torch
    except ImportError as error:
        raise ImportError("features: the weights files need safetensors") from error
    return safetensors.torch
