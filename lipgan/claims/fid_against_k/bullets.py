"""The list of Sec. 4.2: four statements about Table 3, and one of its caption."""

import math
from collections.abc import Sequence
from statistics import fmean, median

from lipgan import experiments
from lipgan.claims.base import Change, Check, Claim, table3_configs, untested
from lipgan.claims.measures import cell_medians, constant_distance, is_broken
from lipgan.claims.seeds import Distances, beyond, by_seed, log_ratio, ratio
from lipgan.experiments import TABLE3_SEEDS
from lipgan.gan.losses import LOSSES
from lipgan.runs import Run

LOSS_NAMES = experiments.TABLE3_LOSSES
OTHERS = tuple(loss for loss in LOSS_NAMES if loss != "wgan")
SMALL = tuple(k for k in experiments.TABLE3_K if k <= 1)
LARGE = tuple(k for k in experiments.TABLE3_K if k >= 5)
# Sec. 4.2: a loss "works normally" within this factor of its own k_SN = 1.
NORMAL_FACTOR = 1.25
# "Slightly": the paper's own prices of k = 0.2 lie between 1.16 and 3.96, those of
# WGAN against another loss below 1.85, and worst over best at k <= 1 below 1.85.
PRICE, PRICE_CAP = 1.1, 4.0
LAG_CAP, SIMILAR_CAP = 2.0, 2.0


def _tables(runs: Sequence[Run]) -> list[Distances]:
    return by_seed(runs, "loss", "lipschitz_k")


def small_k_checks(runs: Sequence[Run]) -> list[Check]:
    """Sec. 4.2, first bullet: every loss trains at k <= 1, a little worse at 0.2."""
    medians, constant = cell_medians(runs), constant_distance(runs)
    small = {cell: d for cell, d in medians.items() if cell[1] <= 1}
    working = [cell for cell, d in small.items() if not is_broken(d, constant)]
    prices = {k: medians[k, 0.2] / medians[k, 1.0] for k in LOSS_NAMES}
    pooled = [
        fmean(log_ratio(own[k, 0.2], own[k, 1.0]) for k in LOSS_NAMES)
        for own in _tables(runs)
    ]
    return [
        Check(
            f"all {len(small)} cells with k of at most 1 work",
            f"{len(working)} of {len(small)}",
            len(working) == len(small),
        ),
        Check(
            f"k = 0.2 costs at least {PRICE:g} times the distance at k = 1, geometric "
            "mean over the losses, beyond the spread over seeds",
            ratio(pooled),
            beyond(pooled, math.log(PRICE)),
        ),
        Check(
            f"and for no loss more than {PRICE_CAP:g} times, the paper's own largest "
            "price: that much is 'slightly'",
            ", ".join(f"{LOSSES[k].label} {v:.2f}" for k, v in prices.items()),
            max(prices.values()) <= PRICE_CAP,
        ),
    ]


def similar_checks(runs: Sequence[Run]) -> list[Check]:
    """Caption of Table 3: at k <= 1 all losses perform alike."""
    medians = cell_medians(runs)
    spread = {k: _worst_over_best(medians, LOSS_NAMES, k) for k in SMALL}
    centered = [loss for loss in LOSS_NAMES if loss != "ls"]
    without = {k: _worst_over_best(medians, centered, k) for k in SMALL}
    return [
        Check(
            f"at each k of at most 1 the worst loss is within {SIMILAR_CAP:g} times "
            "the best",
            _by_k(spread),
            max(spread.values()) <= SIMILAR_CAP,
        ),
        Check(
            "so it is among the losses whose center is 0, all but LS",
            _by_k(without),
            max(without.values()) <= SIMILAR_CAP,
        ),
    ]


def _worst_over_best(medians: dict, losses: Sequence[str], k: float) -> float:
    column = [medians[loss, k] for loss in losses]
    return max(column) / min(column)


def _by_k(values: dict[float, float]) -> str:
    return ", ".join(f"{v:.2f} at k={k:g}" for k, v in values.items())


def wgan_small_k_checks(runs: Sequence[Run]) -> list[Check]:
    """Sec. 4.2, second bullet: at k <= 1 WGAN trails almost all others."""
    tables = _tables(runs)
    lags = {
        loss: [
            fmean(log_ratio(own["wgan", k], own[loss, k]) for k in SMALL)
            for own in tables
        ]
        for loss in OTHERS
    }
    behind = [loss for loss, lag in lags.items() if beyond(lag)]
    sizes = [math.exp(median(lag)) for lag in lags.values()]
    found = "; ".join(f"{LOSSES[k].label} {ratio(v)}" for k, v in lags.items())
    return [
        Check(
            "WGAN is worse than at least three of the four other losses, geometric "
            "mean over the four small k, beyond the spread over seeds",
            f"worse than {len(behind)}; WGAN over {found}",
            len(behind) >= 3,
        ),
        Check(
            f"and by no more than {LAG_CAP:g} times: 'slightly'",
            f"largest {max(sizes):.2f}",
            max(sizes) <= LAG_CAP,
        ),
    ]


def large_k_checks(runs: Sequence[Run]) -> list[Check]:
    """Sec. 4.2, third bullet: at k >= 5 WGAN works normally, the others get worse."""
    medians = cell_medians(runs)
    ratios = {
        loss: [medians[loss, k] / medians[loss, 1.0] for k in LARGE]
        for loss in LOSS_NAMES
    }
    wgan = ratios.pop("wgan")
    worse = sum(r > NORMAL_FACTOR for column in ratios.values() for r in column)
    cells = sum(len(column) for column in ratios.values())
    return [
        Check(
            f"at k = 5, 10, 50 WGAN stays within {NORMAL_FACTOR:g} times its k = 1",
            "ratios " + ", ".join(f"{r:.2f}" for r in wgan),
            max(wgan) <= NORMAL_FACTOR,
        ),
        Check(
            f"there all others are worse than {NORMAL_FACTOR:g} times their k = 1",
            f"{worse} of {cells} cells",
            worse == cells,
        ),
    ]


def best_cell_checks(runs: Sequence[Run]) -> list[Check]:
    """Sec. 4.2, fourth bullet: convex and restricted is best."""
    medians = cell_medians(runs)
    loss, k = min(medians, key=lambda cell: medians[cell])
    wgan_k = min(experiments.TABLE3_K, key=lambda k: medians["wgan", k])
    lead = [log_ratio(own["wgan", wgan_k], own[loss, k]) for own in _tables(runs)]
    return [
        Check(
            "the best of all 35 cells has k = 1 and a loss other than WGAN (true of "
            "the paper's CIFAR-10 and CelebA; on its MNIST WGAN at k = 10 leads)",
            f"{LOSSES[loss].label} at k = {k:g} ({medians[loss, k]:.3g})",
            loss != "wgan" and k == 1.0,
        ),
        Check(
            "it beats WGAN at the best of its k beyond the spread over seeds",
            f"WGAN at k = {wgan_k:g} over it: {ratio(lead)}",
            beyond(lead),
        ),
    ]


_PAGE, _DAY = "05_fid_against_k", "2026-11-26"

CLAIMS: dict[str, Claim] = {
    "small_k": Claim(
        "At k ≤ 1 all losses train stably, slightly worse as k falls",
        "Sec. 4.2, first bullet on Table 3",
        "a broken cell at k ≤ 1, or a loss whose price of a small k is large",
        _PAGE,
        table3_configs,
        small_k_checks,
        seeds=TABLE3_SEEDS,
        live=True,
        settled_by=(
            "LS has to lift all scores to 0.5, which a small k makes hard: it pays "
            "most in the paper's CelebA column as well. On digits 100,000 steps at "
            "the paper's learning rate do not mend it; the authors' networks would "
            "tell."
        ),
        changes=(
            Change(
                _DAY,
                "every loss is worse at k = 0.2 than at k = 1, by whatever factor",
                "reproduced",
                "it knew no 'slightly': LS pays 5.25 times, and any factor above 1 "
                "passed, be it smaller than the spread over seeds.",
            ),
        ),
    ),
    "similar_small_k": Claim(
        "At k ≤ 1 all losses have similar performance",
        "Table 3, caption",
        "a loss that stands apart at some k ≤ 1",
        _PAGE,
        table3_configs,
        similar_checks,
        seeds=TABLE3_SEEDS,
        live=True,
        post_hoc=True,
        settled_by="as above: LS at small k, in the authors' networks.",
    ),
    "wgan_small_k": Claim(
        "At k ≤ 1 WGAN is slightly worse than almost all others",
        "Sec. 4.2, second bullet on Table 3",
        "two losses that WGAN does not trail, or one that it trails far",
        _PAGE,
        table3_configs,
        wgan_small_k_checks,
        seeds=TABLE3_SEEDS,
        live=True,
        changes=(
            Change(
                _DAY,
                "WGAN is worse than at least three of four losses at three or more of "
                "the four small k, counting medians",
                "reproduced",
                "the paper's CIFAR-10 column fails it, and single seeds passed it in 3 "
                "of 5: near-ties were counted as if they were differences.",
            ),
        ),
    ),
    "wgan_shifts": untested(
        "At k ≤ 1 WGAN is worse because its domain shifts",
        "Sec. 4.2, second bullet on Table 3 (an explanation)",
        _PAGE,
        "WGAN with its scores held around 0, by a drift penalty or by subtracting the "
        "batch mean: the lag must go with the shift.",
    ),
    "large_k": Claim(
        "At k ≥ 5 WGAN works normally while all others worsen or break",
        "Sec. 4.2, third bullet on Table 3",
        "WGAN getting worse with k, or another loss that does not",
        _PAGE,
        table3_configs,
        large_k_checks,
        seeds=TABLE3_SEEDS,
        live=True,
    ),
    "wgan_scale_free": untested(
        "WGAN does not care for K because ReLU and RMSProp ignore the scale of a "
        "gradient",
        "Sec. 4.2, third bullet on Table 3 (an explanation)",
        _PAGE,
        "the same cells under plain gradient descent, which does feel the scale.",
    ),
    "best_cell": Claim(
        "The best results come from strictly convex, properly restricted losses",
        "Sec. 4.2, fourth bullet on Table 3",
        "WGAN, or a k other than 1, at the top of the table",
        _PAGE,
        table3_configs,
        best_cell_checks,
        seeds=TABLE3_SEEDS,
        live=True,
        changes=(
            Change(
                _DAY,
                "the best of all 35 cells has k = 1 and a loss other than WGAN",
                "reproduced",
                "the paper's MNIST column fails it, which it did not say, and a lead "
                "smaller than the spread over seeds would have passed.",
            ),
        ),
    ),
}
