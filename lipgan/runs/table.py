"""One table of the published evidence: a folder, its files read as runs.

fields.json          what all its runs share; its cohorts
runs.csv             one run a row, with every metric
history.safetensors  float32, columns of all runs in a row
samples.png          one sheet, its tiles in the same order
weights.safetensors  float16, of the runs that kept them
"""

import csv
import hashlib
import io
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import fields as dataclass_fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from lipgan.config import Config, fingerprint
from lipgan.runs.run import RecordError, Run, pixels

FIELDS, RUNS, HISTORY = "fields.json", "runs.csv", "history.safetensors"
SAMPLES, WEIGHTS = "samples.png", "weights.safetensors"
OWN_COLUMNS = ("config_id", "status", "diverged_at", "cohort")
COUNT = ".count"  # suffix of a tensor: recorded moments per run
_TYPES = {f.name: f.type for f in dataclass_fields(Config)}


class EvidenceError(RecordError):
    """A file of the published evidence is damaged or missing."""


class History(Mapping[str, list]):
    """The recorded moments of one run, taken from its table when they are asked for."""

    def __init__(self, table: "Table", row: int) -> None:
        """Of the run in this row of the table."""
        self._table, self._row = table, row
        columns = table.moments.items()
        self._names = [name for name, (_, starts) in columns if self._size(starts)]

    def _size(self, starts: np.ndarray) -> int:
        return int(starts[self._row + 1] - starts[self._row])

    def __getitem__(self, name: str) -> list:
        if name not in self._names:
            raise KeyError(name)
        values, starts = self._table.moments[name]
        part = values[starts[self._row] : starts[self._row + 1]]
        return (part.astype(np.int64) if name == "step" else part).tolist()

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class Table:
    """One folder of evidence: the runs of an experiment on a data set."""

    def __init__(self, folder: Path, root: Path, sums: Mapping[str, str]) -> None:
        """Of a folder below the root that ``SHA256SUMS`` speaks of."""
        self.folder, self.root, self._sums = folder, root, sums

    @property
    def name(self) -> str:
        """Data set and experiment, such as ``digits/table3``."""
        return self.folder.relative_to(self.root).as_posix()

    def content(self, name: str) -> bytes:
        """A file of this folder.

        Raises:
            EvidenceError: missing, or not as published.
        """
        place = f"{self.name}/{name}"
        try:
            content = (self.folder / name).read_bytes()
        except OSError as error:
            reason = f"{place} is not readable ({error.strerror})"
            raise EvidenceError(self.name, reason) from None
        if hashlib.sha256(content).hexdigest() != self._sums.get(place):
            raise EvidenceError(self.name, f"{place} does not match its checksum")
        return content

    def holds(self, name: str) -> bool:
        """Whether it has such a file."""
        return f"{self.name}/{name}" in self._sums

    @cached_property
    def about(self) -> dict[str, Any]:
        """What its runs share: ``fields``, ``data``, ``cohorts``, ``tiles``."""
        return json.loads(self.content(FIELDS))

    @cached_property
    def rows(self) -> dict[str, dict[str, str]]:
        """Rows of ``runs.csv`` by ``config_id``, in order."""
        text = io.StringIO(self.content(RUNS).decode())
        return {row["config_id"]: row for row in csv.DictReader(text)}

    @cached_property
    def order(self) -> dict[str, int]:
        """Place of each ``config_id``."""
        return {name: index for index, name in enumerate(self.rows)}

    @cached_property
    def moments(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Column of the history -> values of all runs, and where each run's begin."""
        from safetensors.numpy import load

        tensors = load(self.content(HISTORY))
        found = {}
        for name, values in tensors.items():
            if not name.endswith(COUNT):
                counts = tensors.get(name + COUNT, tensors["step" + COUNT])
                starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
                found[name] = values, starts
        return found

    @cached_property
    def sheet(self) -> np.ndarray:
        """The picture with the samples of all runs."""
        return pixels(self.content(SAMPLES))

    def samples(self, index: int) -> np.ndarray | None:
        """The picture of one run; None if it has none."""
        tiles = self.about.get("tiles")
        if tiles is None or index in tiles["missing"]:
            return None
        row, column = divmod(index, tiles["columns"])
        height, width = tiles["height"], tiles["width"]
        top, left = row * height, column * width
        return self.sheet[top : top + height, left : left + width]

    def weights(self, name: str) -> dict[str, np.ndarray] | None:
        """Kept weights of one run by name, float16; None if there are none."""
        if not self.holds(WEIGHTS):
            return None
        start = f"{name}/"
        own = {k: v for k, v in self._weights.items() if k.startswith(start)}
        return {k.removeprefix(start): v for k, v in own.items()} or None

    @cached_property
    def _weights(self) -> dict[str, np.ndarray]:
        from safetensors.numpy import load

        return load(self.content(WEIGHTS))

    def fields(self, name: str) -> dict[str, Any]:
        """All fields of a run's config.

        Raises:
            EvidenceError: they are not those of this ``config_id``.
        """
        row = self.rows[name].items()
        own = {k: _typed(k, v) for k, v in row if k in _TYPES and v != ""}
        found = self.about["fields"] | own
        if fingerprint(found) != name:
            raise EvidenceError(self.name, f"row {name} of {RUNS} is another config's")
        return found

    def run(self, name: str, config: Config | None = None) -> Run:
        """One run; its config is the one given, if that is the one recorded."""
        row, fields = self.rows[name], self.fields(name)
        index = self.order[name]
        diverged_at = row["diverged_at"]
        metrics = {
            key: float(value)
            for key, value in row.items()
            if key not in _TYPES and key not in OWN_COLUMNS and value != ""
        }
        return Run(
            config=config if config is not None else Config(**fields),
            status=row["status"],
            diverged_at=int(diverged_at) if diverged_at else None,
            history=History(self, index),
            metrics=metrics,
            provenance=self.about["cohorts"][int(row["cohort"])],
            samples=self.samples(index),
            data_digest=self.about["data"],
            weights=self.weights(name),
        )


def _typed(name: str, text: str) -> Any:
    """A field of a config from its text in ``runs.csv``."""
    kind = _TYPES[name]
    if kind is str:
        return text
    number = float(text) if kind is float else int(text)
    if isinstance(number, float) and not math.isfinite(number):
        raise ValueError(f"{name}: {text!r} is not finite")
    return number
