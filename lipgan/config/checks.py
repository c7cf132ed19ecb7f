"""What a field of a config may hold; what it may not is refused in one line."""

import math
from numbers import Integral, Real
from typing import Any

import torch

from lipgan.support.messages import not_one_of

FLOAT32 = torch.finfo(torch.float32)
_MAY_BE_ZERO = set(
    "seed image_size channels lr_g ema_decay data_limit pinned_width second_k "
    "second_weight".split()
)


def check_key(name: str, value: Any, known: dict) -> None:
    """Refuse what is not a key of a registry.

    Raises:
        ValueError: it is not; the message has the name, the value and the keys.
    """
    if not isinstance(value, str) or value not in known:
        raise ValueError(not_one_of(name, value, known))


def checked_number(name: str, value: Any, whole: bool) -> int | float:
    """The number that a field is to hold, as Python's own.

    Args:
        name: of the field.
        value: as it was given, of Python or of NumPy.
        whole: whether only whole numbers fit.

    Raises:
        ValueError: not a number, not finite, out of range, or beyond float32 or int32.
    """
    wanted = "a whole number" if whole else "a number"
    usual = type(value) is (int if whole else float)  # others take ten times as long
    fits = usual or isinstance(value, Integral if whole else Real)
    if isinstance(value, bool) or not fits:
        raise ValueError(f"{name}: {value!r} is not {wanted}")
    # str: the float32 that NumPy writes as 0.1 is meant as 0.1
    number = value if usual else int(value) if whole else float(str(value))
    may_be_zero = name in _MAY_BE_ZERO
    if not math.isfinite(value) or value < 0 or (value == 0 and not may_be_zero):
        wanted += " of at least 0" if may_be_zero else " above 0"
        raise ValueError(f"{name}: {value!r} is not {wanted}")
    if not whole and value and not FLOAT32.tiny <= value <= FLOAT32.max:
        raise ValueError(
            f"{name}: {value!r} is not within 1.18e-38 to 3.4e+38, the numbers that "
            "float32 arithmetic can hold"
        )
    if name == "seed" and value >= 2**64:
        raise ValueError(f"{name}: {value!r} is not below 2^64")
    if whole and name != "seed" and value >= 2**31:
        raise ValueError(f"{name}: {value!r} is not below 2^31")
    if name == "ema_decay" and value >= 1:
        raise ValueError(f"{name}: {value!r} is not below 1")
    return number
