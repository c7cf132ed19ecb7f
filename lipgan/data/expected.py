"""Which files torchvision reads a data set from, and what is wrong with them."""

import hashlib
import math
from pathlib import Path

from lipgan.support.paths import exists

PACKED = (".gz", ".zip", ".xz", ".tar.gz")


def looked_for(dataset: type) -> dict[str, str | None]:
    """Path below the root -> MD5, None where it is not checked.

    Args:
        dataset: ``MNIST``, ``CIFAR10`` or ``CelebA`` of torchvision.
    """
    own = vars(dataset)
    if "resources" in own:
        names = (Path(packed).stem for packed, _ in own["resources"])
        return {f"{dataset.__name__}/raw/{name}": None for name in names}
    if "file_list" in own:
        files = {name: md5 for _, md5, name in own["file_list"]}
        files = {name: md5 for name, md5 in files.items() if name.endswith(".txt")}
        files["img_align_celeba"] = None
    else:
        files = dict([*own["train_list"], *own["test_list"]])
        files[own["meta"]["filename"]] = own["meta"]["md5"]
    return {f"{own['base_folder']}/{name}": md5 for name, md5 in files.items()}


def what_is_missing(root: Path, dataset: type) -> str:
    """What is wrong with the first file that is not there; empty if all are.

    Args:
        root: folder of all data sets.
        dataset: as in ``looked_for``.

    Raises:
        ValueError: the system does not say, see ``support.paths.exists``.
    """
    for name in looked_for(dataset):
        path = root / name
        if not exists(path, "data"):
            return f"{name} is not there{_instead(root, Path(name))}"
        if path.is_file() and not path.stat().st_size:
            return f"{name} is empty"
        if path.is_dir() and not any(path.iterdir()):
            return f"folder {name} is empty"
    return ""


def what_is_damaged(root: Path, dataset: type) -> str:
    """What is wrong with the first file that is there, but not as it should be.

    Args:
        root: folder of all data sets.
        dataset: as in ``looked_for``; none of its files is missing.

    Returns:
        Empty if all files look sound.
    """
    for name, md5 in looked_for(dataset).items():
        if (root / name).is_dir():
            if name.endswith("img_align_celeba"):
                continue
            return f"{name} is a folder, not a file"
        try:
            content = (root / name).read_bytes()
        except OSError as error:
            return f"{name} cannot be read: {error.strerror}"
        found = hashlib.md5(content, usedforsecurity=False).hexdigest()
        if content[:2] == b"\x1f\x8b":
            return f"{name} is still packed (gzip): unpack it"
        if md5 not in (None, found):
            return f"{name} is not the published file: its MD5 is {found}, not {md5}"
        if name.endswith("-ubyte") and (fault := _idx_fault(content, name)):
            return f"{name} {fault}"
    return ""


def _idx_fault(content: bytes, name: str) -> str:
    """Of a file of MNIST: its first bytes say how many follow."""
    axes = 3 if "-idx3-" in name else 1
    wanted, start = bytes([0, 0, 8, axes]), content[:4]
    if start != wanted:
        return f"begins with {start.hex(' ')}, not {wanted.hex(' ')}"
    sides = [content[i : i + 4] for i in range(4, 4 + 4 * axes, 4)]
    size = 4 + 4 * axes + math.prod(int.from_bytes(side, "big") for side in sides)
    if len(content) != size:
        return f"has {len(content)} bytes, not {size}"
    return "holds nothing" if size == 4 + 4 * axes else ""


def _instead(root: Path, name: Path) -> str:
    """Where a file lies that looks like the missing one, if one does."""
    for ending in PACKED:
        packed = name.with_name(name.name + ending)
        if (root / packed).exists():
            return f", but {packed} is: unpack it"
    near = [
        p
        for depth in ("", "*/", "*/*/", "*/*/*/")
        for p in root.glob(depth + name.name)
    ]
    if near:
        return f", but {near[0].relative_to(root)} is"
    return ""
