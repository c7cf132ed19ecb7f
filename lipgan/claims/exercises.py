"""The numbers in the solutions of the exercises "Break it", from published runs."""

import math
from collections.abc import Callable
from typing import Any

from lipgan.claims import domains
from lipgan.claims.measures import metric
from lipgan.claims.seeds import digits
from lipgan.config import Config
from lipgan.experiments import BREAK_IT_STEPS
from lipgan.runs import Run
from lipgan.runs.evidence import evidence_store

Measure = str | Callable[[Run], float]
Quoted = tuple[Measure, dict[str, Any]]

NOT_PUBLISHED = "(no such run is published)"
DIVERGED = "diverged"


def _late_drift(run: Run) -> float:
    """How far the center moves in the second half of training, in widths."""
    return domains.wander(run, start=0.5)


def _fd(**fields: Any) -> Quoted:
    return "fd", fields


_BARE = {"regularizer": "none"}
_LONG = {**_BARE, "num_steps": 4 * BREAK_IT_STEPS}
_FREE = {"penalty_weight": 1e-6, "lr_d": 1e-3}
_R1 = {"regularizer": "r1", "penalty_weight": 1.0, "lr_d": 1e-3}
_MAXGP = {"regularizer": "maxgp", "penalty_weight": 0.1, "lr_d": 1e-3}
_RING = {"dataset": "toy2d_ring", "lr_g": 0.0, "num_steps": None}
_SGD = {"optimizer": "sgd", "lr_d": 0.1, "lr_g": 0.1}
_STEEP = {"lipschitz_k": 10.0, "alpha": 1e-3, "d_biases": "scaled"}

# Page -> name in its text -> what is measured of which run.
SOLUTIONS: dict[str, dict[str, Quoted]] = {
    "04_domain_against_k": {
        f"break-{what}-{loss}-{name}": (measure, {"loss": loss, "regularizer": name})
        for loss in ("ns", "wgan")
        for name in ("none", "sn")
        for what, measure in (("width", domains.late_width), ("drift", _late_drift))
    },
    "05_fid_against_k": {
        f"break-{loss}-{name}": _fd(loss=loss, **fields)
        for loss in ("cos", "wgan")
        for name, fields in (("none", _BARE), ("sn", {}), ("long", _LONG))
    },
    "06_fid_against_alpha": {
        f"break-{what}-{loss}-{name}": (
            measure,
            {"loss": loss, "lipschitz_k": 50.0, "alpha": alpha},
        )
        for loss in ("ns", "ls_sharp", "cos")
        for name, alpha in (("right", 1e-9), ("wrong", 1e9))
        for what, measure in (("fd", "fd"), ("width", "domain_width"))
    },
    "07_all_losses_are_one": {
        "break-ls": _fd(loss="ls", lipschitz_k=50.0, alpha=1e-25),
        "break-wgan": _fd(loss="wgan", lipschitz_k=50.0),
    },
    "08_two_failures": {
        f"break-{what}-{loss}-{name}": (what, {"loss": loss, **fields})
        for loss in ("ns", "exp", "cos")
        for name, fields in (("none", _BARE), ("long", _LONG), ("sn", {}))
        for what in ("density", "coverage")
        if name != "sn" or loss == "ns"
    },
    "10_small_k": {
        f"break-{k:g}-{name}": _fd(loss="ns", lipschitz_k=k, optimizer=optimizer)
        for k in (0.2, 0.02, 0.002)
        for name, optimizer in (("eps", "rmsprop"), ("none", "rmsprop_tiny_eps"))
    },
    "11_roads": {
        f"break-{what}-{loss}-{name}": (measure, {"loss": loss, **_R1, **fields})
        for loss in ("exp", "cos", "wgan")
        for name, fields in (("r1", {}), ("free", _FREE))
        for what, measure in (("fd", "fd"), ("width", "domain_width"))
    },
    "12_gradient_fields": {
        f"break-{loss}-{k}": (
            "gradient_cosine",
            {"loss": loss, "lipschitz_k": float(k), **_RING},
        )
        for loss in ("ns", "wgan", "exp")
        for k in (1, 20)
    },
    "13_one_knob": {
        f"break-{name}-{place}": _fd(loss="ns", **fields, **optimizer)
        for name, optimizer in (("sgd", _SGD), ("rmsprop", {}))
        for place, fields in (("flat", {}), ("steep", _STEEP))
    },
    "14_what_the_bend_does": {
        f"break-{name}": _fd(lipschitz_k=10.0, **fields)
        for name, fields in (
            ("cos", {"loss": "cos"}),
            ("cos-even", {"loss": "cos", "push": "even"}),
            ("cos-mono", {"loss": "cos", "push": "mono"}),
            ("cos-both", {"loss": "cos", "push": "mono", "balance": "equal"}),
            ("ns", {"loss": "ns"}),
            ("ns-even", {"loss": "ns", "push": "even"}),
            ("ns-equal", {"loss": "ns", "balance": "equal"}),
        )
    },
    "system_lgan": {
        f"break-{what}-{loss}-{name}": (measure, {"loss": loss, **_MAXGP, **fields})
        for loss in ("wgan", "lgan_exp")
        for name, fields in (("maxgp", {}), ("free", _FREE))
        for what, measure in (("fd", "fd"), ("width", "domain_width"))
    },
}


def outcomes(page: str) -> dict[str, str]:
    """What the solution on this page quotes: name -> text."""
    return {name: outcome(*quoted) for name, quoted in SOLUTIONS[page].items()}


def outcome(measure: Measure, fields: dict[str, Any]) -> str:
    """What came of an exercise's command, as text of three digits.

    Args:
        measure: a number of a run, or the family of a metric: see ``metric``.
        fields: see ``config``.

    Returns:
        The number; ``DIVERGED``; ``NOT_PUBLISHED`` where the records hold no such run.
    """
    wanted, records = config(fields), evidence_store()
    if wanted not in records:
        return NOT_PUBLISHED
    run = records.load(wanted)
    if run.diverged:
        return DIVERGED
    value = metric(run, measure) if isinstance(measure, str) else measure(run)
    if not math.isfinite(value):
        return DIVERGED
    return digits(value) if abs(value) < 1e3 else f"{float(f'{value:.3g}'):,.0f}"


def config(fields: dict[str, Any]) -> Config:
    """What a command trains: it sets these fields, and 1,000 steps unless None."""
    steps = {"num_steps": BREAK_IT_STEPS, **fields}
    return Config(**{name: v for name, v in steps.items() if v is not None})
