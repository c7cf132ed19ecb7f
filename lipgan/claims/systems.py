"""What the abstracts of three other systems claim, as far as it can be tested here."""

import math
from collections.abc import Callable, Sequence
from statistics import median

from lipgan import domains, experiments, measures
from lipgan.claims.base import Check, Claim
from lipgan.config import Config
from lipgan.losses import LOSSES
from lipgan.regularizers import REGULARIZERS
from lipgan.runs import Run

INFORMS = 0.8  # mean cosine from which a gradient counts as pointing to the data
FIXED = 1.0  # widths of Omega: a center that moves less keeps the domains together
LATE = 0.5  # the second half of training
COMPETITIVE = 2.0  # times the distance of the better of SN and GP
GAIN = 1.25  # times: what counts as a difference between two distances
PLATEAU = 0.05  # a slope nearer to 0 than this is one of a plateau
STRICT = ("lgan_log", "lgan_sqrt", "lgan_exp")  # strictly convex objectives
STRICT_CRITICS = ("ns", "lgan_sqrt", "exp")  # the same, for a critic without generator
CONTROLLED = tuple(k for k in experiments.FIELD_REGULARIZERS if k != "none")


def field_configs(scale: str, seeds: Sequence[int]) -> list[Config]:
    """Critics of a frozen generator, with and without regularizer."""
    return experiments.gradient_fields(scale=scale, seeds=seeds)


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


def cosine(run: Run) -> float:
    """How well the score's gradient points to the data; 0 for a run that diverged."""
    return 0.0 if run.diverged else measures.metric(run, "gradient_cosine")


def grouped(
    runs: Sequence[Run], measure: Callable[[Run], float], *fields: str
) -> dict[tuple, float]:
    """Values of these config fields -> median of a measure, NaN left out."""
    groups: dict[tuple, list[float]] = {}
    for run in runs:
        value = measure(run)
        if not math.isnan(value):
            key = tuple(getattr(run.config, field) for field in fields)
            groups.setdefault(key, []).append(value)
    return {key: median(values) for key, values in groups.items()}


def gradients_inform_checks(runs: Sequence[Run]) -> list[Check]:
    """With Lipschitz control the gradient points to the data; without, it does not."""
    cosines = grouped(runs, cosine, "regularizer")
    with_control = {k: cosines[k,] for k in CONTROLLED}
    without = cosines["none",]
    cells = grouped(runs, cosine, "regularizer", "loss")
    informed = [v >= INFORMS for (k, _), v in cells.items() if k != "none"]
    found = ", ".join(
        f"{REGULARIZERS[k].label} {v:.2f}" for k, v in with_control.items()
    )
    return [
        Check(
            f"under every regularizer the mean cosine with the optimal transport "
            f"direction is at least {INFORMS:g}, median over losses and seeds",
            f"{found}; {sum(informed)} of {len(informed)} single cells",
            min(with_control.values()) >= INFORMS,
        ),
        Check(
            "without a regularizer it is lower than under any of them",
            f"{without:.2f}",
            without < min(with_control.values()),
        ),
    ]


def unique_critic_checks(runs: Sequence[Run]) -> list[Check]:
    """Strictly convex objectives hold the critic in place; WGAN's drifts."""
    own = [r for r in runs if r.config.regularizer == "maxgp" and not r.diverged]
    moves = grouped(own, lambda run: domains.wander(run, LATE), "loss")
    found = ", ".join(f"{LOSSES[k].label} {v:.3g}" for (k,), v in moves.items())
    strict = [moves.get((loss,), math.inf) for loss in STRICT_CRITICS]
    return [
        Check(
            "under MaxGP the center of the scores moves less than a width of Omega in "
            "the second half of training, for NS (their log), sqrt and EXP",
            f"widths: {found}",
            max(strict) < FIXED,
        ),
        Check(
            "WGAN's moves farther than that of each of them",
            f"WGAN {moves['wgan',]:.3g}, of the three at most {max(strict):.3g}",
            moves["wgan",] > max(strict),
        ),
    ]


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
    "gradients_inform": Claim(
        "With a Lipschitz constraint the critic's gradient at a generated sample "
        "points to the data, for every loss; without one it does not",
        "Zhou et al., abstract (gradient of the optimal discriminator)",
        "a constrained critic whose gradients point elsewhere, or a free one whose "
        "gradients do as well",
        "12_gradients_that_inform",
        field_configs,
        gradients_inform_checks,
        of_paper=False,
        settled_by="the statement is about optimal critics that are Lipschitz "
        "everywhere. Wider networks and longer training would show whether a free "
        "critic loses its direction, and a larger reach whether ALP gains one.",
    ),
    "unique_critic": Claim(
        "Strictly convex objectives have one critic, which stays in place; WGAN's "
        "drifts",
        "Zhou et al., abstract (stable outputs of the discriminator)",
        "an objective of the family whose critic keeps moving, or a WGAN critic that "
        "stays",
        "12_gradients_that_inform",
        field_configs,
        unique_critic_checks,
        of_paper=False,
    ),
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
