"""Parameters of a notebook: one rule for the book's runner and for plain Papermill.

Papermill hands over ``-p with_srn false`` as text, which is true, ``-p seeds 3`` as a
number, ``-p seeds '[7]'`` and ``-y '{ring_k: 1e1}'`` as text.
"""

import json
from collections.abc import MutableMapping
from typing import Any

_ACCEPTED = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text, for Papermill -r NAME TEXT",
    list: """as in JSON, [0, 1] or ["ns"], or one number""",
}


def check(names: MutableMapping[str, Any]) -> None:
    """Brings a notebook's parameters to the types that its cell of parameters states.

    Annotations survive the cell that Papermill injects; defaults do not. What a list
    holds is left to those who use it.

    Args:
        names: ``globals()`` of the notebook; its parameters are replaced.

    Raises:
        TypeError: a value does not fit, by name.
    """
    for name, kind in names["__annotations__"].items():
        try:
            names[name] = coerce(names[name], kind())
        except TypeError as error:
            raise TypeError(f"parameter {name}: {error}") from None


def coerce(value: Any, default: Any) -> Any:
    """Returns `value` as the type of `default`, or refuses it.

    Whole floats are accepted for integers (`1e5` steps), integers for floats, and one
    number for a list. Text stands for what it is in JSON, unless text is wanted.

    Args:
        value: the value received.
        default: one of the type; `None` and empty lists accept any content.

    Returns:
        The value, converted where the conversion is exact.

    Raises:
        TypeError: the value does not fit.
    """
    if default is None:
        return value
    read = _read(value) if not isinstance(default, str) else value
    number = isinstance(read, int | float) and not isinstance(read, bool)
    if isinstance(default, bool):
        fits = isinstance(read, bool)
    elif isinstance(default, int):
        fits = number and float(read).is_integer()
        read = int(read) if fits else read
    elif isinstance(default, float):
        fits = number
        read = float(read) if fits else read
    elif isinstance(default, list | tuple):
        read = [read] if number else read
        fits = isinstance(read, list | tuple)
        if fits and default:
            read = [_coerce_item(item, default) for item in read]
    else:
        fits = isinstance(read, type(default))
    if not fits:
        kind, got = type(default), f"{value!r} ({type(value).__name__})"
        accepted = _ACCEPTED.get(kind, "a value of this type")
        raise TypeError(f"got {got}, expected {kind.__name__}: {accepted}")
    return read


def _read(value: Any) -> Any:
    """What a text is in JSON, if anything."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _coerce_item(item: Any, defaults: Any) -> Any:
    """One item of a list: a float anywhere in the default makes it a list of floats."""
    floats = [one for one in defaults if isinstance(one, float)]
    return coerce(item, floats[0] if floats else defaults[0])
