"""Lipschitz regularizers: hooks on a cohort that default to doing nothing.

A new regularizer is one class with the hooks it needs, in the file of its kind
(``weights.py``: acts on weights, ``penalties.py``: adds a loss term), and one line in
``REGULARIZERS``.
"""

from lipgan.regularizers.base import Regularizer
from lipgan.regularizers.penalties import GradientPenalty
from lipgan.regularizers.weights import (
    SpectralNormalization,
    StableRankNormalization,
)

REGULARIZERS: dict[str, Regularizer] = {
    "none": Regularizer(),
    "sn": SpectralNormalization(),
    "gp": GradientPenalty(),
    "srn": StableRankNormalization(),
}

__all__ = ["REGULARIZERS", "Regularizer"]
