"""Theorem 1 and Corollary 1: what a Lipschitz constant does to a loss."""

from collections.abc import Sequence

from lipgan.claims.base import Check, Claim, table3_configs
from lipgan.claims.measures import slope_ratio, width_ratio
from lipgan.experiments import TABLE3_SEEDS
from lipgan.runs import Run


def theorem1_checks(runs: Sequence[Run]) -> list[Check]:
    """Theorem 1 and Corollary 1: both bounds hold, and Omega shrinks with k."""
    trained = [r for r in runs if not r.diverged]
    ratios = [width_ratio(r) for r in trained]
    slopes = [slope_ratio(r) for r in trained]
    pairs = [
        (a.metrics["domain_width"], b.metrics["domain_width"])
        for a in trained
        for b in trained
        if (a.config.loss, a.config.seed) == (b.config.loss, b.config.seed)
        and b.config.lipschitz_k >= 2 * a.config.lipschitz_k
    ]
    shrinks = sum(a < b for a, b in pairs)
    return [
        Check(
            "the width of Omega stays within 2 K sqrt(d) for every trained "
            "discriminator, K being the product of its exact layer norms",
            f"largest share of the bound {max(ratios):.3f} in {len(ratios)} networks",
            max(ratios) <= 1,
        ),
        Check(
            "the width of Psi stays within M 2 K sqrt(d)",
            f"largest share of the bound {max(slopes):.3f}",
            max(slopes) <= 1,
        ),
        Check(
            "Omega shrinks with k_SN: of two networks of one loss and seed whose k "
            "differ at least twofold, the smaller k has the narrower Omega in 95 %",
            f"{shrinks} of {len(pairs)} pairs",
            shrinks >= 0.95 * len(pairs),
        ),
    ]


CLAIMS: dict[str, Claim] = {
    "theorem1": Claim(
        "A Lipschitz constant bounds the domain of the loss and its attainable slopes",
        "Theorem 1, Corollary 1",
        "a network whose scores spread wider than 2 K √d, or a domain that does not "
        "shrink with k",
        "01_bound",
        table3_configs,
        theorem1_checks,
        seeds=TABLE3_SEEDS,
        live=True,
    ),
}
