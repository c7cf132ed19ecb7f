"""Which files a data set is read from, and what is wrong where they are not found."""

from pathlib import Path

# What torchvision looks for, below the root.
LOOKED_FOR: dict[str, tuple[str, ...]] = {
    "MNIST": (
        "MNIST/raw/train-images-idx3-ubyte",
        "MNIST/raw/train-labels-idx1-ubyte",
    ),
    "CIFAR10": (
        "cifar-10-batches-py/batches.meta",
        *(f"cifar-10-batches-py/data_batch_{i}" for i in range(1, 6)),
    ),
    "CelebA": (
        "celeba/list_eval_partition.txt",
        "celeba/list_attr_celeba.txt",
        "celeba/img_align_celeba",
    ),
}
PACKED = (".gz", ".zip", ".xz", ".tar.gz")


def what_is_missing(root: Path, kind: str) -> str:
    """What is wrong with the first file that cannot be used; empty if all are there.

    Args:
        root: folder of all data sets.
        kind: key of ``LOOKED_FOR``.
    """
    for name in LOOKED_FOR[kind]:
        path = root / name
        if not path.exists():
            return f"{name} is not there{_instead(root, Path(name))}"
        if path.is_file() and not path.stat().st_size:
            return f"{name} is empty"
        if path.is_dir() and not any(path.iterdir()):
            return f"folder {name} is empty"
    return ""


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
