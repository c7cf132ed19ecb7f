"""Stand-ins for packages that a bare GPU machine lacks, written with torch and NumPy.

``install`` offers them under the packages' own names, where these are missing, so that
``lipgan`` trains, judges and records as everywhere else. Each does what ``lipgan`` asks
of it and no more; files are the same byte for byte, or are read back the same.
"""

import importlib.util
import json
import pickle
import struct
import sys
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import torch
from torch import Tensor

DTYPES = {  # safetensors' names, in its order of writing: the widest first
    "I64": np.int64,
    "F64": np.float64,
    "F32": np.float32,
    "I32": np.int32,
    "F16": np.float16,
    "U8": np.uint8,
    "BOOL": np.bool_,
}
_NAMES = {np.dtype(kind): name for name, kind in DTYPES.items()}
LANCZOS_STEPS = 120


class SafetensorError(Exception):
    """A file is not as the format asks."""


def save(tensors: Mapping[str, Any], metadata: dict[str, str] | None = None) -> bytes:
    """Arrays or tensors by name as the content of a safetensors file."""
    arrays = {
        k: np.asarray(torch.as_tensor(v).detach().cpu().numpy(), order="C")
        for k, v in tensors.items()
    }
    order = list(DTYPES)
    names = sorted(arrays, key=lambda n: (order.index(_NAMES[arrays[n].dtype]), n))
    header: dict[str, Any] = {"__metadata__": metadata} if metadata else {}
    end = 0
    for name in names:
        start, end = end, end + arrays[name].nbytes
        kind, shape = _NAMES[arrays[name].dtype], list(arrays[name].shape)
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [start, end]}
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    content = [arrays[name].tobytes() for name in names]
    return b"".join([struct.pack("<Q", len(text)), text, *content])


def parse(content: bytes) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Arrays by name, and the metadata, of a safetensors file's content."""
    try:
        start = 8 + struct.unpack("<Q", content[:8])[0]
        header = json.loads(content[8:start])
        metadata = header.pop("__metadata__", {})
        arrays = {}
        for name, about in header.items():
            first, end = about["data_offsets"]
            kind = np.dtype(DTYPES[about["dtype"]])
            raw = content[start + first : start + end]
            arrays[name] = np.frombuffer(raw, kind).reshape(about["shape"]).copy()
    except (struct.error, ValueError, KeyError, TypeError) as error:
        raise SafetensorError(str(error)) from None
    return arrays, metadata


class safe_open:
    """A safetensors file, read whole."""

    def __init__(self, path: str | Path, framework: str) -> None:
        self._arrays, self._metadata = parse(Path(path).read_bytes())

    def __enter__(self) -> "safe_open":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def metadata(self) -> dict[str, str]:
        """What was noted beside the tensors."""
        return self._metadata

    def keys(self) -> list[str]:
        """Names of the tensors."""
        return list(self._arrays)

    def get_tensor(self, name: str) -> Tensor:
        """One of the tensors."""
        return torch.from_numpy(self._arrays[name])


def _load(content: bytes) -> dict[str, np.ndarray]:
    return parse(content)[0]


def _tensors(arrays: Mapping[str, np.ndarray]) -> dict[str, Tensor]:
    return {name: torch.from_numpy(array) for name, array in arrays.items()}


def write_png(samples: np.ndarray) -> bytes:
    """A picture, uint8 (H, W) or (H, W, 3), as PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + _crc(kind + data)

    height, width = samples.shape[:2]
    color = 0 if samples.ndim == 2 else 2
    head = struct.pack(">IIBBBBB", width, height, 8, color, 0, 0, 0)
    rows = np.ascontiguousarray(samples, np.uint8).reshape(height, -1)
    lines = np.concatenate([np.zeros((height, 1), np.uint8), rows], axis=1)
    parts = (
        (b"IHDR", head),
        (b"IDAT", zlib.compress(lines.tobytes(), 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def _crc(data: bytes) -> bytes:
    return struct.pack(">I", zlib.crc32(data))


class _Picture:
    def __init__(self, samples: np.ndarray) -> None:
        self.samples = samples

    def save(self, file: Any, **_: Any) -> None:
        file.write(write_png(self.samples))


def _needs_pillow(name: str) -> Any:
    if name.startswith("__"):  # what the language asks of any module
        raise AttributeError(name)
    raise ImportError(f"image files cannot be read without Pillow ({name})")


class MNIST:
    """The training images below ``root``, as torchvision's own has them."""

    resources = tuple(
        (f"train-{kind}-ubyte.gz", "") for kind in ("images-idx3", "labels-idx1")
    )

    def __init__(self, root: str, train: bool = True, download: bool = False) -> None:
        images, labels = (
            (Path(root) / "MNIST" / "raw" / packed.removesuffix(".gz")).read_bytes()
            for packed, _ in self.resources
        )
        pixels = np.frombuffer(images, np.uint8, offset=16)
        self.data = torch.from_numpy(pixels.reshape(-1, 28, 28).copy())
        self.targets = torch.from_numpy(
            np.frombuffer(labels, np.uint8, offset=8).copy()
        )


class CIFAR10:
    """The training images below ``root``, as torchvision's own has them."""

    base_folder = "cifar-10-batches-py"
    train_list = tuple((f"data_batch_{i}", None) for i in range(1, 6))
    test_list: tuple = ()
    meta = {"filename": "batches.meta", "md5": None}

    def __init__(self, root: str, train: bool = True, download: bool = False) -> None:
        files = (Path(root) / self.base_folder / name for name, _ in self.train_list)
        batches = [pickle.loads(f.read_bytes(), encoding="latin1") for f in files]
        pixels = np.concatenate([batch["data"] for batch in batches])
        self.data = pixels.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        self.targets = [label for batch in batches for label in batch["labels"]]


class LinearOperator:
    """A matrix that is known by its products with vectors."""

    def __init__(
        self, shape: tuple[int, int], matvec: Callable, rmatvec: Callable, dtype: Any
    ) -> None:
        self.shape, self.matvec, self.rmatvec = shape, matvec, rmatvec


def svds(operator: LinearOperator, k: int, v0: np.ndarray, **_: Any) -> np.ndarray:
    """The largest singular value, (1,), by Golub and Kahan's bidiagonalization.

    Every vector is orthogonalized against all before it, for rounding would bring the
    largest direction back in. Source: Golub & Van Loan, Matrix Computations, 10.4.
    """
    rng, (rows, columns) = np.random.default_rng(0), operator.shape
    v = v0 if len(v0) == columns else rng.standard_normal(columns)
    right, left = [v / np.linalg.norm(v)], []  # type: ignore[var-annotated]
    matrix = np.zeros((LANCZOS_STEPS, LANCZOS_STEPS + 1))
    for i in range(min(LANCZOS_STEPS, rows, columns)):
        u = _orthogonal(operator.matvec(right[-1]), left)
        matrix[i, i] = size = np.linalg.norm(u)
        if size < 1e-14 * matrix.max():
            break
        left.append(u / size)
        w = _orthogonal(operator.rmatvec(left[-1]), right)
        matrix[i, i + 1] = size = np.linalg.norm(w)
        if size < 1e-14 * matrix.max():
            break
        right.append(w / size)
    return np.linalg.svd(matrix, compute_uv=False)[:1]


def _orthogonal(vector: np.ndarray, others: list[np.ndarray]) -> np.ndarray:
    if others:
        basis = np.stack(others)
        for _ in range(2):  # once leaves rounding errors behind
            vector = vector - basis.T @ (basis @ vector)
    return vector


def _module(name: str, **content: Any) -> ModuleType:
    module = ModuleType(name, "A stand-in of benchmarks.stand_ins.")
    vars(module).update(content)
    return module


def _stand_ins() -> dict[str, list[ModuleType]]:
    """Modules by package, the package's own first."""
    safetensors = _module(
        "safetensors", SafetensorError=SafetensorError, safe_open=safe_open
    )
    for kind, convert in (("numpy", dict), ("torch", _tensors)):
        own = _module(
            f"safetensors.{kind}",
            save=save,
            load=lambda content, c=convert: c(_load(content)),
            load_file=lambda path, c=convert: c(_load(Path(path).read_bytes())),
        )
        setattr(safetensors, kind, own)
    linalg = _module("scipy.sparse.linalg", LinearOperator=LinearOperator, svds=svds)
    sparse = _module("scipy.sparse", linalg=linalg)
    datasets = _module("torchvision.datasets", MNIST=MNIST, CIFAR10=CIFAR10)
    image = _module("PIL.Image", fromarray=_Picture, __getattr__=_needs_pillow)
    return {
        "safetensors": [safetensors, safetensors.numpy, safetensors.torch],
        "scipy": [_module("scipy", sparse=sparse), sparse, linalg],
        "torchvision": [_module("torchvision", datasets=datasets), datasets],
        "PIL": [_module("PIL", Image=image), image],
    }


def install() -> list[str]:
    """Offer stand-ins for the packages that are missing; returns their names."""
    missing = {
        name: modules
        for name, modules in _stand_ins().items()
        if importlib.util.find_spec(name) is None
    }
    for modules in missing.values():
        sys.modules.update({module.__name__: module for module in modules})
    return list(missing)
