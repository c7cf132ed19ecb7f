"""The claims, a folder each: criteria, tables, figures, question.

A folder here with ``CLAIMS`` is a claim: it has its row on the claims page, and
``make book`` trains or finds the runs that it asks for. Nothing else has to name it.
"""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from lipgan.claims.base import Check, Claim

# In the order of the paper, then what goes beyond it; folders not named here come last.
ORDER = (
    "bound",
    "degeneration",
    "toys",
    "domain_against_k",
    "fid_against_k",
    "small_k",
    "fid_against_alpha",
    "two_failures",
    "other_metrics",
    "roads",
    "gradient_fields",
    "systems",
    "one_knob",
    "what_the_bend_does",
    "longer_training",
)


def rooms() -> list[ModuleType]:
    """The folders that hold claims, in their order."""
    names = [module.name for module in iter_modules(__path__) if module.ispkg]
    names.sort(key=lambda name: (*ORDER, name).index(name))  # the sort is stable
    found = [import_module(f"{__name__}.{name}") for name in names]
    return [room for room in found if hasattr(room, "CLAIMS")]


CLAIMS: dict[str, Claim] = {
    name: claim for room in rooms() for name, claim in room.CLAIMS.items()
}

__all__ = ["CLAIMS", "Check", "Claim", "rooms"]
