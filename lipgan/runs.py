"""The record of one run, and the store that keeps records on disk.

One JSON file and, for images, one small PNG per run, both named by ``config_id``. The
JSON is written last and by rename, so a killed process leaves no half-written record.
"""

import hashlib
import json
import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from lipgan.config import Config

FORMAT = 1
HISTORY_DIGITS = 5  # what figures and verdicts need; keeps records small


class RecordError(ValueError):
    """A record on disk is damaged or belongs to another config."""


@dataclass(frozen=True)
class Run:
    """What one config led to.

    Attributes:
        config: the whole description of the run.
        status: ``completed`` or ``diverged``.
        diverged_at: step of the first non-finite score, None for completed runs.
        history: name -> values at the steps in ``history["step"]``; see
            ``evaluate.observe``. ``loss_d`` and ``loss_g`` are measured from the loss
            at score 0, so that they stay meaningful for any alpha.
        metrics: name -> number; names say their protocol (``fd_digits_2k``).
        provenance: commit, versions, device, seconds, cohort size.
        samples: uint8 picture (H, W) or (H, W, 3), None for points and diverged runs.
    """

    config: Config
    status: str
    diverged_at: int | None
    history: dict[str, list]
    metrics: dict[str, float]
    provenance: dict[str, Any]
    samples: np.ndarray | None = field(default=None, compare=False, repr=False)

    @property
    def diverged(self) -> bool:
        """True if training ended in non-finite scores."""
        return self.status == "diverged"


def default_store() -> Path:
    """$LIPGAN_STORE, else ``runs`` in the project's root or the working directory."""
    if os.environ.get("LIPGAN_STORE"):
        return Path(os.environ["LIPGAN_STORE"])
    return _project_root() / "runs"


def evidence_store() -> "RunStore":
    """The published records: $LIPGAN_EVIDENCE, else ``book/data`` of the project."""
    stated = os.environ.get("LIPGAN_EVIDENCE")
    return RunStore(Path(stated) if stated else _project_root() / "book" / "data")


def _project_root() -> Path:
    here = Path.cwd()
    roots = [p for p in (here, *here.parents) if (p / "_toc.yml").exists()]
    return (roots or [here])[0]


class RunStore:
    """A directory of run records, found by ``config_id`` and verified on read."""

    def __init__(self, path: str | Path | None = None) -> None:
        """Use ``path`` or ``default_store()``; nothing is created before a write.

        Raises:
            ValueError: the path exists and is not a directory.
        """
        self.path = Path(path) if path is not None else default_store()
        if self.path.exists() and not self.path.is_dir():
            raise ValueError(f"store: {str(self.path)!r} is a file, not a directory")

    def __contains__(self, config: Config) -> bool:
        return self._json(config.config_id).exists()

    def __iter__(self) -> Iterator[Run]:
        for path in self.records():
            yield self.read(path)

    def records(self) -> list[Path]:
        """The JSON files of all records, sorted by name."""
        return sorted(self.path.glob("*.json")) if self.path.exists() else []

    def load(self, config: Config) -> Run:
        """Return the verified record of this config.

        Raises:
            KeyError: there is none.
            RecordError: it is damaged, or its stored config differs.
        """
        if config not in self:
            raise KeyError(f"store {self.path}: no record of {config.label}")
        run = self.read(self._json(config.config_id))
        if run.config != config:
            raise RecordError(
                f"record {config.config_id}: its config differs in "
                f"{_differences(run.config, config)}"
            )
        return run

    def save(self, run: Run) -> None:
        """Write the record, picture first, JSON last, each by rename."""
        self.path.mkdir(parents=True, exist_ok=True)
        name = run.config.config_id
        payload = {
            "format": FORMAT,
            "config": run.config.to_dict(),
            "status": run.status,
            "diverged_at": run.diverged_at,
            "history": _plain(run.history, HISTORY_DIGITS),
            "metrics": _plain(run.metrics),
            "provenance": _plain(run.provenance),
            "samples_sha256": None,
        }
        if run.samples is not None:
            picture = _png(run.samples)
            payload["samples_sha256"] = hashlib.sha256(picture).hexdigest()
            _write(self._png(name), picture)
        document = {"checksum": _checksum(payload), **payload}
        text = json.dumps(document, allow_nan=False, separators=(",", ":"))
        _write(self._json(name), text.encode())

    def read(self, path: Path) -> Run:
        """Read and verify one record file.

        Raises:
            RecordError: unreadable, wrong checksum, wrong name or missing picture.
        """
        name = path.stem
        try:
            document = json.loads(path.read_text())
            checksum = document.pop("checksum")
            intact = checksum == _checksum(document) and document["format"] == FORMAT
        except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
            raise RecordError(f"record {name}: not readable ({error})") from None
        if not intact:
            raise RecordError(f"record {name}: its checksum does not match its content")
        try:
            config = Config(**document["config"])
            fields = {
                "config": config,
                "status": document["status"],
                "diverged_at": document["diverged_at"],
                "history": _with_nan(document["history"]),
                "metrics": _with_nan(document["metrics"]),
                "provenance": document["provenance"],
            }
            picture = document["samples_sha256"]
        except (KeyError, TypeError, ValueError) as error:
            raise RecordError(f"record {name}: of another version ({error})") from None
        if config.config_id != name:
            raise RecordError(f"record {name}: holds config {config.config_id}")
        return Run(**fields, samples=self._picture(name, picture))

    def _picture(self, name: str, sha256: str | None) -> np.ndarray | None:
        if sha256 is None:
            return None
        path = self._png(name)
        if not path.exists():
            raise RecordError(f"record {name}: its picture {path.name} is missing")
        if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            raise RecordError(f"record {name}: its picture does not match its checksum")
        from PIL import Image

        with Image.open(path) as image:
            return np.asarray(image)

    def _json(self, name: str) -> Path:
        return self.path / f"{name}.json"

    def _png(self, name: str) -> Path:
        return self.path / f"{name}.png"


def _write(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(content)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _png(samples: np.ndarray) -> bytes:
    from io import BytesIO

    from PIL import Image

    buffer = BytesIO()
    Image.fromarray(samples).save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()


def _checksum(payload: dict) -> str:
    text = json.dumps(payload, sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any, digits: int = 7) -> Any:
    """JSON has no NaN or infinity: non-finite numbers become null."""
    if isinstance(value, dict):
        return {k: _plain(v, digits) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v, digits) for v in value]
    if isinstance(value, float):
        return float(f"{value:.{digits}g}") if math.isfinite(value) else None
    return value


def _with_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _with_nan(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_with_nan(v) for v in value]
    return math.nan if value is None else value


def _differences(stored: Config, asked: Config) -> str:
    a, b = stored.to_dict(), asked.to_dict()
    return ", ".join(f"{k} ({a[k]!r}, not {b[k]!r})" for k in a if a[k] != b[k])


def training_seconds(runs: Sequence[Run]) -> float:
    """Seconds of all cohorts that these runs were members of, each counted once."""
    cohorts = {(r.provenance["finished"], r.provenance["cohort_seconds"]) for r in runs}
    return sum(seconds for _, seconds in cohorts)
