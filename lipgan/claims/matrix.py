"""Claims by data sets: one verdict a cell, for the front page and the claims page."""

from collections.abc import Sequence

from lipgan.claims.elsewhere import ELSEWHERE
from lipgan.claims.judge import (
    CLAIMS,
    HOME,
    Remembered,
    Verdict,
    judged,
    needed,
    seeds_of,
)
from lipgan.claims.page import mark
from lipgan.runs.evidence import Evidence, Records

# Columns: data set and scale of the runs that are judged.
COLUMNS: dict[str, tuple[str, str]] = {
    "digits, toys": (HOME, "embedded"),
    "MNIST": ("mnist", "embedded"),
    "CIFAR-10 (JPEG copy)": ("cifar10_jpeg", "embedded"),
    "CelebA": ("celeba", "embedded"),
    "MNIST, paper scale": ("mnist", "paper"),
}
Cell = tuple[str, str]  # claim and column


def matrix(
    evidence: Records, home: dict[str, Verdict], names: Sequence[str] | None = None
) -> dict[Cell, Verdict | None]:
    """The verdict of every claim in every column; None where it has no criteria.

    Args:
        evidence: the published records.
        home: verdicts of the first column, by claim, as they are judged elsewhere.
        names: keys of ``CLAIMS``; None for those of the paper.
    """
    evidence = Remembered.of(evidence)
    if names is None:
        names = [name for name, claim in CLAIMS.items() if claim.of_paper]
    cells: dict[Cell, Verdict | None] = {}
    for name in names:
        for column, (dataset, scale) in COLUMNS.items():
            if dataset == HOME:
                cells[name, column] = home[name]
            elif name in ELSEWHERE.get(dataset, {}):
                cells[name, column] = judged(name, evidence, scale, dataset=dataset)
            else:
                cells[name, column] = None
    return cells


def carried_over(home: dict[str, Verdict]) -> list[str]:
    """The claims that have criteria on other data sets as well, in their order."""
    others = {name for claims in ELSEWHERE.values() for name in claims}
    return [name for name in home if name in others]


def matrix_markdown(cells: dict[Cell, Verdict | None], page: str = "") -> str:
    """The matrix as a table: each verdict links to the lines of evidence behind it.

    A dash stands where a claim has no criteria on a data set.

    Args:
        cells: see ``matrix``.
        page: address of the claims page, empty on that page itself.
    """
    heads = ["claim", *COLUMNS]
    rows = [_row(heads), _row(["---"] * len(heads))]
    for name in dict.fromkeys(name for name, _ in cells):
        claim = CLAIMS[name]
        link = f'<a href="{page}#{anchor(name)}">{claim.statement}</a>'
        own = [_cell(name, column, cells[name, column], page) for column in COLUMNS]
        rows.append(_row([link, *own]))
    return "\n".join(rows)


def verdicts_by_table(evidence: Evidence) -> dict[str, str]:
    """Name of a table of evidence -> what the claims that rest on it came to."""
    found: dict[str, dict[str, str]] = {}
    for name in CLAIMS:
        for dataset, scale in COLUMNS.values():
            if dataset != HOME and name not in ELSEWHERE.get(dataset, {}):
                continue
            verdict = judged(name, evidence, scale, dataset=dataset)
            if not verdict.checks:
                continue
            seed = seeds_of(name, dataset)[:1] or (0,)  # as claims count them
            for config in needed(name, scale, seed, dataset):
                if table := evidence.table_of(config):
                    found.setdefault(table, {})[name] = verdict.status
    return {
        table: ", ".join(f"{name}: {status}" for name, status in own.items())
        for table, own in found.items()
    }


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _cell(name: str, column: str, verdict: Verdict | None, page: str) -> str:
    if verdict is None:
        return "–"
    if not verdict.checks:
        return mark(verdict.status)
    target = anchor(name) if COLUMNS[column][0] == HOME else anchor(name, column)
    return f'<a href="{page}#{target}">{mark(verdict.status)}</a>'


def anchor(name: str, column: str = "") -> str:
    """Where the evidence on a claim, or that of one column, stands on its page."""
    own = "-".join(("", *COLUMNS[column])) if column else ""
    return f"evidence-{name}{own}".replace("_", "-")
