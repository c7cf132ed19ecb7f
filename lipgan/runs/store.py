"""The store that keeps records on disk: a directory, found by ``config_id``.

One JSON file per run, for images one small PNG, and the weights if they were kept.
Every file is written under another name, flushed to the disk, and only then renamed,
the JSON last: a killed process or a lost machine leaves a whole record or none. A
picture never takes the place of another one, so a record keeps its own, whoever else
writes at the same time. A second record of one config, trained on other data, has the
digest of these in its name.
"""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from lipgan.config import Config
from lipgan.runs import atomic
from lipgan.runs.networks import packed
from lipgan.runs.run import (
    HEAD_BYTES,
    RecordError,
    Run,
    Sums,
    decode,
    encode,
    outcome,
    pixels,
    png,
    sha256,
)
from lipgan.support.paths import exists, user_path

# other JSON files, such as notes or the ._ files of macOS, are no records
RECORD_NAME = re.compile(r"[0-9a-f]{16}(\.[0-9a-f]{16}(-[0-9a-f]{16})?)?\.json")
DAMAGED = "damaged"  # folder inside a store, where repair puts what it found


class StoreError(ValueError):
    """A store cannot be used or written to."""


def default_store() -> Path:
    """$LIPGAN_STORE, else ``runs`` in the project's root or the working directory."""
    if os.environ.get("LIPGAN_STORE"):
        return user_path(os.environ["LIPGAN_STORE"], "LIPGAN_STORE")
    return project_root() / "runs"


def project_root() -> Path:
    """The folder above this one that holds the book, else the working directory."""
    here = Path.cwd()
    roots = [p for p in (here, *here.parents) if (p / "_toc.yml").exists()]
    return (roots or [here])[0]


class _File(NamedTuple):
    path: Path
    content: bytes


class OtherDataError(KeyError):
    """A store has a record of a config, trained on other data than those at hand."""


class RunStore:
    """A directory of run records, found by ``config_id`` and verified on read."""

    def __init__(self, path: str | Path | None = None) -> None:
        """Use ``path`` or ``default_store()``; nothing is created before a write.

        Raises:
            ValueError: the path is not a directory, or cannot be used at all.
        """
        self.path = default_store() if path is None else user_path(path, "store")
        if exists(self.path, "store") and not self.path.is_dir():
            raise ValueError(f"store: {str(self.path)!r} is a file, not a directory")

    def __contains__(self, config: Config) -> bool:
        return self._json(config.config_id).exists()

    def holds(self, run: Run) -> bool:
        """Whether it has a sound record of this config, data and kept weights."""
        try:
            held = self.load(run.config, run.data_digest)
        except (KeyError, RecordError):
            return False
        return held.weights is not None or run.weights is None

    def __iter__(self) -> Iterator[Run]:
        for path in self.records():
            yield self.read(path)

    def sound(self) -> Iterator[Run]:
        """All runs whose records are not damaged."""
        for path in self.records():
            with suppress(RecordError):
                yield self.read(path)

    def records(self) -> list[Path]:
        """The JSON files of all records, sorted by name."""
        return [self._json(name) for name in sorted(self.ids())]

    def ids(self) -> set[str]:
        """The name of every record, from one listing of the directory.

        It is the ``config_id``, followed by a dot and the data's digest where there is
        another record of the same config.
        """
        return {n[:-5] for n in self._names() if RECORD_NAME.fullmatch(n)}

    def load(self, config: Config, data_digest: str | None = None) -> Run:
        """Return the verified record of this config.

        Args:
            config: what was trained.
            data_digest: ``Dataset.digest`` of the data; None if they are not at hand.

        Raises:
            OtherDataError: there is none of these data, but one of others.
            KeyError: there is none at all.
            RecordError: it is damaged, or its stored config differs.
        """
        name, other = config.config_id, None
        for candidate in (name, f"{name}.{data_digest}"):
            try:
                run = self._read(candidate, config)
            except KeyError:
                continue
            if run.of_data(data_digest):
                return run
            other = run.data_digest
        if other is not None:
            raise OtherDataError(
                f"store {self.path}: the record of {config.label} is of other data "
                f"({other}, not {data_digest})"
            )
        raise KeyError(f"store {self.path}: no record of {config.label}")

    def read(self, path: Path) -> Run:
        """Read and verify one record file.

        Raises:
            RecordError: unreadable, wrong checksum, wrong name or missing picture.
        """
        try:
            return self._read(path.stem)
        except KeyError:
            raise RecordError(path.stem, "not readable (no such file)") from None

    def outcome(self, name: str) -> tuple[str, str, str]:
        """Data set, scale and status of a record, from its first bytes, not verified.

        Raises:
            RecordError: they do not begin like a record.
        """
        try:
            return outcome(self._content(name, HEAD_BYTES))
        except (KeyError, ValueError) as error:
            raise RecordError(name, f"not readable ({error})") from None

    def save(self, run: Run) -> None:
        """Write the record, picture first, JSON last, each whole or not at all.

        Raises:
            StoreError: the disk is full or the directory cannot be written to; what
                was there before is untouched.
        """
        name = self._name_for(run)
        picture = None if run.samples is None else png(run.samples)
        weights = packed(run)
        with self._writing(f"record {name}"):
            self.path.mkdir(parents=True, exist_ok=True)
            if picture is not None:
                self._save_picture(name, picture)
            if weights is not None:
                atomic.write(self._weights(name), weights)
            sums = Sums(sha256(picture), sha256(weights))
            atomic.write(self._json(name), encode(run, sums))
            atomic.flush_directory(self.path)

    def _name_for(self, run: Run) -> str:
        name = run.config.config_id
        try:
            held, _ = self._checked(name)
        except (KeyError, RecordError):
            return name
        return name if held.of_data(run.data_digest) else f"{name}.{run.data_digest}"

    def check_writable(self) -> None:
        """Find out before hours of training whether records can be written.

        Raises:
            StoreError: they cannot.
        """
        with self._writing("records"):
            self.path.mkdir(parents=True, exist_ok=True)
            atomic.probe(self.path)

    def check(self, name: str) -> Path | None:
        """Verify one record without decoding its picture; return the picture's file.

        Raises:
            KeyError: there is none of this name.
            RecordError: it is damaged.
        """
        _, picture = self._checked(name)
        return picture and picture.path

    def files(self) -> list[Path]:
        """All files of the store, records and others."""
        return [self.path / name for name in self._names()]

    def pictures(self, name: str) -> list[Path]:
        """The files that may hold the picture of this record."""
        found = (path for path in self.files() if path.suffix == ".png")
        return [p for p in found if p.stem == name or p.stem.startswith(f"{name}-")]

    def set_aside(self, name: str) -> list[Path]:
        """Move a damaged record and its pictures to ``damaged``; an intact one stays.

        Nothing is deleted, and nothing there is overwritten.

        Args:
            name: of a record of this store, see ``ids``.

        Returns:
            Where the files are now; empty if there was nothing to move.

        Raises:
            StoreError: they cannot be moved.
        """
        if Path(name).name != name:
            raise ValueError(f"record: {name!r} is not a name")
        try:
            self._checked(name)
        except KeyError:
            return []
        except RecordError:
            beside = [*self.pictures(name), self._weights(name)]
            return self.move_aside([*beside, self._json(name)])
        return []

    def move_aside(self, paths: Iterable[Path]) -> list[Path]:
        """Move files of this store to its folder ``damaged``; return where they are.

        Raises:
            StoreError: they cannot be moved.
        """
        moved = []
        for path in paths:
            with self._writing(f"{DAMAGED}/"), suppress(FileNotFoundError):
                (self.path / DAMAGED).mkdir(exist_ok=True)
                target = self._free(path.name.lstrip("."))
                path.rename(target)  # not found: another process was faster
                moved.append(target)
        return moved

    def _free(self, name: str) -> Path:
        """A path in ``damaged`` that is not taken."""
        target, count = self.path / DAMAGED / name, 0
        while target.exists():
            count += 1
            target = target.with_name(f"{name}.{count}")
        return target

    @contextmanager
    def _writing(self, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = f"cannot write {what}: {error.strerror or error}"
            raise StoreError(f"store {str(self.path)!r}: {reason}") from error

    def _save_picture(self, name: str, content: bytes) -> None:
        """Never over another picture: the record that is there may need that one."""
        path = self._png(name)
        try:
            atomic.write(path, content, new=True)
        except OSError:  # taken, or a file system without links
            if not path.exists() or path.read_bytes() != content:
                atomic.write(self._png(name, sha256(content)), content)

    def _read(self, name: str, config: Config | None = None) -> Run:
        run, picture = self._checked(name, config)
        if picture is None:
            return run
        try:
            return replace(run, samples=pixels(picture.content))
        except (OSError, ValueError, SyntaxError) as error:
            raise RecordError(name, f"its picture is not readable ({error})") from None

    def _checked(
        self, name: str, config: Config | None = None
    ) -> tuple[Run, _File | None]:
        """A verified run, and its verified picture apart: not every use needs pixels.

        Raises:
            KeyError: there is no such record.
            RecordError: it is damaged.
        """
        run, sums = decode(name.partition(".")[0], self._content(name), config)
        if sums.weights is not None:
            run = replace(run, weights=self._checked_weights(name, sums.weights))
        return run, None if sums.picture is None else self._picture(name, sums.picture)

    def _checked_weights(self, name: str, sha: str) -> Path:
        try:
            if sha256(self._weights(name).read_bytes()) == sha:
                return self._weights(name)
            reason = "do not match their checksum"
        except OSError as error:
            reason = f"are not readable ({error.strerror})"
        raise RecordError(name, f"its weights {reason}")

    def _content(self, name: str, size: int = -1) -> bytes:
        try:  # an open of its own: read_bytes takes twice as long for small files
            with open(f"{self.path}/{name}.json", "rb", buffering=0) as file:
                return file.read(size)
        except FileNotFoundError:
            raise KeyError(name) from None
        except OSError as error:
            raise RecordError(name, f"not readable ({error.strerror})") from None

    def _picture(self, name: str, sha: str) -> _File:
        reason = "is missing"
        for path in (self._png(name), self._png(name, sha)):
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                continue
            except OSError as error:
                reason = f"is not readable ({error.strerror})"
                continue
            if sha256(content) == sha:
                return _File(path, content)
            reason = "does not match its checksum"
        raise RecordError(name, f"its picture {reason}")

    def _names(self) -> list[str]:
        """All files, from one listing."""
        try:
            with os.scandir(self.path) as entries:
                return [entry.name for entry in entries if entry.is_file()]
        except FileNotFoundError:
            return []

    def _json(self, name: str) -> Path:
        return self.path / f"{name}.json"

    def _weights(self, name: str) -> Path:
        return self.path / f"{name}.safetensors"

    def _png(self, name: str, sha: str | None = None) -> Path:
        suffix = f"-{sha[:8]}" if sha else ""  # if the plain name is taken
        return self.path / f"{name}{suffix}.png"
