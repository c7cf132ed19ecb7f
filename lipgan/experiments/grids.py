"""Combinations of config fields."""

from collections.abc import Callable, Iterable
from functools import lru_cache, wraps
from inspect import signature
from itertools import product
from numbers import Integral
from typing import Any, ParamSpec

from lipgan.config import Config
from lipgan.data.sets import of_folder

P = ParamSpec("P")
Seeds = int | Iterable[int]


def as_seeds(seeds: Seeds) -> list[int]:
    """Seeds as a list: of any iterable, read once; a whole number stands for one.

    Raises:
        ValueError: it is neither.
    """
    given: Any = seeds
    whole = isinstance(given, Integral)
    if whole and not isinstance(given, bool):
        return [int(given)]
    if isinstance(given, Iterable) and not isinstance(given, str | bytes):
        return list(given)
    raise ValueError(
        f"seeds: {seeds!r} is not a whole number or a list of them, such as [0, 1]"
    )


def with_seeds(experiment: Callable[P, list[Config]]) -> Callable[P, list[Config]]:
    """Let an experiment read its ``seeds`` as often as it likes; see ``as_seeds``."""
    known = signature(experiment)

    @wraps(experiment)
    def checked(*args: P.args, **kwargs: P.kwargs) -> list[Config]:
        given = known.bind(*args, **kwargs)
        if "seeds" in given.arguments:
            given.arguments["seeds"] = as_seeds(given.arguments["seeds"])
        return experiment(*given.args, **given.kwargs)

    return checked


def grid(seeds: Seeds, *axes: Iterable[dict], **fields: Any) -> list[Config]:
    """All combinations of the axes for every seed.

    Args:
        seeds: outermost axis, see ``as_seeds``.
        axes: each a choice of fields.
        fields: the same in every config.
    """
    return [
        _config(**fields, **{k: v for part in cell for k, v in part.items()}, seed=seed)
        for seed, *cell in product(as_seeds(seeds), *axes)
    ]


# Typed: where 1.0 is accepted, True is not.
_shared = lru_cache(maxsize=2**15, typed=True)(Config)


def _config(**fields: Any) -> Config:
    """A config, one object for all that ask for it: a book asks ten times for each."""
    fixed = not of_folder(str(fields.get("dataset")))  # whose images change
    try:
        return _shared(**dict(sorted(fields.items()))) if fixed else Config(**fields)
    except TypeError:  # not hashable, or no field: refused by its name
        return Config(**fields)


def axis(name: str, values: Iterable[Any]) -> list[dict]:
    """One field, in all its values, as an axis of ``grid``."""
    return [{name: value} for value in values]
