"""Files that are there whole or not at all, whatever happens while they are written."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def write(path: Path, content: bytes, *, new: bool = False) -> None:
    """Write a file under another name, flush it to the disk, then rename it.

    Without the flush a machine that loses power may keep the name and lose the content.

    Args:
        path: where the file is to be.
        content: all of it.
        new: refuse to take the place of another file.

    Raises:
        FileExistsError: ``new``, and there is one.
        OSError: the disk is full, or the directory is not to be written to.
    """
    with _temporary(path, content) as temporary:
        if new:
            os.link(temporary, path)  # unlike a rename, it fails where there is one
        else:
            os.replace(temporary, path)


def flush_directory(path: Path) -> None:
    """Make the names in a directory survive a loss of power, where this is possible."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except PermissionError:  # of a directory, on Windows
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def probe(directory: Path) -> None:
    """Create and remove a file; OSError where that does not work."""
    with _temporary(directory / "probe", b"probe"):
        pass


@contextmanager
def _temporary(path: Path, content: bytes) -> Iterator[Path]:
    # A random name: process ids repeat among the machines that share a directory.
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)
