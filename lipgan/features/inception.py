"""The features of the FID: the Inception network of pytorch-fid."""

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from unittest import mock

import torch
from torch import Tensor, nn

from lipgan.features.extractor import Extractor, check_sha256, damaged

INCEPTION_FILE = "pt_inception-2015-12-05-6726825d.pth"


class _Inception(nn.Module):
    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        return self.network(x.expand(-1, 3, -1, -1))[0].flatten(1)


@dataclass(frozen=True)
class InceptionFeatures:
    """The 2,048 features of the FID, as pytorch-fid computes them."""

    def load(self, name: str, path: Path | None, download: bool) -> Extractor:
        """Read pytorch-fid's weights from `path` or torch's folder of downloads."""
        try:
            from pytorch_fid import inception
        except (ImportError, OSError, RuntimeError) as error:
            reason = f"needs pytorch-fid, which cannot be imported: {error}"
            raise ImportError(f"features: {name!r} {reason}") from error
        file = path or usual_file()
        if not file.is_file() and download:
            file.parent.mkdir(parents=True, exist_ok=True)
            torch.hub.download_url_to_file(
                inception.FID_WEIGHTS_URL, str(file), hash_prefix="6726825d"
            )
        if not file.is_file():
            raise FileNotFoundError(
                f"features: {name!r} has no weights file {str(file)!r}; give its path "
                "(--inception-weights FILE) or, in training, allow the download "
                "(--download)"
            )
        if stated := re.search(r"-([0-9a-f]{8,64})\.pth$", file.name):
            check_sha256(file, file.read_bytes(), stated[1])
        try:
            state = torch.load(file, map_location="cpu", weights_only=True)
            # the constructor knows no way to take weights but its own download
            with mock.patch.object(
                inception, "load_state_dict_from_url", return_value=state
            ):
                network = inception.InceptionV3([3])
        except Exception as error:  # pickle, zip and key errors alike
            raise damaged(file, error) from error
        network = _Inception(network)
        digest = weights_digest(file)
        return Extractor(name, network, channels=(1, 3), chunk=64, weights=digest)


def usual_file() -> Path:
    """Where torch keeps the weights that it downloads."""
    return Path(torch.hub.get_dir(), "checkpoints", INCEPTION_FILE)


def weights_digest(path: Path | None = None) -> str | None:
    """First 16 hex digits of the SHA-256 of a weights file; None if there is none.

    Args:
        path: the file; None for the usual one.
    """
    file = path or usual_file()
    if not file.is_file():
        return None
    known = file.stat()
    return _sha256(file, known.st_mtime_ns, known.st_size)


@lru_cache(maxsize=8)
def _sha256(file: Path, changed: int, size: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16]
