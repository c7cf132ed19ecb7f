"""Criteria that closed formulas settle: what domain scaling does to a loss."""

from collections.abc import Sequence

import torch

from lipgan import metrics
from lipgan.claims.base import Change, Check, Claim, no_runs
from lipgan.gan.losses import TABLE1, Term
from lipgan.runs import Run

ROUNDING = 1e-12  # distance from the tangent that float64 arithmetic makes by itself
REACH = 3.0  # scores up to which the degeneration of a loss is looked at
# bfloat16 has float32's range and three digits.
ARITHMETIC = {
    "bfloat16": torch.bfloat16,
    "float32": torch.float32,
    "float64": torch.float64,
}


def equation10_checks(runs: Sequence[Run]) -> list[Check]:
    """Eqs. 8-10: the distance from the tangent vanishes, the slope survives."""
    terms = {
        f"{loss.label} {name}": term
        for loss in TABLE1.values()
        for name, term in loss.terms.items()
    }
    falls = {}
    for name, term in terms.items():
        far, near = (metrics.tangent_distance(term, a, REACH) for a in (1e-3, 1e-4))
        if far > ROUNDING:  # a straight line has no distance to lose
            falls[name] = far / near
    scores = torch.linspace(-REACH, REACH, 101)
    errors = [
        float((term.slope(1e-25 * scores) - term.slope(0 * scores)).abs().max())
        for term in terms.values()
    ]
    return [
        Check(
            "from alpha = 1e-3 to 1e-4 the distance from the tangent falls tenfold, "
            "within 5 %, for every curved term of every loss",
            f"{min(falls.values()):.2f} to {max(falls.values()):.2f} fold in "
            f"{len(falls)} of {len(terms)} terms, the others being straight",
            all(9.5 <= fall <= 10.5 for fall in falls.values()),
            implementation=True,
        ),
        Check(
            f"at alpha = 1e-25 in float32 the slope is L'(0) within 1e-3 for scores up "
            f"to {REACH:g}, for every term",
            f"largest difference {max(errors):.1g}",
            max(errors) <= 1e-3,
            implementation=True,
        ),
    ]


def degenerate_gan_checks(runs: Sequence[Run]) -> list[Check]:
    """Eq. 10 with Table 1: the limit still pushes real and fake scores apart."""
    slopes = {
        loss.label: [
            float(term.slope(torch.zeros(1, dtype=torch.float64)))
            for term in loss.terms.values()
        ]
        for loss in TABLE1.values()
    }
    lost = [k for k, (real, fake, g) in slopes.items() if not (real * fake < 0 and g)]
    return [
        Check(
            "at alpha = 0 the discriminator's two terms push real and fake scores in "
            "opposite directions, and the generator is pushed at all, for every loss",
            f"{len(slopes) - len(lost)} of {len(slopes)}"
            + "".join(
                f", not {k} (real {slopes[k][0] + 0.0:.2g}, fake "
                f"{slopes[k][1] + 0.0:.2g})"
                for k in lost
            ),
            not lost,
        )
    ]


def alpha_floor_checks(runs: Sequence[Run]) -> list[Check]:
    """The paper's remark that alpha below 1e-25 gives NaN, with Eq. 8 as printed."""
    powers = {
        loss.label: smallest_power(loss.d_real, torch.float32)
        for loss in TABLE1.values()
    }
    return [
        Check(
            "in float32 the slope of Eq. 8, as printed, is wrong or not finite for "
            "every loss below alpha = 1e-25",
            "right down to "
            + ", ".join(f"1e{power} ({label})" for label, power in powers.items()),
            min(powers.values()) >= -25,
        )
    ]


def smallest_power(term: Term, dtype: torch.dtype) -> int:
    """Smallest power of ten alpha for which Eq. 8, as printed, has right slopes.

    Right means within 1 % of L'(0) for scores up to ``REACH``; the search goes down
    from 1e-5 and stops at the first failure or at 1e-320.
    """
    scores = torch.linspace(-REACH, REACH, 7, dtype=dtype)
    exact = float(term.slope(torch.zeros(1, dtype=torch.float64)))
    power = -5
    while power > -320:
        slopes = metrics.written_out_slope(term, scores, 10.0 ** (power - 1)).double()
        if not bool(((slopes - exact).abs() <= 0.01 * abs(exact)).all()):
            break
        power -= 1
    return power


CLAIMS: dict[str, Claim] = {
    "equation10": Claim(
        "Every loss degenerates to a straight line of slope L'(0) as α → 0",
        "Figure 2, Eqs. 8–10",
        "a loss whose distance from its tangent does not vanish with α",
        "02_degeneration",
        no_runs,
        equation10_checks,
        changes=(
            Change(
                "2026-11-26",
                "the same two lines, as a verdict",
                "reproduced",
                "calculus proves them for every smooth loss: they check the program.",
            ),
        ),
    ),
    "degenerate_gan": Claim(
        "The straight line that is left of a loss still trains a GAN like WGAN's",
        "Eq. 10 with Table 1; Sec. 4.3",
        "a loss of Table 1 whose limit pushes on one side only",
        "02_degeneration",
        no_runs,
        degenerate_gan_checks,
        post_hoc=True,
        settled_by=(
            "LS's limit is no GAN's loss by its formula, see the remark on LS; the "
            "paper trains LS# in its place."
        ),
    ),
    "alpha_floor": Claim(
        "Scalings below α = 10⁻²⁵ cannot be used: they give NaN",
        "Sec. 3.2, after Eq. 10",
        "finite and right slopes below 1e-25 in the arithmetic that was used",
        "02_degeneration",
        no_runs,
        alpha_floor_checks,
        settled_by=(
            "The paper's NaN must come from another step of its program, for instance "
            "from a loss value near 1e25 that is squared or averaged with other "
            "terms; its code decides."
        ),
    ),
}
