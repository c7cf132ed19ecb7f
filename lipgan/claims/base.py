"""What a claim is: a statement, the runs it needs, and the criteria that judge them.

A criterion is an ordering, a threshold or a rank correlation, written down before the
runs are made. Our distances are never compared with the paper's in absolute terms: the
feature extractor and the budget differ.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lipgan import experiments
from lipgan.config import Config
from lipgan.runs import Run

Configs = Callable[[str, Sequence[int]], list[Config]]

Answer = float | str


@dataclass(frozen=True)
class Check:
    """One line of evidence: what was asked, what was found, whether it holds.

    Attributes:
        criterion: what was asked, a sentence.
        found: the numbers.
        holds: whether they meet the criterion.
        implementation: whether it could fail only if the code were wrong; such a line
            is shown and decides no verdict.
    """

    criterion: str
    found: str
    holds: bool
    implementation: bool = False


@dataclass(frozen=True)
class Claim:
    """One statement, of the paper unless ``of_paper`` says otherwise.

    Attributes:
        statement: the claim in our words.
        where: section, table or figure of the paper.
        refuted_by: what would speak against it.
        page: name of the notebook that judges it.
        configs: scale and seeds to the runs that are needed; none for a claim that
            closed formulas settle.
        checks: runs to lines of evidence, the decisive one first.
        seeds: how many seeds, from 0, the published evidence holds.
        live: whether ``make book`` trains seed 0 anew, beside the published seeds.
        of_paper: False for statements about other systems, made elsewhere or here.
        settled_by: where verdict and paper disagree, what may explain it and which run
            would decide.
    """

    statement: str
    where: str
    refuted_by: str
    page: str
    configs: Configs
    checks: Callable[[Sequence[Run]], list[Check]]
    seeds: int = 3
    live: bool = False
    of_paper: bool = True
    settled_by: str = ""


def no_runs(scale: str, seeds: Sequence[int]) -> list[Config]:
    """For claims that closed formulas settle."""
    return []


@dataclass(frozen=True)
class Question:
    """What a page asks; its text stands on the page.

    Attributes:
        solve: the runs of the page to the right answer; NaN or an empty text where
            these runs do not hold one.
        hint: where to look, for a wrong answer.
        within: relative error that still counts as right, for a number.
    """

    solve: Callable[[Sequence[Run]], Answer]
    hint: str
    within: float = 0.02


def table3_configs(scale: str, seeds: Sequence[int]) -> list[Config]:
    """The runs behind most claims."""
    return experiments.table3(scale=scale, seeds=seeds)
