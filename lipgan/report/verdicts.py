"""Runs and verdicts as Markdown and tables, for notebooks and the claims page."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lipgan import paper
from lipgan.paper import CLAIMS, Verdict
from lipgan.runs import Run, RunStore, training_seconds
from lipgan.sweep import load_known

if TYPE_CHECKING:
    pass

MOST_SEEDS = 10  # seeds that the claims page looks for


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
    lines += ["| criterion, fixed before the run | found | holds |", "|---|---|---|"]
    lines += [
        f"| {c.criterion} | {c.found} | {'yes' if c.holds else 'no'} |"
        for c in verdict.checks
    ]
    lines += ["", f"Scale `{verdict.scale}`, seeds {seeds or 'none: closed formulas'}."]
    return "\n".join(lines)


def claims_table(store: RunStore, scale: str) -> str:
    """The claims page: one row per claim, judged on the complete seeds of a store."""
    verdicts = {name: judged(name, store, scale) for name in CLAIMS}
    counts = [
        f"{sum(v.status == status for v in verdicts.values())} {status}"
        for status in paper.VERDICTS
    ]
    lines = [
        "# The claims and their verdicts",
        "",
        f"Scale `{scale}`: {', '.join(counts)}. Every row is computed from the run "
        "records when the book is built; a claim without complete records is *not "
        "tested*. The evidence for each row follows below the table.",
        "",
        "| verdict | claim | in the paper | seeds | training |",
        "|---|---|---|---|---|",
        *(_claim_row(name, verdict) for name, verdict in verdicts.items()),
    ]
    for name, verdict in verdicts.items():
        claim = CLAIMS[name]
        lines += [
            "",
            f"## {claim.where}",
            "",
            verdict_markdown(name, verdict),
            "",
            f"What would refute it: {claim.refuted_by}. Page: {{doc}}`{claim.page}`.",
        ]
    return "\n".join(lines) + "\n"


def judged(name: str, store: RunStore, scale: str) -> Verdict:
    """The verdict on one claim from those seeds whose runs are all in the store."""
    runs: list[Run] = []
    if not CLAIMS[name].configs(scale, [0]):
        return paper.judge(name, [], scale)
    for seed in range(MOST_SEEDS):
        configs = CLAIMS[name].configs(scale, [seed])
        known = load_known(configs, store)
        if len(known) == len(configs):
            runs += known
    return paper.judge(name, runs)


def _claim_row(name: str, verdict: Verdict) -> str:
    claim = CLAIMS[name]
    cost = f"{verdict.seconds / 60:.1f} min" if verdict.seconds else "–"
    seeds = ", ".join(map(str, verdict.seeds)) or "–"
    link = f"[{claim.statement}]({claim.page}.ipynb)"
    cells = (badge(verdict.status), link, claim.where, seeds, cost)
    return "| " + " | ".join(cells) + " |"


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
