"""Folders of image files, read as torchvision's ``ImageFolder`` reads them.

Links are followed, names that begin with a dot are hidden, and what is passed over is
counted. Pixels are what a viewer shows: turned as EXIF says, transparency on white.
"""

import os
import stat
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lipgan.support.paths import exists

IMAGE_SUFFIXES = (
    *(".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff"),
    ".webp",
)
GRAY_MODES = ("1", "L", "LA", "La")
SAMPLE = 64  # files whose headers decide on the shape of all


@dataclass(frozen=True)
class Found:
    """What a folder holds.

    Attributes:
        root: the folder.
        parts: path of every image below it, as parts, sorted.
        passed_over: how many files or folders for which reason.
    """

    root: Path
    parts: list[tuple[str, ...]]
    passed_over: Counter[str]

    @property
    def paths(self) -> list[Path]:
        """The image files."""
        return [self.root.joinpath(*part) for part in self.parts]

    @property
    def note(self) -> str:
        """One line: how many images, and how many files are none, and why."""
        reasons = ", ".join(f"{n} {why}" for why, n in sorted(self.passed_over.items()))
        line = f"folder {self.root.name}: {len(self.parts)} images"
        return line + (f"; passed over: {reasons}" if reasons else "")


def find_images(root: Path) -> Found:
    """All images below a folder.

    Raises:
        FileNotFoundError: there is no such folder.
        ValueError: it cannot be read, or holds no image.
    """
    if not exists(root, "dataset") or not root.is_dir():
        raise FileNotFoundError(f"dataset: {str(root)!r} is not a folder")
    passed_over: Counter[str] = Counter()
    parts = sorted(_walk(str(root), (), frozenset(), passed_over))
    found = Found(root, parts, passed_over)
    if not parts:
        reasons = found.note.partition("; ")[2]
        more = f" ({reasons})" if reasons else ""
        raise ValueError(
            f"dataset: {str(root)!r} holds no image {IMAGE_SUFFIXES}{more}"
        )
    return found


def _walk(
    folder: str,
    parts: tuple[str, ...],
    above: frozenset[str],
    passed_over: Counter[str],
) -> Iterator[tuple[str, ...]]:
    real = os.path.realpath(folder)
    if real in above:  # a link to a folder that holds it
        passed_over["links in a circle"] += 1
        return
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries]
    except OSError:
        passed_over["unreadable folders"] += 1
        return
    for name in names:
        if name.startswith("."):
            passed_over["hidden"] += 1
            continue
        try:
            mode = os.stat(os.path.join(folder, name)).st_mode
        except OSError:
            passed_over["broken links or unreadable"] += 1
            continue
        if stat.S_ISDIR(mode):
            path = os.path.join(folder, name)
            yield from _walk(path, (*parts, name), above | {real}, passed_over)
        elif not name.lower().endswith(IMAGE_SUFFIXES):
            passed_over["of other kinds"] += 1
        elif not stat.S_ISREG(mode):  # a FIFO would be waited for
            passed_over["not regular files"] += 1
        else:
            yield (*parts, name)


def classes_of(parts: Sequence[tuple[str, ...]]) -> tuple[Tensor | None, int]:
    """Labels (N,) by top-level folder, and the number of classes; None and 0 if none.

    There are classes where no image lies in the root and two folders hold some.
    """
    names = sorted({part[0] for part in parts})
    if len(names) < 2 or min(len(part) for part in parts) < 2:
        return None, 0
    number = {name: index for index, name in enumerate(names)}
    return torch.tensor([number[part[0]] for part in parts]), len(names)


def shape_of(root: Path, sizes: Sequence[int]) -> tuple[int, int]:
    """The side of ``sizes`` that suits a folder's images best, and their channels.

    The side nearest to the median of the shorter sides of evenly picked images; one
    channel where all of these are gray.

    Raises:
        FileNotFoundError, ValueError: see ``find_images`` and ``read_images``.
    """
    changed = root.stat().st_mtime_ns if exists(root, "dataset") else 0
    side, channels = _looked_at(root, changed)
    return min(sizes, key=lambda size: (abs(size - side), size)), channels


@lru_cache(maxsize=16)
def _looked_at(root: Path, changed: int) -> tuple[float, int]:
    paths = find_images(root).paths
    step = -(-len(paths) // SAMPLE)
    shapes = [_opened(path, _shape) for path in paths[::step]]
    gray = all(mode in GRAY_MODES for _, mode in shapes)
    return median(min(size) for size, _ in shapes), 1 if gray else 3


def _shape(image: Any) -> tuple[tuple[int, int], str]:
    return image.size, image.mode


def read_images(
    paths: Sequence[Path],
    size: int | None = None,
    channels: int | None = None,
    crop: int = 1 << 30,
) -> Tensor:
    """Decode, crop to the central square of at most ``crop`` pixels, and resize.

    Args:
        paths: of image files.
        size: height and width, that of the first image's square if None.
        channels: 1 or 3, those of the first image if None.
        crop: largest side of the square.

    Returns:
        uint8 (N, channels, size, size).

    Raises:
        ValueError: a file is damaged, or has more than 8 bits per channel.
    """
    resampling = _pillow("PIL.Image").Resampling.BILINEAR
    x = torch.empty(0, dtype=torch.uint8)
    for index, path in enumerate(paths):
        if channels is None:
            mode = _opened(path, lambda image: image.mode)
            channels = 1 if mode in GRAY_MODES else 3
        pixels = _opened(path, _flat).convert("L" if channels == 1 else "RGB")
        side = min(*pixels.size, crop)
        size, left, top = size or side, *((full - side) // 2 for full in pixels.size)
        # two steps: a box given to resize would let the pixels around it leak in
        pixels = pixels.crop((left, top, left + side, top + side))
        pixels = pixels.resize((size, size), resampling)
        if index == 0:
            x = torch.empty(len(paths), channels, size, size, dtype=torch.uint8)
        x[index] = torch.from_numpy(np.array(pixels)).view(size, size, -1).movedim(2, 0)
    return x


def _flat(image: Any) -> Any:
    """The pixels that a viewer shows: upright, without transparency, 8 bits."""
    if image.mode.startswith(("I", "F")):
        raise ValueError(
            f"mode {image.mode} has more than 8 bits per channel; convert it to 8 bits"
        )
    image = _pillow("PIL.ImageOps").exif_transpose(image)
    if image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info:
        gray = image.mode in ("1", "L", "LA", "La")
        image = image.convert("RGBA")
        white = _pillow("PIL.Image").new("RGBA", image.size, (255, 255, 255, 255))
        image = _pillow("PIL.Image").alpha_composite(white, image)
        return image.convert("L" if gray else "RGB")
    image.load()  # while the file is open
    return image


def _opened(path: Path, look: Callable[[Any], Any]) -> Any:
    """What a function sees in an image file; one line for what Pillow cannot read."""
    pil = _pillow("PIL.Image")
    try:
        # stderr is for what the user can mend
        with warnings.catch_warnings(action="ignore"), pil.open(path) as image:
            return look(image)
    except (OSError, SyntaxError, ValueError, pil.DecompressionBombError) as error:
        raise ValueError(f"dataset: cannot read {str(path)!r}: {error}") from error


def _pillow(module: str) -> Any:
    from importlib import import_module

    try:
        return import_module(module)
    except ImportError as error:
        raise ImportError(f"image files need Pillow: {error}") from error
