"""Made files in the formats of the data sets."""

import struct
from pathlib import Path

import numpy as np
import pytest


def write_idx(path: Path, array: np.ndarray) -> None:
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    path.write_bytes(header + array.tobytes())


@pytest.fixture
def mnist_root(tmp_path):
    """Twelve made images in MNIST's format; image i has the value 20 i everywhere."""
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    images = np.arange(12, dtype=np.uint8)[:, None, None] * 20
    for part in ("train", "t10k"):
        write_idx(raw / f"{part}-images-idx3-ubyte", np.tile(images, (1, 28, 28)))
        write_idx(raw / f"{part}-labels-idx1-ubyte", np.arange(12, dtype=np.uint8) % 10)
    return tmp_path
