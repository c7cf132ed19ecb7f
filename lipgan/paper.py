"""The claims of the paper and the verdict on recorded runs; see ``criteria.py``."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lipgan import criteria, experiments
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
        configs: scale and seeds to the runs that are needed.
        checks: runs to lines of evidence, the decisive one first.
    """

    statement: str
    where: str
    refuted_by: str
    page: str
    configs: Callable[[str, Sequence[int]], list[Config]]
    checks: Callable[[Sequence[Run]], list[Check]]


def judge(name: str, runs: Sequence[Run]) -> Verdict:
    """Hold the runs of one claim against its criteria.

    Args:
        name: key of ``CLAIMS``.
        runs: complete set of runs, any number of seeds.

    Returns:
        ``reproduced`` if all checks hold, ``partly`` if the first does, else ``not
        reproduced``; ``not tested`` without runs and for runs at smoke scale.

    Raises:
        ValueError: unknown claim.
    """
    if name not in CLAIMS:
        raise ValueError(f"claim: {name!r} is not one of {', '.join(CLAIMS)}")
    scales = {run.config.scale for run in runs}
    if not runs or "smoke" in scales:
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


CLAIMS: dict[str, Claim] = {
    "theorem1": Claim(
        "A Lipschitz constant bounds the domain of the loss and its attainable slopes",
        "Theorem 1, Corollary 1",
        "a network whose scores spread wider than 2 K √d, or a domain that does not "
        "shrink with k",
        "01_bound_the_domain",
        lambda scale, seeds: experiments.table3(scale=scale, seeds=seeds),
        criteria.theorem1_checks,
    ),
    "figure1": Claim(
        "On a 2-D toy every loss works while its domain is nearly linear and fails "
        "when the domain is enlarged",
        "Figure 1",
        "a loss that fails at α = 1e-10, or one with curvature that succeeds at 1e10",
        "03_toy_in_two_dimensions",
        lambda scale, seeds: [
            *experiments.figure1("toy2d", scale, seeds),
            *experiments.figure1("toy2d_ring", scale, seeds),
        ],
        criteria.figure1_checks,
    ),
    "table3": Claim(
        "With small $k_{SN}$ every loss trains a GAN; with large $k_{SN}$ only WGAN "
        "does",
        "Table 3, Sec. 4.2",
        "a loss that fails at k ≤ 1, or COS and EXP working at k ≥ 5",
        "05_fid_against_k_sn",
        lambda scale, seeds: experiments.table3(scale=scale, seeds=seeds),
        criteria.table3_checks,
    ),
}
