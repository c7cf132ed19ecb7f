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
Bearing = Callable[[str], list[Config]]

Answer = float | str


def no_further_runs(_scale: str) -> list[Config]:
    """The ``Bearing`` of a claim that its own runs settle."""
    return []


@dataclass(frozen=True)
class Check:
    """One line of evidence: what was asked, what was found, whether it holds.

    Attributes:
        criterion: what was asked, a sentence.
        found: the numbers.
        holds: whether they meet the criterion.
        implementation: whether it could fail only if the code were wrong; such a line
            is shown and decides no verdict.
        untestable: why these runs cannot decide, if they cannot; such a line is shown
            and decides no verdict either.
    """

    criterion: str
    found: str
    holds: bool
    implementation: bool = False
    untestable: str = ""


@dataclass(frozen=True)
class Change:
    """A criterion that was replaced although its runs were known.

    Attributes:
        day: of the change, ISO 8601.
        before: the criterion that was replaced.
        verdict: what it had given on the published records.
        why: what was wrong with it.
    """

    day: str
    before: str
    verdict: str
    why: str


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
        bearing: scale to further runs, of no matter which seed, that count where all
            are at hand.
        live: whether ``make book`` trains seed 0 anew, beside the published seeds.
        of_paper: False for statements about other systems, made elsewhere or here.
        settled_by: where verdict and paper disagree, what may explain it and which run
            would decide.
        post_hoc: whether the criterion was written when its runs were known; that of a
            claim with ``changes`` always was.
        changes: criteria that were replaced, the last one last.
    """

    statement: str
    where: str
    refuted_by: str
    page: str
    configs: Configs
    checks: Callable[[Sequence[Run]], list[Check]]
    seeds: int = 3
    bearing: Bearing = no_further_runs
    live: bool = False
    of_paper: bool = True
    settled_by: str = ""
    post_hoc: bool = False
    changes: tuple[Change, ...] = ()


def no_runs(scale: str, seeds: Sequence[int]) -> list[Config]:
    """For claims that closed formulas settle."""
    return []


def untested(statement: str, where: str, page: str, settled_by: str) -> Claim:
    """A statement that no published run can judge, with the run that would."""

    def checks(runs: Sequence[Run]) -> list[Check]:
        return [Check("none yet", "no published run", False, untestable=settled_by)]

    return Claim(
        statement=statement,
        where=where,
        refuted_by="see what would settle it",
        page=page,
        configs=no_runs,
        checks=checks,
        settled_by=settled_by,
    )


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


def figure4_configs(scale: str, seeds: Sequence[int]) -> list[Config]:
    """Three losses under two regularizers at four values of k, GP's critic faster."""
    return experiments.image_domains("digits", scale, seeds)
