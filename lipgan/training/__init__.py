"""Training of cohorts, from configs to runs.

Names are resolved on first use: a worker process must start without torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lipgan.training.loop import Progress, Training
    from lipgan.training.start import (
        DEVICES,
        kept_critics,
        load_data,
        pick_device,
        train,
    )

_HOME = {
    "Progress": "training.loop",
    "Training": "training.loop",
    "DEVICES": "training.start",
    "kept_critics": "training.start",
    "load_data": "training.start",
    "pick_device": "training.start",
    "train": "training.start",
}

__all__ = [
    "DEVICES",
    "Progress",
    "Training",
    "kept_critics",
    "load_data",
    "pick_device",
    "train",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"lipgan.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
