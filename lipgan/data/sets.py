"""The registry `DATASETS`, and `load`: data sets as uint8 tensors on one device."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from lipgan.data import loaders
from lipgan.data.dataset import Dataset
from lipgan.data.loaders import Loaded, Request
from lipgan.support.messages import not_one_of
from lipgan.support.paths import data_root
from lipgan.support.torch_state import usual_torch


@dataclass(frozen=True)
class DatasetSpec:
    """What is known of a data set without touching the disk.

    `image_size` and `channels` are None for points, and for a folder of images: `load`
    takes them from its first image, `Config` from all. `num_classes` is 0 if there are
    none or unknown. `features` names the extractor that judges generated images unless
    told otherwise. `needs_files` holds for fixed data sets of downloaded files.
    """

    label: str
    image_size: int | None
    channels: int | None
    num_classes: int
    source: str
    licence: str
    load: Callable[[Request], Loaded]
    features: str = "pixels"
    needs_files: bool = False

    @property
    def built_in(self) -> bool:
        """Whether no file of the user's can change it."""
        return not self.needs_files and self.load is not loaders.folder


def dataset_spec(name: str) -> DatasetSpec:
    """Look `name` up in `DATASETS`; "folder:PATH" gives the entry of folders.

    Raises:
        ValueError: If there is no such data set, or "folder" comes without a path.
    """
    kind, _, path = name.partition(":")
    if kind not in DATASETS or bool(path) != (kind == "folder"):
        names = [key.replace("folder", "folder:PATH") for key in DATASETS]
        raise ValueError(not_one_of("dataset", name, names))
    return DATASETS[kind]


def of_points(name: str) -> bool:
    """Whether a data set holds points of the plane, not images."""
    return dataset_spec(name).image_size is None and not of_folder(name)


def of_folder(name: str) -> bool:
    """Whether a data set is a folder of the user's own images."""
    return name.startswith("folder:")


def dataset_label(name: str) -> str:
    """What to call a data set in titles and tables; a folder by its own name."""
    kind, _, path = name.partition(":")
    return f"folder {Path(path).name}" if path else DATASETS[kind].label


@usual_torch()
def load(
    name: str,
    *,
    root: str | os.PathLike[str] | None = None,
    image_size: int | None = None,
    channels: int | None = None,
    limit: int | None = None,
    synthetic: bool = False,
    download: bool = False,
    device: torch.device | str = "cpu",
) -> Dataset:
    """Load a data set of `DATASETS` in its stored order.

    Args:
        name: A key of `DATASETS`, or "folder:PATH" for a tree of image files.
        root: Folder of the downloaded data; default $LIPGAN_DATA, else "data".
        image_size: Height and width in pixels; default as in the registry.
        channels: 1 or 3; default as in the registry.
        limit: Keep the first `limit` items only.
        synthetic: Replace data that need files by made-up images of the same shape
            (256, or `limit`), named "synthetic NAME".
        download: Allow torchvision to download missing files into `root`.
        device: Where the tensors are to live.

    Raises:
        ValueError: If an argument is not accepted or a file is damaged.
        FileNotFoundError: If the files are missing.
    """
    spec = dataset_spec(name)
    for key, value in {"limit": limit, "image_size": image_size}.items():
        if value is not None and value < 1:
            raise ValueError(f"{key}: {value!r} is not a positive integer or None")
    if channels not in (None, 1, 3):
        raise ValueError(f"channels: {channels!r} is not 1, 3 or None")
    folder = data_root(root)
    size, depth = image_size or spec.image_size, channels or spec.channels
    request = Request(name, folder, size, depth, limit, download)
    made_up = synthetic and spec.needs_files
    x, labels, num_classes, note = (loaders.synthetic if made_up else spec.load)(
        request
    )
    x, labels = x[:limit], None if labels is None else labels[:limit]
    if x.dtype == torch.uint8:
        x = _fit(x, size or x.shape[-1], depth or x.shape[1])
    elif image_size or channels:
        raise ValueError(f"image_size, channels: {name} holds points; leave both None")
    title = f"synthetic {name}" if made_up else name
    return Dataset(title, x.contiguous(), labels, num_classes, note).to(device)


def _fit(x: Tensor, size: int, channels: int, chunk: int = 4096) -> Tensor:
    if x.shape[1:] == (channels, size, size):
        return x
    fitted = torch.empty(len(x), channels, size, size, dtype=torch.uint8)
    for start in range(0, len(x), chunk):
        part = x[start : start + chunk].float()
        if part.shape[1] > channels:
            luma = torch.tensor([0.299, 0.587, 0.114])  # ITU-R BT.601, as in PIL
            part = torch.einsum("nchw,c->nhw", part, luma)[:, None]
        # antialias matters only when shrinking; bilinear weights never overshoot
        part = F.interpolate(part, (size, size), mode="bilinear", antialias=True)
        fitted[start : start + chunk] = part.round()
    return fitted


_UCI = "UCI Optical Recognition of Handwritten Digits, test part, in scikit-learn"
_LECUN = "Y. LeCun, C. Cortes, C. Burges, the MNIST database"
_KRIZHEVSKY = "A. Krizhevsky, Learning Multiple Layers of Features, 2009"
_JPEG = f"{_KRIZHEVSKY}; its training images after lossy compression"
_LIU = "Z. Liu et al., Deep Learning Face Attributes in the Wild, ICCV 2015"
_HERE, _FREE = "this module", "that of this project"

DATASETS: dict[str, DatasetSpec] = {
    "digits": DatasetSpec(
        "digits", 8, 1, 10, _UCI, "CC BY 4.0", loaders.digits, "digits"
    ),
    "mnist": DatasetSpec(
        "MNIST",
        32,
        1,
        10,
        _LECUN,
        "CC BY-SA 3.0",
        loaders.mnist,
        features="mnist",
        needs_files=True,
    ),
    "cifar10": DatasetSpec(
        "CIFAR-10",
        32,
        3,
        10,
        _KRIZHEVSKY,
        "none stated",
        loaders.cifar10,
        features="cifar10",
        needs_files=True,
    ),
    "cifar10_jpeg": DatasetSpec(
        "CIFAR-10 (JPEG copy)",
        32,
        3,
        10,
        _JPEG,
        "none stated",
        loaders.cifar10_jpeg,
        features="cifar10",
        needs_files=True,
    ),
    "celeba": DatasetSpec(
        "CelebA",
        64,
        3,
        0,
        _LIU,
        "non-commercial research",
        loaders.celeba,
        needs_files=True,
    ),
    # "mnist" is resized to 32 x 32; this one is padded, as in the paper.
    "mnist_padded": DatasetSpec(
        "MNIST, padded",
        32,
        1,
        10,
        _LECUN,
        "CC BY-SA 3.0",
        loaders.mnist_padded,
        features="mnist",
        needs_files=True,
    ),
    "folder": DatasetSpec(
        "images", None, None, 0, "a folder", "its owner's", loaders.folder
    ),
    "toy2d": DatasetSpec("four points", None, None, 0, _HERE, _FREE, loaders.points),
    "toy2d_ring": DatasetSpec(
        "eight Gaussians", None, None, 8, _HERE, _FREE, loaders.ring
    ),
}
