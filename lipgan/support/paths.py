"""Paths as users write them: one meaning of ``~``, one line for what cannot be used."""

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]  # where the package lies


def user_path(path: str | os.PathLike[str], name: str) -> Path:
    """A path that a user gave, with ``~`` and ``~user`` as a shell understands them.

    Args:
        path: as it was given.
        name: of the argument, for messages.

    Raises:
        ValueError: there is no such user, or no home folder.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError:  # no such user, or one without a home
        first = Path(path).parts[0]
        raise ValueError(
            f"{name}: {str(path)!r}: no home folder is known for {first!r}; "
            "give the whole path"
        ) from None


def exists(path: Path, name: str) -> bool:
    """Whether there is something at a path.

    Args:
        path: anywhere.
        name: of the argument, for messages.

    Raises:
        ValueError: the system does not say: a folder on the way that may not be read,
            or a name that is too long.
    """
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ValueError(f"{name}: {str(path)!r} cannot be used: {reason}") from None
    return True


def data_root(path: str | os.PathLike[str] | None = None) -> Path:
    """Where downloaded data lie: the path given, else $LIPGAN_DATA, else ``data``.

    Raises:
        ValueError: see ``user_path``.
    """
    if path is not None:
        return user_path(path, "data")
    return user_path(os.environ.get("LIPGAN_DATA") or "data", "LIPGAN_DATA")


def project_root() -> Path:
    """The folder, this one or one above, that holds the book; else the working one."""
    here = Path.cwd()
    roots = [p for p in (here, *here.parents) if (p / "_toc.yml").exists()]
    return (roots or [here])[0]


def in_project(path: str | os.PathLike[str], name: str) -> Path:
    """A file or folder of the project, from any working directory.

    In the working directory, in the project around it, or beside the package, whichever
    is there first: Papermill may be called from anywhere.

    Args:
        path: relative to the project; a whole path stands for itself.
        name: of the argument, for messages.

    Raises:
        ValueError: see ``user_path``.
    """
    given = user_path(path, name)
    places = [root / given for root in (Path.cwd(), project_root(), CHECKOUT)]
    return next(filter(Path.exists, places), given)


def default_store() -> Path:
    """$LIPGAN_STORE, else ``runs`` in the project's root or the working directory."""
    if os.environ.get("LIPGAN_STORE"):
        return user_path(os.environ["LIPGAN_STORE"], "LIPGAN_STORE")
    return project_root() / "runs"
