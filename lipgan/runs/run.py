"""One run, and the bytes that keep it: written, and checked when they are read.

A record is a JSON document and, for images, a PNG picture; where they were asked for,
also a safetensors file with the weights of both networks. The document holds a SHA-256
of its own content and one of each of the others. Nothing here touches the disk.
"""

import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from lipgan.config import Config, fingerprint

FORMAT = 1
HISTORY_DIGITS = 5  # what figures and verdicts need; keeps records small
HEAD_BYTES = 8192  # config and status stand within them, even of a long folder name


class RecordError(ValueError):
    """A record is damaged or belongs to another config.

    Attributes:
        name: of the record, that of its file without the ending.
        reason: what is wrong with it.
    """

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name, reason)
        self.name, self.reason = name, reason

    def __str__(self) -> str:
        return f"record {self.name}: {self.reason}"


class VersionError(RecordError):
    """An intact record whose format or config this version does not know."""


@dataclass(frozen=True)
class Run:
    """What one config led to.

    Attributes:
        config: the whole description of the run.
        status: ``completed`` or ``diverged``.
        diverged_at: step of the first non-finite score, None for completed runs.
        history: name -> values at the steps in ``history["step"]``; see
            ``training.observe``. ``loss_d`` and ``loss_g`` are measured from the loss
            at score 0, so that they stay meaningful for any alpha.
        metrics: name -> number; names say their protocol (``fd_digits_2k``).
        provenance: commit, versions, device, seconds, cohort size.
        samples: uint8 picture (H, W) or (H, W, 3), None for points and diverged runs.
        data_digest: ``Dataset.digest`` of what it was trained on; None in records from
            before it was kept, whose data sets are fixed ones.
        weights: of both networks by name (see ``lipgan.runs.networks``), or the file
            that holds them; None if they were not kept, or the run diverged.
    """

    config: Config
    status: str
    diverged_at: int | None
    history: Mapping[str, list]
    metrics: dict[str, float]
    provenance: dict[str, Any]
    samples: np.ndarray | None = field(default=None, compare=False, repr=False)
    data_digest: str | None = None
    weights: Mapping[str, np.ndarray] | Path | None = field(
        default=None, compare=False, repr=False
    )

    def of_data(self, digest: str | None) -> bool:
        """Whether it was trained on the data of this digest, as far as is known."""
        return digest is None or self.data_digest in (digest, None)

    @property
    def trained_on(self) -> str | None:
        """Digest of the data alone, without that of weights that a user judges by."""
        return self.data_digest and self.data_digest.partition("-")[0]

    @property
    def diverged(self) -> bool:
        """True if training ended in non-finite scores."""
        return self.status == "diverged"


class Sums(NamedTuple):
    """SHA-256 of the files beside a document, None for those that it does not have."""

    picture: str | None = None
    weights: str | None = None


def sha256(content: bytes | None) -> str | None:
    """SHA-256 of a file's content, None for no file."""
    return None if content is None else hashlib.sha256(content).hexdigest()


def encode(run: Run, sums: Sums = Sums()) -> bytes:  # noqa: B008 (a constant)
    """The JSON document of a run beside which lie files with these checksums."""
    payload = {
        "format": FORMAT,
        "config": run.config.to_dict(),
        "status": run.status,
        "diverged_at": run.diverged_at,
        "history": _plain(run.history, HISTORY_DIGITS),
        "metrics": _plain(run.metrics),
        "provenance": _plain(run.provenance),
        "samples_sha256": sums.picture,
        "weights_sha256": sums.weights,
        "data": run.data_digest,
    }
    document = {"checksum": checksum(payload), **payload}
    return json.dumps(document, allow_nan=False, separators=(",", ":")).encode()


def rounded(run: Run) -> Run:
    """The run as its record will give it back: what was trained equals what is read."""
    return replace(
        run,
        history=_with_nan(_plain(run.history, HISTORY_DIGITS)),
        metrics=_with_nan(_plain(run.metrics)),
        provenance=_plain(run.provenance),
    )


def decode(name: str, content: bytes, config: Config | None = None) -> tuple[Run, Sums]:
    """Check a JSON document; return its run, without picture, and its files' checksums.

    Args:
        name: under which it was found: the config id, and what may follow a dot.
        content: the document.
        config: the config expected in it, whose id ``name`` begins with, and that of
            the run returned: a folder may have moved. None accepts any.

    Raises:
        RecordError: unreadable, wrong checksum, wrong name or another config.
    """
    try:
        document = json.loads(content)
        stated = document.pop("checksum")
        intact = stated == checksum(document)
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError) as error:
        raise RecordError(name, f"not readable ({error})") from None
    if not intact:
        raise RecordError(name, "its checksum does not match its content")
    try:
        if document["format"] != FORMAT:
            raise ValueError(f"format {document['format']}, not {FORMAT}")
        fields = document["config"]
        run = Run(
            config=_config(name, fields, config),
            status=document["status"],
            diverged_at=document["diverged_at"],
            history=_with_nan(document["history"]),
            metrics=_with_nan(document["metrics"]),
            provenance=document["provenance"],
            data_digest=document.get("data"),
        )
        sums = Sums(document["samples_sha256"], document.get("weights_sha256"))
        for what, value in zip(("picture", "weights"), sums, strict=True):
            if value is not None and not re.fullmatch("[0-9a-f]{64}", value):
                raise RecordError(name, f"the checksum of its {what} is not one")
    except RecordError:
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise VersionError(name, f"of another version ({error})") from None
    return run, sums


def _config(name: str, fields: dict[str, Any], expected: Config | None) -> Config:
    """The config of a record: the one expected, if it is that one, else a new one."""
    if expected is not None and fields == expected.to_dict():
        return expected  # building and hashing another one is half of a small read
    found = Config(**fields)
    if expected is not None and found.identity == expected.identity:
        return expected  # the same folder of images, elsewhere
    if expected is not None:
        raise RecordError(
            name, f"its config differs in {_differences(found, expected)}"
        )
    config_id = name.partition(".")[0]
    if found.config_id != config_id:
        if fingerprint(fields) == config_id:
            raise ValueError(f"its config is {found.config_id} by now")
        raise RecordError(name, f"holds config {found.config_id}")
    return found


def outcome(head: bytes) -> tuple[str, str, str]:
    """Data set, scale and status from the first bytes of a document, not checked.

    Raises:
        ValueError: they do not begin like a record.
    """
    text = head.decode("utf-8", "ignore")
    try:
        config, end = json.JSONDecoder().raw_decode(text, text.index("{", 1))
        key, status = text[end:].split('"', 4)[1:4:2]
        if key != "status":
            raise ValueError(f"{key!r} in the place of 'status'")
        dataset, scale = config["dataset"], config["scale"]
        if not (isinstance(dataset, str) and isinstance(scale, str)):
            raise TypeError("no names of a data set and a scale")
        return dataset, scale, status
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"no record ({error!r})") from None


def png(samples: np.ndarray) -> bytes:
    """A picture, uint8 (H, W) or (H, W, 3), as PNG."""
    from PIL import Image

    buffer = BytesIO()
    Image.fromarray(samples).save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()


def pixels(picture: bytes) -> np.ndarray:
    """A PNG as uint8 (H, W) or (H, W, 3)."""
    from PIL.PngImagePlugin import PngImageFile

    with PngImageFile(BytesIO(picture)) as image:
        return np.asarray(image)


def checksum(payload: dict) -> str:
    """SHA-256 of a document without its checksum, however it is laid out."""
    text = json.dumps(payload, sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any, digits: int = 7) -> Any:
    """JSON has no NaN or infinity: non-finite numbers become null."""
    if isinstance(value, Mapping):
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
        if value and isinstance(value[0], list):
            return [_with_nan(v) for v in value]
        return [math.nan if v is None else v for v in value]
    return math.nan if value is None else value


def _differences(stored: Config, asked: Config) -> str:
    a, b = stored.to_dict(), asked.to_dict()
    names = [k for k in a | b if a.get(k) != b.get(k)]
    return ", ".join(f"{k} ({a.get(k)!r}, not {b.get(k)!r})" for k in names)


def training_seconds(runs: Sequence[Run]) -> float:
    """Seconds of all cohorts that these runs were members of, each counted once."""
    cohorts = {(r.provenance["finished"], r.provenance["cohort_seconds"]) for r in runs}
    return sum(seconds for _, seconds in cohorts)
