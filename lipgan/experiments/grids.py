"""Combinations of config fields."""

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

from lipgan.config import Config


def grid(seeds: Sequence[int], *axes: Iterable[dict], **fields: Any) -> list[Config]:
    """All combinations of the axes for every seed.

    Args:
        seeds: outermost axis.
        axes: each a choice of fields.
        fields: the same in every config.
    """
    return [
        Config(**fields, **{k: v for part in cell for k, v in part.items()}, seed=seed)
        for seed, *cell in product(seeds, *axes)
    ]


def axis(name: str, values: Iterable[Any]) -> list[dict]:
    """One field, in all its values, as an axis of ``grid``."""
    return [{name: value} for value in values]
