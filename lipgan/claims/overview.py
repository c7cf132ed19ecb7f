"""The claims page: claims by data sets, then every claim with its evidence, folded."""

from lipgan.claims.judge import CLAIMS, Remembered, Verdict, counted, judged
from lipgan.claims.matrix import (
    COLUMNS,
    Cell,
    anchor,
    matrix,
    matrix_markdown,
)
from lipgan.claims.numerals import in_symbols
from lipgan.claims.page import (
    badge,
    evidence_markdown,
    folded,
    in_a_box,
    legend,
    listed,
)
from lipgan.runs import RunStore
from lipgan.runs.evidence import Records

CHANGED = (
    "Where runs are known, a criterion is replaced only in the open: the old one, its "
    "verdict and the reason stay here, by day."
)


def claim_verdicts(
    own: RunStore, scale: str, evidence: Records | None = None
) -> tuple[dict[str, Verdict], dict[str, Verdict]]:
    """Verdicts on all claims by name: those that count, and those of `own` alone.

    Args:
        own: records made here.
        scale: whose runs are judged.
        evidence: the published records, if any; they count where they are complete.
    """
    own_runs = Remembered.of(own)
    evidence = evidence and Remembered.of(evidence)
    mine = {name: judged(name, own_runs, scale) for name in CLAIMS}
    verdicts = dict(mine)
    for name in CLAIMS:
        published = judged(name, evidence, scale) if evidence else mine[name]
        if published.checks:
            verdicts[name] = published
    return verdicts, mine


def claims_page(
    cells: dict[Cell, Verdict | None],
    mine: dict[str, Verdict],
    scale: str,
) -> str:
    """The claims page.

    Args:
        cells: verdicts by claim and column, of all claims, see ``matrix``.
        mine: verdicts on what was trained here, by claim.
        scale: whose runs the first column judges.
    """
    home = next(iter(COLUMNS))
    verdicts = {name: v for (name, column), v in cells.items() if v and column == home}
    of_paper = [name for name in CLAIMS if CLAIMS[name].of_paper]
    others = [name for name in CLAIMS if not CLAIMS[name].of_paper]
    lines = [
        "# The claims and their verdicts",
        "",
        "Every mark is computed from the run records when the book is built, and "
        f"opens the evidence behind it. {legend()}; – no criterion.",
    ]
    parts = {
        "The paper": of_paper,
        "Beyond the paper": others,
    }
    for title, names in parts.items():
        counts = counted(verdicts, names)
        lines += ["", f"## {title}", "", f"On {home}, scale `{scale}`: {counts}.", ""]
        chosen = {cell: v for cell, v in cells.items() if cell[0] in names}
        lines += [matrix_markdown(chosen)]
    lines += ["", "## The evidence, claim by claim"]
    for name in CLAIMS:
        judged_on = {c: v for c in COLUMNS if (v := cells[name, c]) and v.checks}
        lines += ["", _block(name, verdicts[name], judged_on, mine[name])]
    lines += ["", "## Criteria that were changed", "", CHANGED, "", _folded_changes()]
    return "\n".join(lines) + "\n"


def _block(
    name: str, verdict: Verdict, judged_on: dict[str, Verdict], mine: Verdict
) -> str:
    """One claim, folded: its evidence in every column, and what is known beside it."""
    claim, (home, *_) = CLAIMS[name], COLUMNS
    facts = [in_symbols(f"What would refute it: {claim.refuted_by}.")]
    seconds = sum(v.seconds for v in judged_on.values())
    if seconds:
        facts.append(f"Training took {seconds / 60:.1f} min.")
    if mine.seeds and mine.checks:
        own = f"{badge(mine.status)}, {listed(mine.seeds)}"
        facts.append(f"Trained where this book was built: {own}.")
    facts.append(f"Page: {{doc}}`{claim.page}`.")
    others = [
        f'<a id="{anchor(name, column)}"></a>\n\n**On {column}:** {badge(v.status)}\n\n'
        + evidence_markdown(name, v, home=False)
        for column, v in judged_on.items()
        if column != home
    ]
    extra = "\n\n".join([*others, " ".join(facts)])
    return folded(name, verdict, extra, label=anchor(name))


def _folded_changes() -> str:
    """Every criterion that was replaced, by day, folded."""
    changes = changes_log()
    return in_a_box(f"{len(changes)} changes", changes)


def changes_log() -> list[str]:
    """Every criterion that was replaced, by day, as lines of Markdown."""
    rows = [
        (
            change.day,
            f"{CLAIMS[name].statement}. Before: {change.before} "
            f"(*{change.verdict}*). Why: {change.why}",
        )
        for name in CLAIMS
        for change in CLAIMS[name].changes
    ]
    return [f"- {day}: {text}" for day, text in sorted(rows, key=lambda row: row[0])]


def claims_markdown(own: RunStore, scale: str, evidence: Records) -> str:
    """The claims page from records alone.

    Args:
        own: records made here.
        scale: whose runs the first column judges.
        evidence: the published records.
    """
    verdicts, mine = claim_verdicts(own, scale, evidence)
    return claims_page(matrix(evidence, verdicts, list(CLAIMS)), mine, scale)
