"""Lipschitz-regularized GAN training: cohorts of GANs, probes, metrics, verdicts.

Names are resolved on first use, so that ``python -m lipgan --help`` does not pay
for ``import torch`` and a missing optional package hurts only who needs it.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOME = {
    "LOSSES": "gan.losses",
    "REGULARIZERS": "gan.regularizers",
    "MODELS": "gan.models",
    "DATASETS": "data",
    "SCALES": "config",
    "Config": "config",
    "Run": "runs",
    "RunStore": "runs",
    "train": "training",
    "run_or_load": "sweep",
    "load_generator": "runs.networks",
}
_MODULES = {
    "support",
    "claims",
    "config",
    "data",
    "engine",
    "experiments",
    "features",
    "gan",
    "metrics",
    "runs",
    "sweep",
    "training",
}

__all__ = sorted([*_HOME, *_MODULES])


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"lipgan.{_HOME[name]}"), name)
    if name in _MODULES:
        return import_module(f"lipgan.{name}")
    raise AttributeError(f"module 'lipgan' has no attribute {name!r}")
