"""Runs and verdicts as Markdown and tables, for notebooks and the claims page."""

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from lipgan.claims.base import Change, Check
from lipgan.claims.judge import CLAIMS, HOME, VERDICTS, Verdict, judge, needed, seeds_of
from lipgan.runs import Run, RunStore, training_seconds
from lipgan.runs.evidence import Evidence, Records
from lipgan.sweep import load_known

SEEDS = range(10)  # that the claims page looks for
CHANGED = (
    "Where runs are known, a criterion is replaced only in the open: the old one, its "
    "verdict and the reason stay here, by day."
)


def badge(status: str) -> str:
    """A verdict as a colored word (MyST attribute syntax is avoided: plain HTML)."""
    kind = status.replace(" ", "-")
    return f'<span class="verdict verdict-{kind}">{status}</span>'


def verdict_markdown(name: str, verdict: Verdict) -> str:
    """Claim, verdict and every line of evidence."""
    claim = CLAIMS[name]
    lines = [f"{badge(verdict.status)} {claim.statement} ({claim.where}).", ""]
    if not verdict.checks:
        return lines[0] + f" Scale `{verdict.scale or 'none'}` gives no verdict."
    seeds = ", ".join(map(str, verdict.seeds))
    late = claim.post_hoc or bool(claim.changes)
    when = "written when the runs were known" if late else "fixed before the results"
    lines += [f"| criterion, {when} | found | holds |", "|---|---|---|"]
    lines += [f"| {c.criterion} | {c.found} | {_held(c)} |" for c in verdict.checks]
    lines += ["", f"Scale `{verdict.scale}`, seeds {seeds or 'none: closed formulas'}."]
    if all(check.implementation for check in verdict.checks):
        lines += [
            "",
            "The statement is proved on its page: nothing above could fail but the "
            "code, so there is no verdict.",
        ]
    if verdict.status != "reproduced" and claim.settled_by:
        lines += ["", f"**What would settle it:** {claim.settled_by}"]
    lines += [line for c in claim.changes for line in ("", _changed(c, verdict.status))]
    return "\n".join(lines)


def _held(check: Check) -> str:
    """Whether a line holds, or why it does not count."""
    if check.untestable:
        return f"cannot decide: {check.untestable}"
    held = "yes" if check.holds else "no"
    return f"{held} (implementation check)" if check.implementation else held


def _changed(change: Change, status: str) -> str:
    """A replaced criterion with the verdict that it gave, beside today's."""
    return (
        f"**Criterion changed on {change.day}.** Before: {change.before}; verdict "
        f"then: {badge(change.verdict)}, now: {badge(status)}. Why: {change.why}"
    )


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


def claims_table(own: RunStore, scale: str, evidence: Records | None = None) -> str:
    """The claims page: one row per claim.

    The verdict is that of the published evidence where it is complete, else that of
    the reader's own records; these have a column of their own beside it.

    Args:
        own: records made here.
        scale: whose runs are judged.
        evidence: the published records, if any.
    """
    verdicts, mine = claim_verdicts(own, scale, evidence)
    return claims_page(verdicts, mine, scale)


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
    verdicts: dict[str, Verdict],
    mine: dict[str, Verdict],
    scale: str,
    matrix: str = "",
) -> str:
    """The claims page from verdicts as `claim_verdicts` returns them.

    Args:
        verdicts: those that count, by claim.
        mine: those of what was trained here.
        scale: whose runs are judged.
        matrix: claims by data sets as Markdown, see `matrix_markdown`.
    """
    own_claims = [name for name in CLAIMS if CLAIMS[name].of_paper]
    others = [name for name in CLAIMS if not CLAIMS[name].of_paper]
    lines = [
        "# The claims and their verdicts",
        "",
        f"Scale `{scale}`: {counted(verdicts, own_claims)}. Every row is computed "
        "from the run records when the book is built; a claim without complete records "
        "is *not tested*. The last column judges what was trained where this book was "
        "built, by the same criteria, with its seeds: with one seed, near-ties fall "
        "either way. The evidence for each row follows below the tables.",
        "",
        *([matrix, ""] if matrix else []),
        *_claim_rows(own_claims, "in the paper", verdicts, mine),
        "",
        "## Beyond the paper",
        "",
        "What its thesis predicts for other systems, and what these systems claim: "
        f"{counted(verdicts, others)}.",
        "",
        *_claim_rows(others, "source", verdicts, mine),
    ]
    for name, verdict in verdicts.items():
        claim = CLAIMS[name]
        lines += [
            "",
            f'<a id="evidence-{name.replace("_", "-")}"></a>',
            "",
            f"## {claim.where}",
            "",
            verdict_markdown(name, verdict),
            "",
            f"What would refute it: {claim.refuted_by}. Page: {{doc}}`{claim.page}`.",
        ]
    lines += ["", "## Criteria that were changed", "", CHANGED, "", *changes_log()]
    return "\n".join(lines) + "\n"


class Remembered(RunStore):
    """Reads every record once: many claims share their runs."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.ids, self.load = cache(super().ids), cache(super().load)  # type: ignore[method-assign]

    @classmethod
    def of(cls, store: Records) -> Records:
        """The store itself if it remembers what it read, else one that does."""
        return store if isinstance(store, cls | Evidence) else cls(store.path)


def counted(verdicts: dict[str, Verdict], names: Sequence[str]) -> str:
    """How many of these claims have which verdict."""
    found = [verdicts[name].status for name in names]
    return ", ".join(f"{found.count(status)} {status}" for status in VERDICTS)


def judged(
    name: str,
    store: Records,
    scale: str,
    seeds: Sequence[int] | None = None,
    dataset: str = HOME,
) -> Verdict:
    """The verdict on one claim from those seeds whose runs are all in the store."""
    runs: list[Run] = []
    if seeds is None:
        seeds = SEEDS if dataset == HOME else seeds_of(name, dataset)
    if not needed(name, scale, [0], dataset):
        return judge(name, [], scale, dataset)
    for seed in seeds:
        configs = needed(name, scale, [seed], dataset)
        known = load_known(configs, store)
        if len(known) == len(configs):
            runs += known
    return judge(name, runs, scale, dataset)


def _claim_rows(
    names: Sequence[str],
    source: str,
    verdicts: dict[str, Verdict],
    mine: dict[str, Verdict],
) -> list[str]:
    return [
        f"| verdict | claim | {source} | seeds | training | trained here |",
        "|---|---|---|---|---|---|",
        *(_claim_row(name, verdicts[name], mine[name]) for name in names),
    ]


def _claim_row(name: str, verdict: Verdict, mine: Verdict) -> str:
    claim = CLAIMS[name]
    cost = f"{verdict.seconds / 60:.1f} min" if verdict.seconds else "–"
    link = f"[{claim.statement}]({claim.page}.ipynb)"
    here = "–"
    if mine.seeds and mine.checks:
        here = f"{badge(mine.status)} {_listed(mine.seeds)}"
    seeds = _listed(verdict.seeds) or "–"
    cells = (badge(verdict.status), link, claim.where, seeds, cost, here)
    return "| " + " | ".join(cells) + " |"


def _listed(seeds: Sequence[int]) -> str:
    """Seeds 0, 1, 2 as 0–2, any others one by one."""
    if len(seeds) > 1 and tuple(seeds) == tuple(range(seeds[0], seeds[-1] + 1)):
        return f"{seeds[0]}–{seeds[-1]}"
    return ", ".join(map(str, seeds))


def own_verdicts(names: Sequence[str], scale: str) -> str:
    """The verdicts of what the reader trained, as lines under the published ones."""
    own = RunStore()
    rows = []
    for name in names:
        verdict = judged(name, own, scale)
        if verdict.checks:
            found = "; ".join(check.found for check in verdict.checks)
            rows.append(
                f"| {badge(verdict.status)} | {CLAIMS[name].statement} | {found} |"
            )
    if not rows:
        return "Nothing was trained here: these are the published records."
    seeds = _listed(judged(names[0], own, scale).seeds)
    return "\n".join(
        [
            f"Trained where this page was made, seed {seeds}:",
            "",
            "| verdict | claim | found |",
            "|---|---|---|",
            *rows,
        ]
    )


def provenance_markdown(runs: Iterable[Run]) -> str:
    """Where the runs of a page come from, in one small table."""
    runs = list(runs)
    keys = ("commit", "python", "torch", "device", "threads")
    lines = ["| | |", "|---|---|"]
    for key in keys:
        values = sorted({str(run.provenance[key]) for run in runs})
        lines.append(f"| {key} | {', '.join(values)} |")
    seconds = training_seconds(runs)
    ids = sorted(run.config.config_id for run in runs)
    lines += [
        f"| training | {seconds:.0f} s for {len(runs)} runs |",
        f"| records | {ids[0]} … {ids[-1]} |",
    ]
    return "\n".join(lines)
