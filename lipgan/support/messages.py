"""What several modules say in the same words."""

import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from difflib import get_close_matches


def not_one_of(name: str, value: object, known: Iterable[str]) -> str:
    """One line about an unknown key, with the likeliest key that was meant.

    Args:
        name: of the argument.
        value: as it was given.
        known: keys that are accepted.
    """
    keys = list(known)
    small = {key.lower(): key for key in keys}
    near = get_close_matches(str(value).lower(), small, n=1)
    meant = f"; did you mean {small[near[0]]!r}?" if near else ""
    return f"{name}: {value!r} is not one of {', '.join(keys)}{meant}"


def unharmed(say: Callable[[str], None] | None) -> Callable[[str], None]:
    """The same function, but a reader who has gone or a full disk ends nothing.

    Args:
        say: takes a line of text; None for silence.
    """

    def wrapped(line: str) -> None:
        if say is None:
            return
        try:
            try:
                say(line)
            except UnicodeEncodeError:
                say(line.encode("ascii", "backslashreplace").decode())
        except (OSError, ValueError):  # the latter of a closed file
            return

    return wrapped


def silence() -> None:
    """Before Python ends: send nowhere what waits to be printed, if nobody takes it."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        with suppress(OSError, ValueError):  # no file behind it
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
