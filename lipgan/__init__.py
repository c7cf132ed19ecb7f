"""Lipschitz-regularized GAN training: cohorts of GANs, probes, metrics, verdicts.

Names are resolved on first use, so that ``python -m lipgan --help`` does not pay
for ``import torch`` and a missing optional package hurts only who needs it.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOME = {
    "LOSSES": "losses",
    "REGULARIZERS": "regularizers",
    "MODELS": "models",
    "DATASETS": "data",
    "SCALES": "config",
    "Config": "config",
    "Run": "runs",
    "RunStore": "runs",
    "train": "training",
    "run_or_load": "sweep",
    "load_generator": "networks",
}
_MODULES = {
    "claims",
    "cohort",
    "config",
    "data",
    "divergence",
    "domains",
    "evaluate",
    "experiments",
    "features",
    "losses",
    "measures",
    "metrics",
    "models",
    "optimizers",
    "paper",
    "plots",
    "probes",
    "published",
    "regularizers",
    "report",
    "runs",
    "sweep",
}

__all__ = sorted([*_HOME, *_MODULES])


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"lipgan.{_HOME[name]}"), name)
    if name in _MODULES:
        return import_module(f"lipgan.{name}")
    raise AttributeError(f"module 'lipgan' has no attribute {name!r}")
