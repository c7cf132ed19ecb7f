"""Data sets as uint8 tensors on one device: `load` and the registry `DATASETS`."""

import hashlib
import math
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from lipgan.data.image_files import classes_of, find_images, read_images
from lipgan.support.messages import not_one_of
from lipgan.support.paths import data_root, user_path
from lipgan.support.torch_state import usual_torch


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
        x = self.x.cpu().contiguous()
        digest = hashlib.blake2b(f"{x.dtype} {tuple(x.shape)}".encode(), digest_size=8)
        digest.update(x.numpy().data)
        return digest.hexdigest()

    def batch(self, indices: Tensor) -> Tensor:
        """Pick items (...): images float32 (..., C, H, W) in [-1, 1], or points."""
        items = self.x[indices]
        is_image = items.dtype == torch.uint8
        return items.float().div_(127.5).sub_(1.0) if is_image else items

    def to(self, device: torch.device | str) -> "Dataset":
        """Return the same data on another device."""
        labels = None if self.labels is None else self.labels.to(device)
        return replace(self, x=self.x.to(device), labels=labels)


class _Request(NamedTuple):
    name: str
    root: Path
    size: int | None
    channels: int | None
    limit: int | None
    download: bool


_Loaded = tuple[Tensor, Tensor | None, int, str]  # x, labels, classes, note


@dataclass(frozen=True)
class DatasetSpec:
    """What is known of a data set without touching the disk.

    `image_size` and `channels` are None for points, and for a folder of images: `load`
    takes them from its first image, `Config` from all. `num_classes` is 0 if there are
    none or unknown. `features` names the extractor that judges generated images unless
    told otherwise.
    """

    label: str
    image_size: int | None
    channels: int | None
    num_classes: int
    source: str
    licence: str
    load: Callable[[_Request], _Loaded]
    features: str = "pixels"

    @property
    def needs_files(self) -> bool:
        """Whether it is a fixed data set that is read from downloaded files."""
        return self.load in (_mnist, _mnist_padded, _cifar10, _cifar10_jpeg, _celeba)

    @property
    def built_in(self) -> bool:
        """Whether no file of the user's can change it."""
        return not self.needs_files and self.load is not _folder


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
    request = _Request(name, folder, size, depth, limit, download)
    made_up = synthetic and spec.needs_files
    x, labels, num_classes, note = (_synthetic if made_up else spec.load)(request)
    x, labels = x[:limit], None if labels is None else labels[:limit]
    if x.dtype == torch.uint8:
        x = _fit(x, size or x.shape[-1], depth or x.shape[1])
    elif image_size or channels:
        raise ValueError(f"image_size, channels: {name} holds points; leave both None")
    title = f"synthetic {name}" if made_up else name
    return Dataset(title, x.contiguous(), labels, num_classes, note).to(device)


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


def ring_modes() -> Tensor:
    """Centers of the eight Gaussians of `toy2d_ring`, float32 (8, 2), radius 1."""
    angle = torch.arange(8) * (2 * math.pi / 8)
    return torch.stack([angle.cos(), angle.sin()], dim=1)


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


def _synthetic(request: _Request) -> _Loaded:
    generator = torch.Generator().manual_seed(2020)
    size, depth = request.size or 32, request.channels or 3
    count = request.limit or 256
    labels = torch.arange(count) % 10
    coarse = torch.rand(10, depth, 4, 4, generator=generator)
    blobs = F.interpolate(coarse, (size, size), mode="bilinear")
    noise = 0.05 * torch.randn(count, depth, size, size, generator=generator)
    return to_uint8((blobs[labels] + noise) * 2 - 1), labels, 10, ""


def _import(module: str, package: str, name: str) -> Any:
    try:
        return import_module(module)
    except (ImportError, OSError, RuntimeError) as error:  # or a mismatched torchvision
        reason = f"{package}, which cannot be imported: {error}"
        raise ImportError(f"data set {name} needs {reason}") from error


def _torchvision(request: _Request, class_name: str, **options: Any) -> Any:
    datasets = _import("torchvision.datasets", "torchvision", request.name)
    where = f"data set {request.name!r} in {str(request.root)!r}"
    build = getattr(datasets, class_name)
    try:
        return build(str(request.root), download=request.download, **options)
    except (AssertionError, LookupError, OSError, RuntimeError, ValueError) as error:
        reason = " ".join(str(error).split())
        hint = "fetch it (--download) or point to its folder (--data DIR, LIPGAN_DATA)"
        if request.download:
            raise FileNotFoundError(f"{where}: download failed: {reason}") from error
        if "not found" in reason or isinstance(error, OSError):
            raise FileNotFoundError(f"{where}: not found; {hint}") from error
        raise ValueError(f"{where}: damaged file ({reason or error!r})") from error


def _digits(request: _Request) -> _Loaded:
    digits = _import("sklearn.datasets", "scikit-learn", request.name).load_digits()
    x = torch.from_numpy(digits.images * (255 / 16)).round().to(torch.uint8)
    return x[:, None], torch.from_numpy(digits.target).long(), 10, ""


def _mnist(request: _Request) -> _Loaded:
    data = _torchvision(request, "MNIST", train=True)
    return data.data[:, None], data.targets.long(), 10, ""


def _mnist_padded(request: _Request) -> _Loaded:
    """The 28 x 28 pixels as they are, in a black frame."""
    x, labels, num_classes, note = _mnist(request)
    margin = max(0, (request.size or 32) - x.shape[-1])
    low, high = margin // 2, margin - margin // 2
    return F.pad(x, (low, high, low, high)), labels, num_classes, note


def _cifar10(request: _Request) -> _Loaded:
    data = _torchvision(request, "CIFAR10", train=True)
    x = torch.from_numpy(data.data).movedim(-1, 1)
    return x, torch.tensor(data.targets), 10, ""


def _cifar10_jpeg(request: _Request) -> _Loaded:
    folder = request.root / "cifar10-jpeg"
    if not folder.is_dir():
        raise FileNotFoundError(
            f"data set {request.name!r} in {str(request.root)!r}: not found; put the "
            f"ten class folders into {str(folder)!r}, or point to its folder "
            "(--data DIR, LIPGAN_DATA)"
        )
    return _folder(request._replace(name=f"folder:{folder}"))


def _celeba(request: _Request) -> _Loaded:
    data = _torchvision(request, "CelebA", split="train")
    folder = Path(data.root, data.base_folder, "img_align_celeba")
    paths = [folder / name for name in data.filename[: request.limit]]
    return read_images(paths, request.size, request.channels, crop=178), None, 0, ""


def _folder(request: _Request) -> _Loaded:
    found = find_images(user_path(request.name.partition(":")[2], "dataset"))
    parts, paths = found.parts[: request.limit], found.paths[: request.limit]
    x = read_images(paths, request.size, request.channels)
    return x, *classes_of(parts), found.note


def _points(_: _Request) -> _Loaded:
    return torch.tensor([[1.0, 0.0], [1.6, 0.9], [2.2, -0.3], [1.3, -1.0]]), None, 0, ""


def _ring(_: _Request) -> _Loaded:
    noise = torch.randn(2048, 2, generator=torch.Generator().manual_seed(2020))
    labels = torch.arange(2048) % 8
    return ring_modes()[labels] + 0.05 * noise, labels, 8, ""


_UCI = "UCI Optical Recognition of Handwritten Digits, test part, in scikit-learn"
_LECUN = "Y. LeCun, C. Cortes, C. Burges, the MNIST database"
_KRIZHEVSKY = "A. Krizhevsky, Learning Multiple Layers of Features, 2009"
_JPEG = f"{_KRIZHEVSKY}; its training images after lossy compression"
_LIU = "Z. Liu et al., Deep Learning Face Attributes in the Wild, ICCV 2015"
_HERE, _FREE = "this module", "that of this project"

DATASETS: dict[str, DatasetSpec] = {
    "digits": DatasetSpec("digits", 8, 1, 10, _UCI, "CC BY 4.0", _digits, "digits"),
    "mnist": DatasetSpec("MNIST", 32, 1, 10, _LECUN, "CC BY-SA 3.0", _mnist, "mnist"),
    "cifar10": DatasetSpec(
        "CIFAR-10", 32, 3, 10, _KRIZHEVSKY, "none stated", _cifar10, "cifar10"
    ),
    "cifar10_jpeg": DatasetSpec(
        *("CIFAR-10 (JPEG copy)", 32, 3, 10, _JPEG, "none stated", _cifar10_jpeg),
        features="cifar10",
    ),
    "celeba": DatasetSpec("CelebA", 64, 3, 0, _LIU, "non-commercial research", _celeba),
    # "mnist" is resized to 32 x 32; this one is padded, as in the paper.
    "mnist_padded": DatasetSpec(
        *("MNIST, padded", 32, 1, 10, _LECUN, "CC BY-SA 3.0", _mnist_padded),
        features="mnist",
    ),
    "folder": DatasetSpec("images", None, None, 0, "a folder", "its owner's", _folder),
    "toy2d": DatasetSpec("four points", None, None, 0, _HERE, _FREE, _points),
    "toy2d_ring": DatasetSpec("eight Gaussians", None, None, 8, _HERE, _FREE, _ring),
}
