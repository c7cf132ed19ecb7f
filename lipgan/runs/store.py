"""The store that keeps records on disk: a directory, found by ``config_id``.

One JSON file per run, for images one small PNG, and the weights if they were kept. The
JSON is written last: a killed process or a lost machine leaves a record whole or not at
all. A second record of one config, trained on other data, has their digest in its name.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from lipgan.config import Config
from lipgan.runs.files import PNG, SAFETENSORS, Beside, RecordFiles
from lipgan.runs.networks import packed
from lipgan.runs.run import (
    HEAD_BYTES,
    RecordError,
    Run,
    Sums,
    VersionError,
    decode,
    encode,
    outcome,
    pixels,
    png,
    sha256,
)
from lipgan.support.paths import default_store, exists, user_path


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
        self.files = RecordFiles(self.path)

    def __contains__(self, config: Config) -> bool:
        return self.files.json(config.config_id).exists()

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
        return [self.files.json(name) for name in sorted(self.ids())]

    def ids(self) -> set[str]:
        """The name of every record, from one listing of the directory.

        It is the ``config_id``, followed by a dot and the data's digest where there is
        another record of the same config.
        """
        return self.files.ids()

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
            return outcome(self.files.content(name, HEAD_BYTES))
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
        content = encode(run, Sums(sha256(picture), sha256(weights)))
        self.files.write(name, content, picture, weights)

    def _name_for(self, run: Run) -> str:
        name = run.config.config_id
        try:
            held, _ = self._checked(name)
        except (KeyError, RecordError):
            return name
        return name if held.of_data(run.data_digest) else f"{name}.{run.data_digest}"

    def check(self, name: str) -> list[Path]:
        """Verify one record without decoding its picture; return the files beside it.

        Raises:
            KeyError: there is none of this name.
            RecordError: it is damaged.
        """
        run, picture = self._checked(name)
        weights = [run.weights] if isinstance(run.weights, Path) else []
        return [picture.path, *weights] if picture else weights

    def set_aside(self, name: str) -> list[Path]:
        """Move a damaged record and its pictures to ``damaged``; an intact one stays.

        So does one of another version, which can read it. Nothing is deleted, and
        nothing there is overwritten.

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
        except (KeyError, VersionError):
            return []
        except RecordError:
            beside = self.files.beside(name)
            return self.files.move_aside([*beside, self.files.json(name)])
        return []

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
    ) -> tuple[Run, Beside | None]:
        """A verified run, and its verified picture apart: not every use needs pixels.

        Raises:
            KeyError: there is no such record.
            RecordError: it is damaged.
        """
        run, sums = decode(name, self.files.content(name), config)
        if sums.weights is not None:
            kept = self.files.checked(name, SAFETENSORS, sums.weights)
            run = replace(run, weights=kept.path)
        if sums.picture is None:
            return run, None
        return run, self.files.checked(name, PNG, sums.picture)
