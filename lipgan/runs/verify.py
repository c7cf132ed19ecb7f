"""A look at everything that lies in a store, and putting aside what is wrong there."""

import time
from dataclasses import dataclass, field
from pathlib import Path

from lipgan.runs.files import BESIDE
from lipgan.runs.run import RecordError, VersionError
from lipgan.runs.store import RunStore

REMNANT_SECONDS = 3600.0  # a younger file may belong to a process that still writes


@dataclass
class Verification:
    """What was found in a store.

    Attributes:
        intact: number of records that can be trusted.
        damaged: what is wrong with the others.
        foreign: records that are intact, but of another version of this package.
        remnants: files of no record: what killed processes left, or what is being
            written right now. Harmless.
    """

    intact: int = 0
    damaged: list[RecordError] = field(default_factory=list)
    foreign: list[VersionError] = field(default_factory=list)
    remnants: list[Path] = field(default_factory=list)

    @property
    def records(self) -> int:
        """How many there are."""
        return self.intact + len(self.damaged) + len(self.foreign)


def verify(store: RunStore) -> Verification:
    """Check every byte of every record; changes nothing."""
    found = Verification()
    needed: set[Path] = set()
    for name in sorted(store.ids()):
        try:
            needed |= set(store.check(name))
        except KeyError:  # another process set it aside
            continue
        except VersionError as error:
            found.foreign.append(error)
            needed |= set(store.files.beside(name))
        except RecordError as error:
            found.damaged.append(error)
            needed |= set(store.files.beside(name))
        else:
            found.intact += 1
    files = [p for p in store.files.all() if p.suffix in (*BESIDE, ".tmp")]
    found.remnants = sorted(p for p in files if p not in needed)
    return found


def repair(store: RunStore, found: Verification) -> list[Path]:
    """Move damaged records, and old remnants, into the store's folder ``damaged``.

    Records of another version stay: their own version can read them.

    Returns:
        Where the files are now.

    Raises:
        StoreError: they cannot be moved.
    """
    moved = [path for error in found.damaged for path in store.set_aside(error.name)]
    limit = time.time() - REMNANT_SECONDS
    old = [p for p in found.remnants if p.exists() and p.stat().st_mtime < limit]
    return moved + store.files.move_aside(old)
