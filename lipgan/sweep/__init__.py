"""Training of what is missing in a store, here or elsewhere.

Names are resolved on first use: a worker process must start without torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lipgan.sweep.known import load_known
    from lipgan.sweep.run import Unfinished, run_or_load

_HOME = {
    "load_known": "sweep.known",
    "Unfinished": "sweep.run",
    "run_or_load": "sweep.run",
}

__all__ = ["Unfinished", "load_known", "run_or_load"]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"lipgan.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
