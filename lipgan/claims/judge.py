"""The verdict on a claim, from recorded runs; the claims are in ``lipgan.claims``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lipgan.claims import CLAIMS
from lipgan.claims.base import Check, Claim
from lipgan.claims.elsewhere import ELSEWHERE, OnData
from lipgan.config import Config
from lipgan.runs import Run, RunStore, training_seconds
from lipgan.runs.evidence import Evidence, Records
from lipgan.sweep import load_known

HOME = "digits"  # the data set, or the points, that CLAIMS speak of
SEEDS = range(10)  # that are looked for in a store
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


def needed(
    name: str, scale: str, seeds: Sequence[int], dataset: str = HOME
) -> list[Config]:
    """The runs that a claim is judged by, on a data set; none for closed formulas.

    Raises:
        ValueError: unknown claim, or one without criteria on this data set.
    """
    return _judged(name, dataset).configs(scale, seeds)


def bearing(name: str, scale: str, dataset: str = HOME) -> list[Config]:
    """Further runs that count as well, where all are at hand.

    None for a data set without criteria of its own.
    """
    if dataset != HOME and name not in ELSEWHERE.get(dataset, {}):
        return []
    return _judged(name, dataset).bearing(scale)


def seeds_of(name: str, dataset: str = HOME) -> tuple[int, ...]:
    """The seeds that the published evidence on a claim holds."""
    if dataset == HOME:
        return tuple(range(CLAIMS[name].seeds))
    return ELSEWHERE[dataset][name].seeds


def judge(
    name: str, runs: Sequence[Run], scale: str = "", dataset: str = HOME
) -> Verdict:
    """Hold the runs of one claim against its criteria.

    Args:
        name: key of ``CLAIMS``.
        runs: complete set of runs, any number of seeds.
        scale: where there are no runs, the scale that is asked for.
        dataset: whose criteria count: those of ``CLAIMS``, or of ``ELSEWHERE``.

    Returns:
        ``reproduced`` if all checks hold, ``partly`` if the first does, else ``not
        reproduced``; ``not tested`` without runs and for runs at smoke scale. Checks of
        the implementation and those that the runs cannot decide do not count; where
        there are no others: ``not tested``.

    Raises:
        ValueError: unknown claim, or one without criteria on this data set.
    """
    claim = _judged(name, dataset)
    scales = {run.config.scale for run in runs} or {scale}
    if "smoke" in scales or (not runs and claim.configs(scale or "smoke", [0])):
        return Verdict("not tested", (), scale="/".join(sorted(scales)))
    checks = claim.checks(runs)
    return Verdict(
        _status(checks),
        tuple(checks),
        seeds=tuple(sorted({run.config.seed for run in runs})),
        scale="/".join(sorted(scales)),
        seconds=training_seconds(runs),
    )


def judged(
    name: str,
    store: Records,
    scale: str,
    seeds: Sequence[int] | None = None,
    dataset: str = HOME,
) -> Verdict:
    """The verdict on one claim from those seeds whose runs are all in the store."""
    runs: dict[Config, Run] = {}  # by config: seeds may share some
    if seeds is None:
        seeds = SEEDS if dataset == HOME else seeds_of(name, dataset)
    if not needed(name, scale, [0], dataset):
        return judge(name, [], scale, dataset)
    for seed in seeds:
        configs = needed(name, scale, [seed], dataset)
        known = load_known(configs, store)
        if len(known) == len(configs):
            runs |= {run.config: run for run in known}
    others = bearing(name, scale, dataset) if runs else []
    known = load_known(others, store)
    if len(known) == len(others):
        runs |= {run.config: run for run in known}
    return judge(name, list(runs.values()), scale, dataset)


def counted(
    verdicts: Mapping[str, Verdict], names: Sequence[str], *, none: bool = True
) -> str:
    """How many of these claims have which verdict.

    Args:
        verdicts: by claim.
        names: of those that count.
        none: whether a verdict that no claim has is counted as well.
    """
    found = [verdicts[name].status for name in names]
    counts = {status: found.count(status) for status in VERDICTS}
    return ", ".join(f"{n} {status}" for status, n in counts.items() if n or none)


def judge_parts(
    parts: Mapping[str, Sequence[Run]], scale: str, dataset: str
) -> dict[str, Verdict]:
    """The verdicts of a page whose claims look at different parts of its runs.

    Args:
        parts: claim -> the runs that it needs on ``HOME``. On a data set with its own
            criteria, those among them count that these need, and claims without any
            are left out.
        scale: see ``judge``.
        dataset: whose runs these are.
    """
    home = dataset if dataset in ELSEWHERE else HOME
    verdicts = {}
    for name in with_criteria(list(parts), home):
        runs = parts[name]
        if home != HOME:
            seeds = sorted({run.config.seed for run in runs})
            wanted = {*needed(name, scale, seeds, home), *bearing(name, scale, home)}
            runs = [run for run in runs if run.config in wanted]
        verdicts[name] = judge(name, runs, scale, home)
    return verdicts


def judge_page(
    names: Sequence[str], runs: Sequence[Run], scale: str, dataset: str
) -> dict[str, Verdict]:
    """The verdicts of a page, by the criteria of its data set where it has its own.

    Args:
        names: keys of ``CLAIMS``; those without criteria on the data set are left out.
        runs: see ``judge``.
        scale: see ``judge``.
        dataset: whose runs these are.
    """
    return judge_parts(dict.fromkeys(names, runs), scale, dataset)


def with_criteria(names: Sequence[str], dataset: str) -> list[str]:
    """The claims that have criteria on a data set."""
    return [name for name in names if name in ELSEWHERE.get(dataset, CLAIMS)]


def _judged(name: str, dataset: str) -> Claim | OnData:
    """What says how a claim is judged on a data set."""
    if name not in CLAIMS:
        raise ValueError(f"claim: {name!r} is not one of {', '.join(CLAIMS)}")
    if dataset == HOME:
        return CLAIMS[name]
    if name not in ELSEWHERE.get(dataset, {}):
        raise ValueError(f"dataset: claim {name!r} has no criteria on {dataset!r}")
    return ELSEWHERE[dataset][name]


def counts(check: Check) -> bool:
    """Whether a line of evidence bears on the verdict."""
    return not (check.implementation or check.untestable)


def _status(checks: Sequence[Check]) -> str:
    """The verdict that these lines of evidence amount to."""
    counted = [check.holds for check in checks if counts(check)]
    if not counted:
        return "not tested"
    if not counted[0]:
        return "not reproduced"
    return "reproduced" if all(counted) else "partly"


class Remembered(RunStore):
    """Reads every record once: many claims share their runs."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.ids, self.load = cache(super().ids), cache(super().load)  # type: ignore[method-assign]

    @classmethod
    def of(cls, store: Records) -> Records:
        """The store itself if it remembers what it read, else one that does."""
        return store if isinstance(store, cls | Evidence) else cls(store.path)
