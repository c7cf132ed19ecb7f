"""The claims of the paper and the verdict on recorded runs; see ``criteria.py``."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lipgan import criteria, degeneration, experiments
from lipgan.config import Config
from lipgan.criteria import Check
from lipgan.runs import Run, training_seconds

VERDICTS = ("reproduced", "partly", "not reproduced", "not tested")


@dataclass(frozen=True)
class Verdict:
    """The outcome of one claim.

    Attributes:
        status: one of ``VERDICTS``.
        checks: the lines of evidence, the decisive one first.
        seeds: seeds behind the numbers.
        scale: scale of the runs.
        seconds: training time of all cohorts involved.
    """

    status: str
    checks: tuple[Check, ...]
    seeds: tuple[int, ...] = ()
    scale: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Claim:
    """One statement of the paper.

    Attributes:
        statement: the claim in our words.
        where: section, table or figure of the paper.
        refuted_by: what would speak against it.
        page: name of the notebook that judges it.
        configs: scale and seeds to the runs that are needed; none for a claim that
            closed formulas settle.
        checks: runs to lines of evidence, the decisive one first.
    """

    statement: str
    where: str
    refuted_by: str
    page: str
    configs: Callable[[str, Sequence[int]], list[Config]]
    checks: Callable[[Sequence[Run]], list[Check]]


def judge(name: str, runs: Sequence[Run], scale: str = "") -> Verdict:
    """Hold the runs of one claim against its criteria.

    Args:
        name: key of ``CLAIMS``.
        runs: complete set of runs, any number of seeds.
        scale: where there are no runs, the scale that is asked for.

    Returns:
        ``reproduced`` if all checks hold, ``partly`` if the first does, else ``not
        reproduced``; ``not tested`` without runs and for runs at smoke scale.

    Raises:
        ValueError: unknown claim.
    """
    if name not in CLAIMS:
        raise ValueError(f"claim: {name!r} is not one of {', '.join(CLAIMS)}")
    scales = {run.config.scale for run in runs} or {scale}
    if "smoke" in scales or (not runs and CLAIMS[name].configs(scale or "smoke", [0])):
        return Verdict("not tested", (), scale="/".join(sorted(scales)))
    checks = CLAIMS[name].checks(runs)
    status = "reproduced" if all(c.holds for c in checks) else "partly"
    return Verdict(
        status if checks[0].holds else "not reproduced",
        tuple(checks),
        seeds=tuple(sorted({run.config.seed for run in runs})),
        scale="/".join(sorted(scales)),
        seconds=training_seconds(runs),
    )


def _table3(scale: str, seeds: Sequence[int]) -> list[Config]:
    return experiments.table3(scale=scale, seeds=seeds)


def _toys(scale: str, seeds: Sequence[int]) -> list[Config]:
    return [
        config
        for dataset in experiments.FIGURE1_K
        for config in experiments.figure1(dataset, scale, seeds)
    ]


def _no_runs(scale: str, seeds: Sequence[int]) -> list[Config]:
    return []


CLAIMS: dict[str, Claim] = {
    "equation10": Claim(
        "Every loss degenerates to a straight line of slope L'(0) as α → 0",
        "Figure 2, Eqs. 8–10",
        "a loss whose distance from its tangent does not vanish with α",
        "02_degenerate_a_loss",
        _no_runs,
        degeneration.equation10_checks,
    ),
    "alpha_floor": Claim(
        "Scalings below α = 1e-25 cannot be used: they give NaN",
        "Sec. 3.2, after Eq. 10",
        "finite and right slopes below 1e-25 in the arithmetic that was used",
        "02_degenerate_a_loss",
        _no_runs,
        degeneration.alpha_floor_checks,
    ),
    "theorem1": Claim(
        "A Lipschitz constant bounds the domain of the loss and its attainable slopes",
        "Theorem 1, Corollary 1",
        "a network whose scores spread wider than 2 K √d, or a domain that does not "
        "shrink with k",
        "01_bound_the_domain",
        _table3,
        criteria.theorem1_checks,
    ),
    "figure1": Claim(
        "On a 2-D toy every loss works while its domain is nearly linear and fails "
        "when the domain is enlarged",
        "Figure 1",
        "a loss that fails at α = 1e-10, or one with curvature that succeeds at 1e10",
        "03_toy_in_two_dimensions",
        _toys,
        criteria.figure1_checks,
    ),
    "table3": Claim(
        "With a small spectral factor k every loss trains a GAN; with a large one only "
        "WGAN does",
        "Table 3, Sec. 4.2",
        "a loss that fails at k ≤ 1, or COS and EXP working at k ≥ 5",
        "05_fid_against_k_sn",
        _table3,
        criteria.table3_checks,
    ),
    "small_k": Claim(
        "At k ≤ 1 all losses train stably, slightly worse as k falls",
        "Sec. 4.2, first bullet on Table 3",
        "a broken cell at k ≤ 1, or a loss that is better at 0.2 than at 1",
        "05_fid_against_k_sn",
        _table3,
        criteria.small_k_checks,
    ),
    "wgan_small_k": Claim(
        "At k ≤ 1 WGAN is slightly worse than almost all others",
        "Sec. 4.2, second bullet on Table 3",
        "WGAN ahead of two or more losses at two of the four small k",
        "05_fid_against_k_sn",
        _table3,
        criteria.wgan_small_k_checks,
    ),
    "large_k": Claim(
        "At k ≥ 5 WGAN works normally while all others worsen or break",
        "Sec. 4.2, third bullet on Table 3",
        "WGAN getting worse with k, or another loss that does not",
        "05_fid_against_k_sn",
        _table3,
        criteria.large_k_checks,
    ),
    "best_cell": Claim(
        "The best results come from strictly convex, properly restricted losses",
        "Sec. 4.2, fourth bullet on Table 3",
        "WGAN, or a k other than 1, at the top of the table",
        "05_fid_against_k_sn",
        _table3,
        criteria.best_cell_checks,
    ),
}
