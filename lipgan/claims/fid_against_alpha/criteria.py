"""Tables 4 and 5: distance against the domain scaling alpha."""

from collections.abc import Sequence
from statistics import median

from lipgan import experiments
from lipgan.claims import domains
from lipgan.claims.base import Change, Check, Claim
from lipgan.claims.measures import (
    constant_distance,
    distances_by,
    is_broken,
    rank_correlation,
)
from lipgan.claims.seeds import beyond, by_seed, log_ratio, ratio
from lipgan.config import Config
from lipgan.gan.losses import LOSSES
from lipgan.runs import Run

SIMILAR = 1.25  # within this factor two distances count as comparable
# alpha times the width of Omega below which a loss differs from its tangent by a few
# parts in a thousand of slope: less than distances can show.
RESOLVED = 0.01
UNSTABLE_ALPHA = 1e5  # "when alpha >= 1e5 ... fails" (Sec. 4.3)
Distances = dict[tuple[str, float], float]


def table4a_configs(scale: str, seeds: Sequence[int]) -> list[Config]:
    """Runs of Table 4 (a)."""
    return experiments.table4a(scale=scale, seeds=seeds)


def table4b_configs(scale: str, seeds: Sequence[int]) -> list[Config]:
    """Runs of Table 4 (b)."""
    return experiments.table4b(scale=scale, seeds=seeds)


def _table4a_and_3(scale: str, seeds: Sequence[int]) -> list[Config]:
    return table4a_configs(scale, seeds) + experiments.table3(scale=scale, seeds=seeds)


def medians_by_alpha(runs: Sequence[Run], k: float) -> Distances:
    """(loss, alpha) -> median distance over seeds at one k_SN; divergence is worst."""
    return {
        (loss, alpha): median(values)
        for (loss, own, alpha), values in distances_by(
            runs, "loss", "lipschitz_k", "alpha"
        ).items()
        if own == k
    }


def _row(cells: Distances, loss: str, alphas: Sequence[float]) -> list[float]:
    return [cells[loss, alpha] for alpha in alphas]


def _falls(cells: Distances, alphas: Sequence[float]) -> dict[str, float]:
    """Rank correlation of distance and alpha per loss."""
    return {
        loss: rank_correlation(alphas, _row(cells, loss, alphas))
        for loss in experiments.TABLE4_LOSSES
    }


def named(values: dict[str, float], form: str = ".2f") -> str:
    """Numbers by loss, as words."""
    return ", ".join(f"{LOSSES[k].label} {v:{form}}" for k, v in values.items())


def table4a_checks(runs: Sequence[Run]) -> list[Check]:
    """Table 4 (a), (i): smaller alpha is better, and 1e-9 is as good as any k_SN."""
    cells = medians_by_alpha(runs, experiments.TABLE4A_K)
    rho = _falls(cells, experiments.TABLE4A_ALPHAS)
    table3 = [r for r in runs if r.config.alpha == 1.0]
    best = min(
        median(v) for v in distances_by(table3, "loss", "lipschitz_k", "alpha").values()
    )
    constant = constant_distance(runs)
    tiny = {loss: cells[loss, 1e-9] for loss in experiments.TABLE4_LOSSES}
    return [
        Check(
            "at k = 50 distance rises with alpha for every loss but LS, which has its "
            "own row (rank correlation above 0.5)",
            named(rho),
            all(r > 0.5 for loss, r in rho.items() if loss != "ls"),
        ),
        Check(
            "at alpha = 1e-9 every loss works, although every layer's factor is 50",
            named(tiny, ".3g"),
            not any(is_broken(d, constant) for d in tiny.values()),
        ),
        Check(
            f"the best of these is within {SIMILAR:g} times the best cell of Table 3 "
            "(true of the paper's CelebA and CIFAR-10 columns, not of its MNIST)",
            f"{min(tiny.values()):.3g} against {best:.3g}",
            min(tiny.values()) <= SIMILAR * best,
        ),
    ]


def smallest_alpha_checks(runs: Sequence[Run]) -> list[Check]:
    """Table 4 (a), (ii): 1e-11 is slightly worse than 1e-9, on the way to WGAN."""
    losses = [loss for loss in experiments.TABLE4_LOSSES if loss != "ls"]
    lags = {
        k: [log_ratio(own[k, 1e-11], own[k, 1e-9]) for own in per_alpha(runs)]
        for k in losses
    }
    worse = sum(beyond(lag) for lag in lags.values())
    used = max(
        1e-9 * domains.late_width(r)
        for r in runs
        if (r.config.alpha, r.config.loss) in {(1e-9, k) for k in losses}
        and not r.diverged
    )
    flat = f"alpha times the width of Omega is at most {used:.1g} at 1e-9 already"
    return [
        Check(
            "at k = 50 at least three of the four centered losses are worse at alpha = "
            "1e-11 than at 1e-9, beyond the spread over seeds",
            f"{worse}; "
            + "; ".join(f"{LOSSES[k].label} {ratio(v)}" for k, v in lags.items()),
            worse >= 3,
            untestable=flat + ": both are straight" if used < RESOLVED else "",
        )
    ]


def per_alpha(runs: Sequence[Run]) -> list[dict]:
    """Per seed: (loss, alpha) -> distance."""
    return by_seed(runs, "loss", "alpha")


def better_than_k_checks(runs: Sequence[Run]) -> list[Check]:
    """Sec. 4.3: scaling the domain does not pay the price of a small k_SN."""
    tables = by_seed(runs, "loss", "lipschitz_k", "alpha")
    losses = [k for k in experiments.TABLE4_LOSSES if (k, 0.2, 1.0) in tables[0]]
    scaled = experiments.TABLE4A_K, 1e-9
    gains = {
        loss: [log_ratio(own[loss, 0.2, 1.0], own[loss, *scaled]) for own in tables]
        for loss in losses
    }
    better = [loss for loss, gain in gains.items() if beyond(gain)]
    return [
        Check(
            "every loss is better at k = 50 with alpha = 1e-9 than at k = 0.2 with "
            "alpha = 1, beyond the spread over seeds (true of the paper's CelebA and "
            "CIFAR-10 columns, not of its MNIST)",
            f"{len(better)} of {len(losses)}; distance at k = 0.2 over it: "
            + "; ".join(f"{LOSSES[k].label} {ratio(v)}" for k, v in gains.items()),
            len(better) == len(losses),
        )
    ]


def table4b_checks(runs: Sequence[Run]) -> list[Check]:
    """Table 4 (b): larger alpha is worse, and from 1e5 on k_SN = 1 saves no loss."""
    cells = medians_by_alpha(runs, experiments.TABLE4B_K)
    rho = _falls(cells, experiments.TABLE4B_ALPHAS)
    first, last = min(experiments.TABLE4B_ALPHAS), max(experiments.TABLE4B_ALPHAS)
    worse = {k: cells[k, last] / cells[k, first] for k in experiments.TABLE4_LOSSES}
    constant = constant_distance(runs)
    huge = {cell: d for cell, d in cells.items() if cell[1] >= UNSTABLE_ALPHA}
    saved = [cell for cell, d in huge.items() if not is_broken(d, constant)]
    names = sorted({LOSSES[loss].label for loss, _ in saved})
    return [
        Check(
            f"at k = 1 every loss is worse at alpha = {last:g} than at {first:g}",
            "ratios " + named(worse, ".3g") + "; rank correlations " + named(rho),
            all(r > 1 for r in worse.values()),
        ),
        Check(
            f"from alpha = {UNSTABLE_ALPHA:g} on, every loss is broken",
            f"{len(huge) - len(saved)} of {len(huge)} cells"
            + (f", not {', '.join(names)}" if names else ""),
            not saved,
        ),
    ]


_DAY = "2026-11-26"
CLAIMS: dict[str, Claim] = {
    "table4a": Claim(
        "With a large k, scaling the domain down makes every loss train, as well as "
        "the best k does",
        "Sec. 4.3 (i), Table 4 (a)",
        "a loss that fails at k = 50 for every α, or no gain from smaller α",
        "06_fid_against_alpha",
        _table4a_and_3,
        table4a_checks,
        changes=(
            Change(
                "2026-11-22",
                "distance rises with α for every loss, LS among them",
                "not reproduced",
                "LS has a row of its own; replaced while the records were being "
                "trained, when the paper's own LS was seen to fail it.",
            ),
        ),
        settled_by=(
            "LS must lift all scores to 0.5/α before its discriminator works at all, "
            "and the Lipschitz constant caps how far it can: see the row on LS's "
            "reach. Longer training does not help (its scores rest at half time); more "
            "layers do, and LS#, which needs no lift, shows the rest."
        ),
    ),
    "smallest_alpha": Claim(
        "The smallest α is slightly worse than the second smallest: the loss is then "
        "WGAN's",
        "Sec. 4.3 (ii), Table 4 (a)",
        "distances that keep falling down to α = 1e-11",
        "06_fid_against_alpha",
        table4a_configs,
        smallest_alpha_checks,
        settled_by=(
            "On digits Ω is too narrow for 1e-9 to bend any loss, so nothing can "
            "differ. The same two cells where α Ω is large enough at 1e-9, on networks "
            "of five layers, decide."
        ),
        changes=(
            Change(
                _DAY,
                "four of five losses are worse at 1e-11 than at 1e-9, by whatever "
                "factor",
                "not reproduced",
                "it had no power: at 1e-9 the losses are straight already, so it "
                "counted noise.",
            ),
        ),
    ),
    "better_than_k": Claim(
        "Scaling the domain is a better knob than k: it does not slow training down",
        "Sec. 4.3 (ii), end",
        "a loss that is worse at k = 50 with a small α than at k = 0.2",
        "06_fid_against_alpha",
        _table4a_and_3,
        better_than_k_checks,
        settled_by=(
            "As for Table 4 (a): LS cannot reach 0.5/α at 1e-9 with three layers. "
            "Where it can (1e-5), it does as well as the others."
        ),
        changes=(
            Change(
                _DAY,
                "every loss is better, by whatever factor",
                "not reproduced",
                "differences inside the spread over seeds counted, and the paper's "
                "MNIST column, which would fail it, was not named.",
            ),
        ),
    ),
    "table4b": Claim(
        "Without a restricted domain the usual 1-Lipschitz constraint stabilizes no "
        "loss",
        "Sec. 4.3, Table 4 (b)",
        "a loss that still works at α of 1e5 and above",
        "06_fid_against_alpha",
        table4b_configs,
        table4b_checks,
        settled_by=(
            "A loss with bounded slopes saturates without breaking: its samples get "
            "worse, but on small images not as bad as a constant one. In the paper "
            "this loss scores about half of the constant image on MNIST; runs on "
            "MNIST at the paper's scale decide."
        ),
    ),
}
