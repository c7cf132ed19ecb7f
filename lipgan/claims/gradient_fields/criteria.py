"""What Zhou et al. 2019 say about the gradients of constrained critics."""

import math
from collections.abc import Sequence

from lipgan import experiments
from lipgan.claims import domains, measures
from lipgan.claims.base import Check, Claim
from lipgan.claims.domains import LATE
from lipgan.claims.measures import grouped
from lipgan.config import Config
from lipgan.gan.losses import LOSSES
from lipgan.gan.regularizers import REGULARIZERS
from lipgan.runs import Run

INFORMS = 0.8  # mean cosine from which a gradient counts as pointing to the data
FIXED = 1.0  # widths of Omega: a center that moves less keeps the domains together
STRICT_CRITICS = ("ns", "lgan_sqrt", "exp")  # the same, for a critic without generator
CONTROLLED = tuple(k for k in experiments.FIELD_REGULARIZERS if k != "none")


def field_configs(scale: str, seeds: Sequence[int]) -> list[Config]:
    """Critics of a frozen generator, with and without regularizer."""
    return experiments.gradient_fields(scale=scale, seeds=seeds)


def cosine(run: Run) -> float:
    """How well the score's gradient points to the data; 0 for a run that diverged."""
    return 0.0 if run.diverged else measures.metric(run, "gradient_cosine")


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


CLAIMS: dict[str, Claim] = {
    "gradients_inform": Claim(
        "With a Lipschitz constraint the critic's gradient at a generated sample "
        "points to the data, for every loss; without one it does not",
        "Zhou et al., abstract (gradient of the optimal discriminator)",
        "a constrained critic whose gradients point elsewhere, or a free one whose "
        "gradients do as well",
        "12_gradient_fields",
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
        "12_gradient_fields",
        field_configs,
        unique_critic_checks,
        of_paper=False,
    ),
}
