"""Figure 5 and the end of Sec. 4.3: two ways to fail, and the bias behind them."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from statistics import median

from lipgan import experiments
from lipgan.claims.base import Change, Check, Claim
from lipgan.claims.domains import typical
from lipgan.claims.measures import failure, metric
from lipgan.claims.seeds import beyond
from lipgan.config import Config
from lipgan.gan.losses import LOSSES
from lipgan.runs import Run

EXPECTED = {"ns": "collapsed", "ls": "crashed", "cos": "crashed", "exp": "crashed"}
FEW = 0.5  # share of the classes that are "few modes"
HEALTHY_ALPHA = 1e-9  # where Table 4 (a) is at its best
EVEN = 0.99  # evenness of slopes at which no sample is preferred
UNEVEN = 0.9


def figure5_and_healthy(
    scale: str, seeds: Sequence[int], dataset: str = "digits"
) -> list[Config]:
    """The runs of Figure 5, and the same losses where Table 4 (a) is at its best."""
    alphas = (HEALTHY_ALPHA, experiments.FIGURE5_ALPHA)
    losses = experiments.FIGURE5_LOSSES
    return experiments.table4a(dataset, scale, seeds, losses=losses, alphas=alphas)


def two_failures_checks(runs: Sequence[Run]) -> list[Check]:
    """Figure 5: NS collapses, LS, COS and EXP crash."""
    weak = [r for r in runs if r.config.alpha == experiments.FIGURE5_ALPHA]
    found = {
        loss: [failure(r) for r in weak if r.config.loss == loss] for loss in EXPECTED
    }
    crashing = [k for k, kind in EXPECTED.items() if kind == "crashed"]
    most = all(2 * found[k].count("crashed") > len(found[k]) for k in crashing)
    healthy = [r for r in runs if _is_ns(r, HEALTHY_ALPHA)]
    classes = max((metric(r, "class_coverage") for r in healthy), default=math.nan)
    ns = [r for r in weak if r.config.loss == "ns"]
    few = sum(_covered(r) <= FEW * classes for r in ns)
    drops = _coverage_drops(healthy, ns)
    return [
        Check(
            "LS, COS and EXP crash: non-finite scores, or samples outside the real "
            "data (density below 0.1), in most seeds",
            _kinds({k: found[k] for k in crashing}),
            most,
        ),
        Check(
            "NS does not: it covers less of the data (coverage) than at alpha = 1e-9, "
            "beyond the spread over seeds, with samples among the data (density of at "
            "least 0.1)",
            f"{_kinds({'ns': found['ns']})}; coverage lower by "
            + ", ".join(f"{v:.2f}" for v in drops),
            beyond(drops) and "crashed" not in found["ns"],
        ),
        Check(
            "it has collapsed to few modes: at most half of the classes that it covers "
            "at alpha = 1e-9, in most seeds",
            "classes "
            + ", ".join(f"{_covered(r):.0f}" for r in ns)
            + f" of {classes:.0f}",
            2 * few > len(ns),
        ),
    ]


def _is_ns(run: Run, alpha: float) -> bool:
    return (run.config.loss, run.config.alpha) == ("ns", alpha) and not run.diverged


def _covered(run: Run) -> float:
    return math.nan if run.diverged else metric(run, "class_coverage")


def _coverage_drops(healthy: Sequence[Run], weak: Sequence[Run]) -> list[float]:
    """By how much coverage fell, seed by seed."""
    own = {r.config.seed: metric(r, "coverage") for r in healthy}
    fallen = [r for r in weak if r.config.seed in own and not r.diverged]
    return [own[r.config.seed] - metric(r, "coverage") for r in fallen]


def _kinds(found: dict[str, list[str]]) -> str:
    counts = {
        loss: ", ".join(
            f"{kind} {n} of {len(kinds)}" for kind, n in Counter(kinds).items()
        )
        for loss, kinds in found.items()
    }
    return "; ".join(f"{LOSSES[loss].label} {text}" for loss, text in counts.items())


def _medians(
    runs: Sequence[Run], alpha: float, measure: Callable[[Run], float]
) -> dict[str, float]:
    """Loss -> median over seeds with a number; NaN where none has one."""
    medians = {}
    for loss in experiments.FIGURE5_LOSSES:
        own = [r for r in runs if (r.config.loss, r.config.alpha) == (loss, alpha)]
        known = [value for value in map(measure, own) if math.isfinite(value)]
        medians[loss] = median(known) if known else math.nan
    return medians


def sample_bias_checks(runs: Sequence[Run]) -> list[Check]:
    """Sec. 4.3: under weak regularization samples and classes push unequally.

    A loss whose slopes overflow before the first recorded moment at alpha = 0.1 has no
    evenness to judge: it is named as such and left out.
    """
    alphas = experiments.FIGURE5_ALPHA, HEALTHY_ALPHA
    weak, strong = (_medians(runs, a, _typical_evenness) for a in alphas)
    loose, tight = (_medians(runs, a, _typical_push) for a in alphas)
    uneven = [v for v in weak.values() if math.isfinite(v)]
    pushing = [loss for loss, v in loose.items() if math.isfinite(v)]
    return [
        Check(
            "at alpha = 0.1 the slopes on real samples are uneven for every loss that "
            f"has any: squared mean size over mean square of at most {UNEVEN:g}, "
            "median over training",
            _listed(weak),
            bool(uneven) and max(uneven) <= UNEVEN,
        ),
        Check(
            f"at alpha = 1e-9 they are even: at least {EVEN:g}",
            _listed(strong),
            all(v >= EVEN for v in strong.values()),
            implementation=True,
        ),
        Check(
            "the most favored class pushes harder, relative to all classes, at "
            "alpha = 0.1 than at 1e-9, for every loss that pushes at all",
            f"{_listed(loose)}, against {_listed(tight)}",
            bool(pushing) and all(loose[loss] > tight[loss] for loss in pushing),
        ),
    ]


def _typical_evenness(run: Run) -> float:
    return typical(run, "evenness_real")


def _typical_push(run: Run) -> float:
    return typical(run, "class_push")


def _listed(values: dict[str, float]) -> str:
    return ", ".join(
        f"{LOSSES[loss].label} " + (f"{v:.3f}" if math.isfinite(v) else "none finite")
        for loss, v in values.items()
    )


CLAIMS: dict[str, Claim] = {
    "two_failures": Claim(
        "Without restriction NS collapses to few modes while LS, COS and EXP crash",
        "Sec. 4.3, Figure 5",
        "an NS that crashes, or an LS, COS or EXP that still covers the data",
        "08_two_failures",
        figure5_and_healthy,
        two_failures_checks,
        settled_by=(
            "On digits NS gets worse without losing a class; data with more modes than "
            "ten, as the paper's, decide about collapse."
        ),
        changes=(
            Change(
                "2026-11-26",
                "NS collapses: density of at least 0.1, coverage below 0.5",
                "reproduced",
                "a healthy NS has coverage 0.6 here and a collapsed one should not "
                "cover all ten classes: the mark told a worse GAN, not few modes.",
            ),
        ),
    ),
    "sample_bias": Claim(
        "Weak regularization makes some samples and classes push harder than others; "
        "strong regularization balances them",
        "Sec. 4.3, Bias over Input Samples (a conjecture)",
        "slopes as even at α = 0.1 as at 1e-9",
        "08_two_failures",
        figure5_and_healthy,
        sample_bias_checks,
        changes=(
            Change(
                "2026-11-22",
                "slopes at α = 0.1 are uneven for every loss",
                "partly",
                "EXP's slopes overflow at once, so that it has no evenness: it is "
                "named and left out; replaced while the records were being trained.",
            ),
            Change(
                "2026-11-26",
                "the same with evenness at α = 1e-9 as a line of evidence",
                "reproduced",
                "a straight loss pushes evenly by its formula: that line checks the "
                "program and no longer decides.",
            ),
        ),
    ),
}
