"""The files of a store on disk: how they are named, read, written and put aside.

Every file is written under another name, flushed to the disk, and only then renamed.
Pictures and weights never take the place of others, so a record keeps its own, whoever
else writes at the same time.
"""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from lipgan.runs import atomic
from lipgan.runs.run import RecordError, sha256

# other JSON files, such as notes or the ._ files of macOS, are no records
RECORD_NAME = re.compile(r"[0-9a-f]{16}(\.[0-9a-f]{16}(-[0-9a-f]{16})?)?\.json")
PNG, SAFETENSORS = ".png", ".safetensors"
BESIDE = {PNG: "its picture is", SAFETENSORS: "its weights are"}
DAMAGED = "damaged"  # folder inside a store, where repair puts what it found


class StoreError(ValueError):
    """A store cannot be used or written to."""


class Beside(NamedTuple):
    """A file of a record that was read and found to be whole."""

    path: Path
    content: bytes


class RecordFiles:
    """The files of the records in one folder; what is in them is not asked here."""

    def __init__(self, path: Path) -> None:
        """Of this folder, which need not exist before something is written."""
        self.path = path

    def all(self) -> list[Path]:
        """Every file, of records and others."""
        return [self.path / name for name in self._listed()]

    def ids(self) -> set[str]:
        """The name of every record, from one listing of the folder."""
        return {n[:-5] for n in self._listed() if RECORD_NAME.fullmatch(n)}

    def json(self, name: str) -> Path:
        """Where the JSON of a record is."""
        return self.path / f"{name}.json"

    def beside(self, name: str) -> list[Path]:
        """The files that may hold its picture or its weights."""
        found = (path for path in self.all() if path.suffix in BESIDE)
        return [p for p in found if p.stem == name or p.stem.startswith(f"{name}-")]

    def content(self, name: str, size: int = -1) -> bytes:
        """The first bytes of its JSON, by default all.

        Raises:
            KeyError: there is no such record.
            RecordError: it is not readable.
        """
        try:  # an open of its own: read_bytes takes twice as long for small files
            with open(f"{self.path}/{name}.json", "rb", buffering=0) as file:
                return file.read(size)
        except FileNotFoundError:
            raise KeyError(name) from None
        except OSError as error:
            raise RecordError(name, f"not readable ({error.strerror})") from None

    def checked(self, name: str, suffix: str, sha: str) -> Beside:
        """Its picture or its weights, which have this SHA-256.

        Args:
            name: of the record.
            suffix: key of ``BESIDE``.
            sha: SHA-256 of the content.

        Raises:
            RecordError: there is none, or none that is readable.
        """
        reason = "missing"
        for path in (self._place(name, suffix), self._place(name, suffix, sha)):
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                continue
            except OSError as error:
                reason = f"not readable ({error.strerror})"
                continue
            if sha256(content) == sha:
                return Beside(path, content)
            reason = "not what the checksum says"
        raise RecordError(name, f"{BESIDE[suffix]} {reason}")

    def write(
        self, name: str, json: bytes, picture: bytes | None, weights: bytes | None
    ) -> None:
        """Write a record, the JSON last, each file whole or not at all.

        Raises:
            StoreError: the disk is full or the folder cannot be written to; what was
                there before is untouched.
        """
        with self._writing(f"record {name}"):
            self.path.mkdir(parents=True, exist_ok=True)
            for suffix, content in ((PNG, picture), (SAFETENSORS, weights)):
                if content is not None:
                    self._write_beside(name, suffix, content)
            atomic.write(self.json(name), json)
            atomic.flush_directory(self.path)

    def check_writable(self) -> None:
        """Find out before hours of training whether records can be written.

        Raises:
            StoreError: they cannot.
        """
        with self._writing("records"):
            self.path.mkdir(parents=True, exist_ok=True)
            atomic.probe(self.path)

    def move_aside(self, paths: Iterable[Path]) -> list[Path]:
        """Move files of this folder to ``damaged`` in it; return where they are.

        Nothing is deleted, and nothing there is overwritten.

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

    def _write_beside(self, name: str, suffix: str, content: bytes) -> None:
        """Never over another file: the record that is there may need that one."""
        path = self._place(name, suffix)
        try:
            atomic.write(path, content, new=True)
        except OSError:  # taken, or a file system without links
            if not path.exists() or path.read_bytes() != content:
                atomic.write(self._place(name, suffix, sha256(content)), content)

    @contextmanager
    def _writing(self, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = f"cannot write {what}: {error.strerror or error}"
            raise StoreError(f"store {str(self.path)!r}: {reason}") from error

    def _listed(self) -> list[str]:
        """The names of all files, from one listing."""
        try:
            with os.scandir(self.path) as entries:
                return [entry.name for entry in entries if entry.is_file()]
        except FileNotFoundError:
            return []

    def _place(self, name: str, suffix: str, sha: str | None = None) -> Path:
        own = f"-{sha[:8]}" if sha else ""  # if the plain name is taken
        return self.path / f"{name}{own}{suffix}"
