"""What the abstracts of three other systems claim, as far as it can be tested here."""

import math
from collections.abc import Sequence
from statistics import median

from lipgan import experiments
from lipgan.claims import domains, measures
from lipgan.claims.base import Check, Claim
from lipgan.claims.domains import LATE
from lipgan.claims.measures import grouped
from lipgan.config import Config
from lipgan.gan.losses import LOSSES
from lipgan.runs import Run

COMPETITIVE = 2.0  # times the distance of the better of SN and GP
GAIN = 1.25  # times: what counts as a difference between two distances
PLATEAU = 0.05  # a slope nearer to 0 than this is one of a plateau
STRICT = ("lgan_log", "lgan_sqrt", "lgan_exp")  # strictly convex objectives


def lgan_configs(scale: str, seeds: Sequence[int]) -> list[Config]:
    """Five objectives under MaxGP at three weights."""
    return experiments.lgan(scale=scale, seeds=seeds)


def alr_configs(scale: str, seeds: Sequence[int]) -> list[Config]:
    """WGAN under SN, GP and ALP at three strengths each."""
    return [
        config
        for config in experiments.roads(scale=scale, seeds=seeds, losses=["wgan"])
        if config.regularizer in ("sn", "gp", "alp")
    ]


def gran_configs(scale: str, seeds: Sequence[int]) -> list[Config]:
    """GraN's K under two optimizers."""
    return experiments.gran_k(scale=scale, seeds=seeds)


def lgan_checks(runs: Sequence[Run]) -> list[Check]:
    """Other objectives under MaxGP beat WGAN's, with steadier critics."""
    distances = measures.distances_by(runs, "loss", "penalty_weight")
    best = {
        loss: min(median(v) for (name, _), v in distances.items() if name == loss)
        for loss in experiments.LGAN_LOSSES
    }
    sound = [r for r in runs if not r.diverged]
    moves = grouped(sound, lambda run: domains.wander(run, LATE), "loss")
    strict = [moves.get((loss,), math.inf) for loss in STRICT]
    return [
        Check(
            "at its best weight each of log, sqrt and exp has a smaller distance than "
            "WGAN at its best",
            ", ".join(f"{LOSSES[k].label} {v:.3g}" for k, v in best.items()),
            max(best[loss] for loss in STRICT) < best["wgan"],
        ),
        Check(
            "the center of their scores moves less, in widths of Omega, in the second "
            "half of training",
            ", ".join(f"{LOSSES[k].label} {v:.2g}" for (k,), v in moves.items()),
            max(strict) < moves.get(("wgan",), -math.inf),
        ),
    ]


def alr_checks(runs: Sequence[Run]) -> list[Check]:
    """An explicit Lipschitz penalty trains WGAN, about as well as SN and GP do."""
    distances = {
        key: median(values)
        for key, values in measures.distances_by(
            runs, "regularizer", "lipschitz_k"
        ).items()
    }
    best = {
        name: min(v for (own, _), v in distances.items() if own == name)
        for name in ("sn", "gp", "alp")
    }
    constant = measures.constant_distance(runs)
    rival = min(best["sn"], best["gp"])
    return [
        Check(
            "WGAN with ALP works at its best k",
            f"distance {best['alp']:.3g}, a black image {constant:.3g}",
            not measures.is_broken(best["alp"], constant),
        ),
        Check(
            f"its distance is within {COMPETITIVE:g} times the better of SN's and GP's",
            f"SN {best['sn']:.3g}, GP {best['gp']:.3g}, ALP {best['alp']:.3g}",
            best["alp"] <= COMPETITIVE * rival,
        ),
    ]


def smallest_push(run: Run) -> float:
    """The loss gradient nearest to 0 that a fake sample gets, median over training."""
    return min(abs(domains.typical(run, f"slope_fake_{end}")) for end in ("min", "max"))


def gran_checks(runs: Sequence[Run]) -> list[Check]:
    """GraN's K is worth tuning, and decides about plateaus under Adam."""
    distances = {
        key: median(values)
        for key, values in measures.distances_by(
            runs, "loss", "optimizer", "lipschitz_k"
        ).items()
    }
    gains = {}
    for loss in experiments.GRAN_LOSSES:
        for rule in experiments.GRAN_OPTIMIZERS:
            best = min(distances[loss, rule, k] for k in experiments.GRAN_K)
            gains[loss, rule] = distances[loss, rule, 1.0] / best
    ends = min(experiments.GRAN_K), max(experiments.GRAN_K)
    adam = [r for r in runs if (r.config.loss, r.config.optimizer) == ("ns", "adam")]
    push = grouped(adam, smallest_push, "lipschitz_k")
    flat, steep = (push.get((k,), math.nan) for k in ends)
    best = min(distances["ns", "adam", k] for k in experiments.GRAN_K)
    cost = distances["ns", "adam", ends[1]] / best
    return [
        Check(
            f"the best K beats K = 1 by a factor of {GAIN:g} for at least half of the "
            "pairs of loss and optimizer",
            ", ".join(
                f"{LOSSES[k].label} {rule} {v:.3g}" for (k, rule), v in gains.items()
            ),
            2 * sum(v >= GAIN for v in gains.values()) >= len(gains),
        ),
        Check(
            f"under Adam a large K puts NS on a plateau (slopes below {PLATEAU:g}), "
            "a small one does not",
            f"nearest to 0: {flat:.3g} at K = {ends[0]:g}, {steep:.3g} at {ends[1]:g}",
            steep < PLATEAU <= flat,
        ),
        Check(
            f"and there its distance is at least {GAIN:g} times its best",
            f"{cost:.3g} times",
            cost >= GAIN,
        ),
    ]


CLAIMS: dict[str, Claim] = {
    "lgan_beats_wgan": Claim(
        "Under MaxGP other objectives give better samples than WGAN's, and steadier "
        "critics",
        "Zhou et al., abstract",
        "an objective of the family that is worse than WGAN",
        "system_lgan",
        lgan_configs,
        lgan_checks,
        of_paper=False,
        settled_by="five critic updates per step and Adam, as the authors trained.",
    ),
    "alr_viable": Claim(
        "Penalizing violations of the Lipschitz condition themselves is viable and "
        "competitive for WGAN",
        "Terjék 2020, abstract",
        "a WGAN-ALP that fails at every strength, or far behind SN and GP",
        "system_alr",
        alr_configs,
        alr_checks,
        of_paper=False,
    ),
    "gran_k": Claim(
        "GraN's K is worth tuning, and under Adam its large values meet plateaus of "
        "the loss",
        "Bhaskara et al. 2022, abstract",
        "a distance that does not depend on K, or plateaus without consequence",
        "system_gran",
        gran_configs,
        gran_checks,
        of_paper=False,
        settled_by="the authors' epsilon, optimizer and residual networks, none of "
        "which could be read; WGAN under GraN needs them most.",
    ),
}
