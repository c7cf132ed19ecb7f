"""Where the items of each data set come from: files, scikit-learn, or a rule."""

import math
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from lipgan.data.dataset import to_uint8
from lipgan.data.expected import what_is_damaged, what_is_missing
from lipgan.data.image_files import classes_of, find_images, read_images
from lipgan.support.paths import exists, user_path


class Request(NamedTuple):
    """What `load` was asked for; None means as the data are."""

    name: str
    root: Path
    size: int | None
    channels: int | None
    limit: int | None
    download: bool


Loaded = tuple[Tensor, Tensor | None, int, str]  # x, labels, classes, note


def ring_modes() -> Tensor:
    """Centers of the eight Gaussians of `toy2d_ring`, float32 (8, 2), radius 1."""
    angle = torch.arange(8) * (2 * math.pi / 8)
    return torch.stack([angle.cos(), angle.sin()], dim=1)


def synthetic(request: Request) -> Loaded:
    """Made-up images of ten classes, of the shape that was asked for."""
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


def _where(request: Request) -> str:
    """How messages call the data that were asked for."""
    return f"data set {request.name!r} in {str(request.root)!r}"


def _torchvision(request: Request, class_name: str, **options: Any) -> Any:
    datasets = _import("torchvision.datasets", "torchvision", request.name)
    where = _where(request)
    build = getattr(datasets, class_name)
    try:
        return build(str(request.root), download=request.download, **options)
    except (AssertionError, LookupError, OSError, RuntimeError, ValueError) as error:
        reason = " ".join(str(error).split())
        hint = "fetch it (--download) or point to its folder (--data DIR, LIPGAN_DATA)"
        missing = what_is_missing(request.root, build)
        if request.download and (missing or isinstance(error, OSError)):
            raise FileNotFoundError(f"{where}: download failed: {reason}") from error
        if missing:
            raise FileNotFoundError(f"{where}: {missing}; {hint}") from error
        damage = what_is_damaged(request.root, build) or reason or repr(error)
        raise ValueError(f"{where}: damaged file ({damage})") from error


def digits(request: Request) -> Loaded:
    """The 8 x 8 digits of scikit-learn, their 17 levels spread over 0 to 255."""
    bunch = _import("sklearn.datasets", "scikit-learn", request.name).load_digits()
    x = torch.from_numpy(bunch.images * (255 / 16)).round().to(torch.uint8)
    return x[:, None], torch.from_numpy(bunch.target).long(), 10, ""


def mnist(request: Request) -> Loaded:
    """The training images as they are, 28 x 28."""
    data = _torchvision(request, "MNIST", train=True)
    x, labels = data.data[:, None], data.targets.long()
    wrong = ""
    if len(labels) != len(x):
        wrong = f"{len(labels)} labels for {len(x)} images"
    elif not 0 <= int(labels.min()) <= int(labels.max()) <= 9:
        wrong = f"labels from {int(labels.min())} to {int(labels.max())}, not 0 to 9"
    if wrong:
        wrong = f"MNIST/raw/train-labels-idx1-ubyte holds {wrong}"
        raise ValueError(f"{_where(request)}: damaged file ({wrong})")
    return x, labels, 10, ""


def mnist_padded(request: Request) -> Loaded:
    """The 28 x 28 pixels as they are, in a black frame."""
    x, labels, num_classes, note = mnist(request)
    margin = max(0, (request.size or 32) - x.shape[-1])
    low, high = margin // 2, margin - margin // 2
    return F.pad(x, (low, high, low, high)), labels, num_classes, note


def cifar10(request: Request) -> Loaded:
    """The training images of torchvision's copy."""
    data = _torchvision(request, "CIFAR10", train=True)
    x = torch.from_numpy(data.data).movedim(-1, 1)
    return x, torch.tensor(data.targets), 10, ""


def cifar10_jpeg(request: Request) -> Loaded:
    """Ten folders of JPEG files in `cifar10-jpeg` below the root."""
    place = request.root / "cifar10-jpeg"
    if not (exists(place, "data") and place.is_dir()):
        raise FileNotFoundError(
            f"{_where(request)}: not found; put the "
            f"ten class folders into {str(place)!r}, or point to its folder "
            "(--data DIR, LIPGAN_DATA)"
        )
    return folder(request._replace(name=f"folder:{place}"))


def celeba(request: Request) -> Loaded:
    """The aligned faces, their central 178 x 178 pixels."""
    data = _torchvision(request, "CelebA", split="train")
    place = Path(data.root, data.base_folder, "img_align_celeba")
    paths = [place / name for name in data.filename[: request.limit]]
    return read_images(paths, request.size, request.channels, crop=178), None, 0, ""


def folder(request: Request) -> Loaded:
    """A tree of image files, `folder:PATH`; its first level are the classes."""
    found = find_images(user_path(request.name.partition(":")[2], "dataset"))
    parts, paths = found.parts[: request.limit], found.paths[: request.limit]
    x = read_images(paths, request.size, request.channels)
    return x, *classes_of(parts), found.note


def points(_: Request) -> Loaded:
    """Four points of the plane."""
    return torch.tensor([[1.0, 0.0], [1.6, 0.9], [2.2, -0.3], [1.3, -1.0]]), None, 0, ""


def ring(_: Request) -> Loaded:
    """2,048 points of eight Gaussians on a circle, of deviation 0.05."""
    noise = torch.randn(2048, 2, generator=torch.Generator().manual_seed(2020))
    labels = torch.arange(2048) % 8
    return ring_modes()[labels] + 0.05 * noise, labels, 8, ""
