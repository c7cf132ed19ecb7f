"""Where a build reads and writes, and that only one does so at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


class BuildError(RuntimeError):
    """The book was not published; the message lists every problem."""


@dataclass(frozen=True)
class Layout:
    """Where a build reads and writes.

    Attributes:
        root: project folder; notebooks run in it.
        scale: `smoke`, `embedded` or `paper`.
        store: folder of the run records.
        work: folder of this build; everything in it can be deleted.
    """

    root: Path
    scale: str
    store: Path
    work: Path

    @property
    def pages(self) -> Path:
        """Executed notebooks that passed the gate, with their stamps."""
        return self.work / "pages"

    @property
    def figures(self) -> Path:
        """Data and static pictures of the interactive figures."""
        return self.work / "figures"

    @property
    def failed(self) -> Path:
        """Notebooks that did not pass, for inspection; never published."""
        return self.work / "failed"


def ensure_home(work: Path) -> None:
    """Gives Jupyter and Matplotlib a home where the user has none to write to.

    Args:
        work: folder of the build, which then holds it.
    """
    if not os.access(os.path.expanduser("~"), os.W_OK):
        home = work / "home"
        home.mkdir(parents=True, exist_ok=True)
        os.environ["HOME"] = str(home)


@contextmanager
def alone(work: Path) -> Iterator[None]:
    """Keeps other builds of this checkout and scale out, until the process ends.

    Args:
        work: folder of the build.

    Raises:
        BuildError: another build is running.
    """
    try:
        import fcntl
    except ImportError:  # no such locks on Windows
        yield
        return
    work.mkdir(parents=True, exist_ok=True)
    with (work / "lock").open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise BuildError(
                f"another build is at work in {work} (process {file.read() or '?'}); "
                "wait for it, or give this one a checkout of its own"
            ) from None
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        yield
