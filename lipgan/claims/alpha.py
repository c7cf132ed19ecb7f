"""Tables 4 and 5: distance against the domain scaling alpha."""

import math
from collections.abc import Sequence
from statistics import median

from lipgan import domains, experiments
from lipgan.claims.base import Change, Check, Claim, untested
from lipgan.claims.spread import beyond, by_seed, log_ratio, ratio
from lipgan.config import Config
from lipgan.losses import LOSSES
from lipgan.measures import constant_distance, distances_by, is_broken, rank_correlation
from lipgan.runs import Run

SIMILAR = 1.25  # within this factor two distances count as comparable
# alpha times the width of Omega below which a loss differs from its tangent by less than
# a few parts in a thousand of slope: less than distances can show.
RESOLVED = 0.01
APART = 5.0  # times: by how much the losses are farther apart at 1e-3
SMALL_ALPHA = 1e-5  # up to which what LS lacks is height, not straightness
UNSTABLE_ALPHA = 1e5  # "when alpha >= 1e5 ... fails" (Sec. 4.3)
Distances = dict[tuple[str, float], float]


def _table4a(scale: str, seeds: Sequence[int]) -> list[Config]:
    return experiments.table4a(scale=scale, seeds=seeds)


def _table4b(scale: str, seeds: Sequence[int]) -> list[Config]:
    return experiments.table4b(scale=scale, seeds=seeds)


def _table4a_and_3(scale: str, seeds: Sequence[int]) -> list[Config]:
    return _table4a(scale, seeds) + experiments.table3(scale=scale, seeds=seeds)


def _both(scale: str, seeds: Sequence[int]) -> list[Config]:
    return _table4a(scale, seeds) + _table4b(scale, seeds)


def _table5(scale: str, seeds: Sequence[int]) -> list[Config]:
    return experiments.table5(scale=scale, seeds=seeds)


def _table5_and_4a(scale: str, seeds: Sequence[int]) -> list[Config]:
    return _table5(scale, seeds) + _table4a(scale, seeds)


def medians_by_alpha(runs: Sequence[Run], k: float) -> Distances:
    """(loss, alpha) -> median distance over seeds at one k_SN; divergence is worst."""
    return {
        (loss, alpha): median(values)
        for (loss, own, alpha), values in _distances(runs).items()
        if own == k
    }


def _distances(runs: Sequence[Run]) -> dict[tuple, list[float]]:
    return distances_by(runs, "loss", "lipschitz_k", "alpha")


def _row(cells: Distances, loss: str, alphas: Sequence[float]) -> list[float]:
    return [cells[loss, alpha] for alpha in alphas]


def _falls(cells: Distances, alphas: Sequence[float]) -> dict[str, float]:
    """Rank correlation of distance and alpha per loss."""
    return {
        loss: rank_correlation(alphas, _row(cells, loss, alphas))
        for loss in experiments.TABLE4_LOSSES
    }


def _named(values: dict[str, float], form: str = ".2f") -> str:
    return ", ".join(f"{LOSSES[k].label} {v:{form}}" for k, v in values.items())


def table4a_checks(runs: Sequence[Run]) -> list[Check]:
    """Table 4 (a), (i): smaller alpha is better, and 1e-9 is as good as any k_SN."""
    cells = medians_by_alpha(runs, experiments.TABLE4A_K)
    rho = _falls(cells, experiments.TABLE4A_ALPHAS)
    table3 = [r for r in runs if r.config.alpha == 1.0]
    best = min(median(v) for v in _distances(table3).values())
    constant = constant_distance(runs)
    tiny = {loss: cells[loss, 1e-9] for loss in experiments.TABLE4_LOSSES}
    return [
        Check(
            "at k = 50 distance rises with alpha for every loss but LS, which has its "
            "own row (rank correlation above 0.5)",
            _named(rho),
            all(r > 0.5 for loss, r in rho.items() if loss != "ls"),
        ),
        Check(
            "at alpha = 1e-9 every loss works, although every layer's factor is 50",
            _named(tiny, ".3g"),
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
        k: [log_ratio(own[k, 1e-11], own[k, 1e-9]) for own in _by_seed(runs)]
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


def _by_seed(runs: Sequence[Run]) -> list[dict]:
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
            "ratios " + _named(worse, ".3g") + "; rank correlations " + _named(rho),
            all(r > 1 for r in worse.values()),
        ),
        Check(
            f"from alpha = {UNSTABLE_ALPHA:g} on, every loss is broken",
            f"{len(huge) - len(saved)} of {len(huge)} cells"
            + (f", not {', '.join(names)}" if names else ""),
            not saved,
        ),
    ]


def ls_conflict_checks(runs: Sequence[Run]) -> list[Check]:
    """Sec. 4.3: LS conflicts with the scaling; the zero-centered LS# does not."""
    small = medians_by_alpha(runs, experiments.TABLE4A_K)
    tiny = small["ls", 1e-11] / small["ls_sharp", 1e-11]
    tables = by_seed(runs, "loss", "lipschitz_k", "alpha")
    ten = [log_ratio(own["ls", 1.0, 1e1], own["ls_sharp", 1.0, 1e1]) for own in tables]
    return [
        Check(
            "at k = 50, alpha = 1e-11, LS is at least twice as far as LS#",
            f"{tiny:.3g} times",
            tiny >= 2,
        ),
        Check(
            "at k = 1, alpha = 10, LS is farther than LS#, beyond the spread over "
            "seeds",
            f"{ratio(ten)} times",
            beyond(ten),
        ),
    ]


def ls_reach_checks(runs: Sequence[Run]) -> list[Check]:
    """LS under a small alpha works exactly when its scores can reach 1 / (2 alpha)."""
    own = [r for r in runs if r.config.loss == "ls" and not r.diverged]
    own = [r for r in own if r.config.alpha <= SMALL_ALPHA]
    constant = constant_distance(runs)
    works = medians_by_alpha(own, experiments.TABLE4A_K)
    reach = {
        alpha: median(
            alpha * float(domains.omega(r)[1].max())
            for r in own
            if r.config.alpha == alpha
        )
        for _, alpha in works
    }
    right = [
        (reach[alpha] >= 0.5) != is_broken(d, constant)
        for (_, alpha), d in works.items()
    ]
    return [
        Check(
            "over the small alphas LS works exactly where alpha times the largest score "
            "ever recorded is at least 1/2",
            f"{sum(right)} of {len(right)}; "
            + ", ".join(f"{v:.2g} at {alpha:g}" for alpha, v in sorted(reach.items())),
            all(right),
        )
    ]


def table5_checks(runs: Sequence[Run]) -> list[Check]:
    """Table 5: at alpha = 1e-25 all losses work alike, WGAN among them."""
    cells = {
        loss: median(v)
        for (loss, _, alpha), v in _distances(runs).items()
        if loss == "wgan" or alpha == experiments.TABLE5_ALPHA
    }
    constant = constant_distance(runs)
    works = sum(not is_broken(d, constant) for d in cells.values())
    spread = max(cells.values()) / min(cells.values())
    twins = sum(
        own["exp", experiments.TABLE5_ALPHA] == own["wgan", 1.0]
        for own in _by_seed(runs)
    )
    return [
        Check(
            "all five losses work at k = 50",
            f"{works} of {len(cells)}: " + _named(cells, ".3g"),
            works == len(cells),
        ),
        Check(
            f"the worst is within {SIMILAR:g} times the best",
            f"{spread:.2f} times; EXP and WGAN are equal to the last digit on {twins} "
            f"of {len(_by_seed(runs))} seeds",
            spread <= SIMILAR,
            implementation=True,
        ),
    ]


def spread_shrinks_checks(runs: Sequence[Run]) -> list[Check]:
    """The spread between losses shrinks as alpha does, down to that of Table 5."""
    alphas = (experiments.TABLE5_ALPHA, 1e-9, 1e-3)  # at 0.1 all may be broken alike
    spreads: dict[float, list[float]] = {
        alpha: [_worst_over_best(own, alpha) for own in _by_seed(runs)]
        for alpha in alphas
    }
    smallest, tiny, last = spreads.values()
    grown = [_over(a, b) for a, b in zip(last, tiny, strict=True)]
    return [
        Check(
            "the ratio of worst to best among NS, LS#, COS and EXP is at least "
            f"{APART:g} times larger at alpha = 1e-3 than at 1e-9, beyond the spread "
            "over seeds",
            "ratios " + "; ".join(f"{_range(v)} at {a:g}" for a, v in spreads.items()),
            beyond(grown, math.log(APART)),
        ),
        Check(
            f"at 1e-9 and at 1e-25 it is within {SIMILAR:g}, median over seeds",
            f"{median(tiny):.2f} and {median(smallest):.2f}",
            max(median(tiny), median(smallest)) <= SIMILAR,
        ),
    ]


def _worst_over_best(own: dict, alpha: float) -> float:
    column = [own[loss, alpha] for loss in experiments.TABLE5_LOSSES]
    best = min(column)
    return max(column) / best if math.isfinite(best) else math.nan


def _over(a: float, b: float) -> float:
    return math.inf if math.isinf(a) and math.isfinite(b) else math.log(a / b)


def _range(values: Sequence[float]) -> str:
    return f"{median(values):.3g} ({min(values):.3g} to {max(values):.3g})"


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
        _table4a,
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
        _table4b,
        table4b_checks,
        settled_by=(
            "A loss with bounded slopes saturates without breaking: its samples get "
            "worse, but on small images not as bad as a constant one. In the paper "
            "this loss scores about half of the constant image on MNIST; runs on "
            "MNIST at the paper's scale decide."
        ),
    ),
    "ls_conflict": Claim(
        "LS, centered at 0.5, conflicts with the scaling; the zero-centered LS# does "
        "not",
        "Sec. 4.3, after Table 4 (b)",
        "an LS that does as well as LS# at α = 1e-11",
        "06_fid_against_alpha",
        _both,
        ls_conflict_checks,
    ),
    "ls_reach": Claim(
        "LS fails at a small α where its Lipschitz constant keeps it from its center "
        "0.5/α, and only there",
        "our explanation of Sec. 4.3 on LS, Table 4 (a)",
        "an LS that works below its center, or fails above it",
        "06_fid_against_alpha",
        _table4a,
        ls_reach_checks,
        of_paper=False,
        post_hoc=True,
    ),
    "scaling_range": untested(
        "With domain scaling every loss trains for a wide range of K",
        "Sec. 1; Sec. 4.3",
        "06_fid_against_alpha",
        "only k = 50 and, on page 11, k = 2 are published with a small α; the plane "
        "of k and α, every k from 0.2 to 50, decides.",
    ),
    "table5": Claim(
        "At α = 1e-25 all losses perform alike, WGAN among them",
        "Sec. 4.3 (ii), Table 5",
        "one loss that stands apart at α = 1e-25",
        "07_all_losses_are_one",
        _table5,
        table5_checks,
        changes=(
            Change(
                _DAY,
                "all five work, and the worst is within 1.25 times the best",
                "reproduced",
                "at 1e-25 the losses are one program: the second line could fail only "
                "by an error and no longer decides.",
            ),
        ),
    ),
    "spread_shrinks": Claim(
        "The losses differ less and less as α falls",
        "Sec. 4.3 (i), Tables 4 (a) and 5",
        "losses as far apart at α = 1e-9 as at 1e-3",
        "07_all_losses_are_one",
        _table5_and_4a,
        spread_shrinks_checks,
        changes=(
            Change(
                "2026-11-22",
                "the ratio grows from 1e-25 over 1e-9 and 1e-5 to 0.1",
                "not reproduced",
                "at 0.1 all may be broken alike; replaced while the records were being "
                "trained.",
            ),
            Change(
                _DAY,
                "the ratio of worst to best grows from 1e-25 over 1e-9 to 1e-5",
                "reproduced",
                "1.06, 1.14 and 1.22 lie inside the spread of single seeds, and with "
                "1e-11 and 1e-7 the row is not monotone.",
            ),
        ),
    ),
}
