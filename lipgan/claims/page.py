"""Runs and verdicts as Markdown, for notebooks and the claims page."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from lipgan.claims.base import Change, Check
from lipgan.claims.elsewhere import ELSEWHERE
from lipgan.claims.judge import (
    CLAIMS,
    HOME,
    Remembered,
    Verdict,
    counted,
    counts,
    judged,
    with_criteria,
)
from lipgan.claims.numerals import in_symbols
from lipgan.data import DATASETS
from lipgan.runs import Run, RunStore, training_seconds
from lipgan.runs.evidence import Records, evidence_store

NO_VERDICT = "not known at this scale"
PUBLISHED = "embedded"  # scale of the published evidence
MARKS = {"reproduced": "✓", "partly": "◐", "not reproduced": "✗", "not tested": "·"}


def badge(status: str) -> str:
    """A verdict as a colored word (MyST attribute syntax is avoided: plain HTML)."""
    kind = status.replace(" ", "-")
    return f'<span class="verdict verdict-{kind}">{status}</span>'


def mark(status: str) -> str:
    """A verdict as one sign, for a table with a legend; its word is read aloud."""
    kind = status.replace(" ", "-")
    return (
        f'<span class="verdict verdict-{kind} verdict-mark" role="img" '
        f'aria-label="{status}" title="{status}">{MARKS[status]}</span>'
    )


def legend() -> str:
    """What the marks stand for, as a line of HTML."""
    return ", ".join(f"{mark(status)} {status}" for status in MARKS)


def headline(
    verdicts: Mapping[str, Verdict],
    dataset: str = HOME,
    evidence: Records | None = None,
) -> str:
    """The verdicts of a page: the first claim, then how the others fared.

    Args:
        verdicts: by claim, the leading one first.
        dataset: that they are on; the first claim's verdicts on others are added.
        evidence: the records that these are judged by; None for the published ones.
    """
    name, *others = verdicts
    first = verdicts[name]
    where = f"scale `{first.scale or 'none'}`"
    if first.seeds:
        where += f", {listed(first.seeds)}"
    elif first.checks:
        where += ", closed formulas"
    text = f"{badge(first.status)} {CLAIMS[name].statement} ({where})."
    if first.scale == PUBLISHED:
        known = Remembered.of(evidence or evidence_store())
        text += "".join(_on_others(name, dataset, known))
    if others:
        which = "The other statement" if len(others) == 1 else "The other statements"
        counts = counted(verdicts, others, none=False)
        text += f" {which} of this page: {counts}."
    return text


def _on_others(name: str, dataset: str, evidence: Records) -> Iterator[str]:
    """A sentence for every other data set of the paper on which a claim is judged."""
    for other, claims in ELSEWHERE.items():
        if name in claims and other != dataset:
            verdict = judged(name, evidence, PUBLISHED, dataset=other)
            if verdict.checks:
                label, seeds = DATASETS[other].label, listed(verdict.seeds)
                yield f" On {label} ({seeds}): {badge(verdict.status)}."


def found(verdict: Verdict, line: int, *, until: str = "") -> str:
    """The numbers of one line of evidence; a remark where there is no verdict.

    Args:
        verdict: of a claim.
        line: index of its line of evidence.
        until: characters; the text ends before the first of them.
    """
    text = verdict.checks[line].found if verdict.checks else NO_VERDICT
    return in_symbols(re.split(f"[{re.escape(until)}]", text)[0] if until else text)


def verdicts_markdown(verdicts: Mapping[str, Verdict], dataset: str = HOME) -> str:
    """Every verdict of a page, on this data set; lines of evidence are folded."""
    home = dataset not in ELSEWHERE
    return "\n\n".join(folded(name, v, home=home) for name, v in verdicts.items())


def folded(
    name: str, verdict: Verdict, extra: str = "", *, label: str = "", home: bool = True
) -> str:
    """Verdict and claim as one line that opens to the lines of evidence.

    Args:
        name: key of ``CLAIMS``.
        verdict: on it.
        extra: Markdown under the evidence.
        label: an anchor within what is folded; a link to it opens the box.
        home: see ``evidence_markdown``.
    """
    claim = CLAIMS[name]
    title = f"{badge(verdict.status)} {claim.statement} ({claim.where})"
    place = f'<a id="{label}"></a>\n\n' if label else ""
    text = evidence_markdown(name, verdict, home=home)
    return in_a_box(title, [f"{place}{text}\n\n{extra}".rstrip()])


def in_a_box(title: str, lines: Sequence[str]) -> str:
    """Markdown that is folded under one line of HTML."""
    inner = "\n".join(lines)
    return (
        f'<details class="evidence">\n<summary>{title}</summary>\n\n{inner}\n\n'
        "</details>"
    )


def evidence_markdown(name: str, verdict: Verdict, *, home: bool = True) -> str:
    """Every line of evidence on a claim.

    Args:
        name: key of ``CLAIMS``.
        verdict: on it.
        home: whether it is on the data that the claim was written for. Criteria of
            other data sets were written before their runs; one that was not says so.
    """
    claim = CLAIMS[name]
    if not verdict.checks:
        return f"Scale `{verdict.scale or 'none'}` gives no verdict."
    settle = f"**What would settle it:** {in_symbols(claim.settled_by)}"
    if not verdict.seeds and all(check.untestable for check in verdict.checks):
        return f"No published run can judge it.\n\n{settle}"
    seeds = listed(verdict.seeds) if verdict.seeds else "no seeds: closed formulas"
    late = home and (claim.post_hoc or bool(claim.changes))
    when = "written when the runs were known" if late else "fixed before the results"
    when += "" if home else " where they do not say otherwise"
    lines = [f"Criteria, {when}:", "", *_lines(verdict.checks)]
    lines += ["", f"Scale `{verdict.scale}`, {seeds}."]
    if not home:
        return "\n".join(lines)
    if all(check.implementation for check in verdict.checks):
        lines += [
            "",
            "The statement is proved on its page: nothing above could fail but the "
            "code, so there is no verdict.",
        ]
    if verdict.status != "reproduced" and claim.settled_by:
        lines += ["", settle]
    lines += [line for c in claim.changes for line in ("", _changed(c, verdict.status))]
    return "\n".join(lines)


def _lines(checks: Sequence[Check]) -> Iterator[str]:
    """Lines of evidence; the first that counts decides, and says so beside others.

    A list, not a table: sentences beside numbers make columns of a few words.
    """
    own = [check for check in checks if counts(check)]
    for check in checks:
        yield _line(check, decides=len(own) > 1 and check is own[0])


def _line(check: Check, *, decides: bool) -> str:
    """Whether it holds or why it does not count, and what was found."""
    held = "Holds" if check.holds else "Fails"
    if decides:
        held += ", which decides"
    if check.implementation:
        held += " (implementation check)"
    if check.untestable:
        held = f"Cannot decide ({check.untestable})"
    return in_symbols(f"- **{held}:** {check.criterion}. Found: {check.found}.")


def _changed(change: Change, status: str) -> str:
    """A replaced criterion with the verdict that it gave, beside today's."""
    return in_symbols(
        f"**Criterion changed on {change.day}.** Before: {change.before}; verdict "
        f"then: {badge(change.verdict)}, now: {badge(status)}. Why: {change.why}"
    )


def listed(seeds: Sequence[int]) -> str:
    """``seed 1``, ``seeds 0–2``, ``seeds 0, 3``."""
    if len(seeds) > 1 and tuple(seeds) == tuple(range(seeds[0], seeds[-1] + 1)):
        return f"seeds {seeds[0]}–{seeds[-1]}"
    return f"seed{'s' * (len(seeds) > 1)} " + ", ".join(map(str, seeds))


def own_verdicts(names: Sequence[str], scale: str, dataset: str = HOME) -> str:
    """The verdicts of what the reader trained, as lines under the published ones."""
    if scale == "smoke" or dataset not in (HOME, *ELSEWHERE):
        return (
            "No such runs are published: these were trained where this page was made."
        )
    own, rows = RunStore(), []
    seeds: tuple[int, ...] = ()
    for name in with_criteria(names, dataset):
        verdict = judged(name, own, scale, dataset=dataset)
        seeds = seeds or verdict.seeds
        if verdict.checks:
            found = in_symbols("; ".join(check.found for check in verdict.checks))
            rows.append(
                f"- {badge(verdict.status)} {CLAIMS[name].statement}. Found: {found}."
            )
    if not rows:
        return "Nothing was trained here: these are the published records."
    return in_a_box(f"Trained where this page was made, {listed(seeds)}", rows)


def provenance_markdown(runs: Iterable[Run]) -> str:
    """Where the runs of a page come from, each counted once, in one small table."""
    runs = list({run.config.config_id: run for run in runs}.values())
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
    return in_a_box(f"{len(runs)} runs, {seconds:.0f} s of training", lines)
