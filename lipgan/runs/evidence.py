"""Published runs: a folder per data set and experiment, made to be opened and diffed.

``book/data/digits/table3`` is one of its tables, see ``runs.table``. ``SHA256SUMS``
beside the data sets' folders guards every file: ``sha256sum -c`` checks them without
this package, and reading refuses what differs, by name.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from functools import cache, cached_property
from pathlib import Path

from lipgan.config import Config
from lipgan.runs.run import Run
from lipgan.runs.store import OtherDataError, RunStore
from lipgan.runs.table import RUNS, EvidenceError, Table
from lipgan.support.paths import in_project, user_path

SUMS = "SHA256SUMS"


class Evidence:
    """The published runs below one folder, found by ``config_id``, verified on read."""

    def __init__(self, path: str | Path) -> None:
        """Of this folder, which need not exist: then it holds nothing."""
        self.path = Path(path)

    @cached_property
    def sums(self) -> dict[str, str]:
        """Path below the folder -> SHA-256, as ``SHA256SUMS`` states them."""
        try:
            lines = (self.path / SUMS).read_text().splitlines()
        except FileNotFoundError:
            return {}
        return {name: digest for digest, _, name in (x.partition("  ") for x in lines)}

    @cached_property
    def tables(self) -> list[Table]:
        """All tables, by name."""
        folders = {Path(name).parent for name in self.sums if name.endswith(RUNS)}
        return [Table(self.path / f, self.path, self.sums) for f in sorted(folders)]

    @cached_property
    def _places(self) -> dict[str, Table]:
        return {name: table for table in self.tables for name in table.rows}

    def table_of(self, config: Config) -> str | None:
        """Name of the table that holds the run of a config; None if there is none."""
        table = self._places.get(config.config_id)
        return None if table is None else table.name

    def ids(self) -> set[str]:
        """The ``config_id`` of every run."""
        return set(self._places)

    def __contains__(self, config: Config) -> bool:
        return config.config_id in self._places

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[Run]:
        for name, table in self._places.items():
            yield table.run(name)

    def sound(self) -> Iterator[Run]:
        """All runs of the tables that are not damaged."""
        for table in self.tables:
            with suppress(EvidenceError):
                yield from [table.run(name) for name in table.rows]

    def load(self, config: Config, data_digest: str | None = None) -> Run:
        """The run of a config, trained on data of this digest if one is given.

        Raises:
            OtherDataError: there is one, of other data.
            KeyError: there is none.
            EvidenceError: a file that holds it is damaged.
        """
        table = self._places.get(config.config_id)
        if table is None:
            raise KeyError(f"evidence {self.path}: no run of {config.label}")
        run = table.run(config.config_id, config)
        if not run.of_data(data_digest):
            raise OtherDataError(
                f"evidence {self.path}: {config.label} is of other data"
            )
        return run

    def damaged(self) -> list[EvidenceError]:
        """What is wrong with its files and rows; every byte is read."""
        found = []
        for name in self.sums:
            if "/" not in name:
                continue
            table = Table((self.path / name).parent, self.path, self.sums)
            try:
                table.content(Path(name).name)
                if name.endswith(RUNS):
                    for row in table.rows:
                        table.fields(row)
            except EvidenceError as error:
                found.append(error)
        return found


Records = Evidence | RunStore  # where runs are found by their configs


def open_records(path: str | Path) -> Records:
    """The runs below a folder: evidence where it has ``SHA256SUMS``, else a store."""
    sums = Path(path, SUMS)
    if not sums.is_file():
        return RunStore(path)
    return _evidence(str(path), sums.stat().st_mtime_ns)


@cache
def _evidence(path: str, changed: int) -> Evidence:
    """Read once in a process, as long as it stays as it is."""
    return Evidence(path)


def evidence_store() -> Records:
    """The published records: $LIPGAN_EVIDENCE, else the project's ``book/data``."""
    stated = os.environ.get("LIPGAN_EVIDENCE")
    if stated:
        return open_records(user_path(stated, "LIPGAN_EVIDENCE"))
    return open_records(in_project(Path("book", "data"), "evidence"))
