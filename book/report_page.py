"""The reproducibility report, in the form that machine-learning venues ask for.

What can be counted is counted from the records and verdicts when the book is built.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from lipgan.claims import CLAIMS
from lipgan.claims.base import no_runs
from lipgan.claims.judge import SEEDS, Remembered, Verdict, counted
from lipgan.claims.matrix import COLUMNS, Cell
from lipgan.claims.numerals import in_symbols
from lipgan.claims.page import badge, listed
from lipgan.config.scales import SCALES, STEPS
from lipgan.runs import Run, training_seconds
from lipgan.runs.evidence import Records
from lipgan.sweep import load_known

HERE, *ON_OTHER_DATA = COLUMNS
PAPER = [name for name, claim in CLAIMS.items() if claim.of_paper]
BEYOND = [name for name, claim in CLAIMS.items() if not claim.of_paper]

METHOD = """\
The code was written from the text of the paper, its equations, tables and algorithm;
none of the authors' code was used. A criterion for each claim was written down in
`lipgan/claims/`; {fixed} claims that rest on runs keep one that was written before
their published runs were seen, and the {{doc}}`claims page <claims>` says so at each.
It asks for an order, a ratio or a threshold, never for the paper's own numbers. A run
that diverged is a result and stays in every table.
All cells of a table are trained as one program, one member per
cell ({{doc}}`how it is run <../how_to_run>`). Every number below is computed from the
records in `book/data`, which hold configuration, seed, history, versions and machine
of each run under a checksum."""

EASY = """\
The paper's two knobs are one formula each (Eqs. 8 and 12), its losses are given as
closed forms, and its central table is a grid of independent runs. Two-dimensional
toys and 1,797 images of 8×8 pixels are enough for most of its statements about the
domain of the loss, so that everything can be trained on a laptop; what they say of the
two knobs also came out on MNIST and a copy of CIFAR-10, down to the scale of the loss
at which a discriminator with one layer more breaks COS and EXP (Table 4 on {ref}`MNIST
<fid-against-alpha-06-fid-against-alpha-mnist>` and {ref}`CIFAR-10
<fid-against-alpha-06-fid-against-alpha-cifar10>`)."""

DIFFICULT = """\
The paper does not fully state its networks, the features of its distances, and its
budgets of training; the tables of layers, the other metrics and the second
regularizer are in a supplement that we did not have. So its distances cannot be met
number by number, and *broken*, which the paper defines by an FID, had to be defined
anew on other features ({ref}`claims of Table 3 <fid-against-k-sn>`)."""


def report_page(
    cells: dict[Cell, Verdict | None], evidence: Records, scale: str
) -> str:
    """The report as Markdown.

    Args:
        cells: verdicts by claim and column, of all claims, see `claims.matrix`.
        evidence: the published records; one that remembers is not read again.
        scale: of the verdicts in the first column.
    """
    verdicts = {name: v for (name, column), v in cells.items() if v and column == HERE}
    runs = published_runs(Remembered.of(evidence))
    names = [*PAPER, *BEYOND]
    parts = [
        ("Scope of reproducibility", _scope(cells, verdicts, scale)),
        ("Methodology", [METHOD.format(fixed=_fixed()), "", *_data(runs)]),
        ("What differs from the paper", _differences()),
        ("Results", [*_results(verdicts, names), "", *_on_papers_images(cells)]),
        ("What was easy", [EASY]),
        ("What was difficult", [DIFFICULT, "", *_open(verdicts, names)]),
        ("Communication with the authors", ["None."]),
        ("Cost and hardware", cost_lines(runs)),
    ]
    lines = ["(report)=", "# Reproducibility report"]
    for title, body in parts:
        lines += ["", f"## {title}", "", *body]
    return "\n".join(lines).rstrip() + "\n"


def published_runs(evidence: Records) -> list[Run]:
    """Every published run, once: those that claims rest on, then all others."""
    wanted = {}
    for claim in CLAIMS.values():
        for config in claim.configs("embedded", SEEDS):
            wanted[config.config_id] = config
    known = load_known(list(wanted.values()), evidence)
    return known + [run for run in evidence if run.config.config_id not in wanted]


def _scope(
    cells: dict[Cell, Verdict | None], verdicts: dict[str, Verdict], scale: str
) -> list[str]:
    return [
        "{cite:t}`qin2020lipschitz` claim that Lipschitz regularization makes GANs "
        "train well because it restricts the loss to a domain where it is nearly "
        f"linear. That is taken apart into {len(PAPER)} claims, judged here at scale "
        f"`{scale}`: {counted(verdicts, PAPER)}. Another {len(BEYOND)} claims, drawn "
        "from the thesis or made by the authors of related systems, are judged beside "
        f"them: {counted(verdicts, BEYOND)}.",
        "",
        "Some of them have criteria on the paper's own images as well. "
        + " ".join(_elsewhere(cells))
        + " What the table of data below does not list has not been trained.",
    ]


def _fixed() -> str:
    """How many claims have the criterion that was written before their runs."""
    judged = [c for c in CLAIMS.values() if c.configs is not no_runs]
    first = [c for c in judged if not (c.post_hoc or c.changes)]
    return f"{len(first)} of {len(judged)}"


def _elsewhere(cells: dict[Cell, Verdict | None]) -> Iterator[str]:
    """A sentence for every further column of the matrix in which anything is judged."""
    for column in ON_OTHER_DATA:
        own = {name: v for (name, c), v in cells.items() if v and c == column}
        if any(verdict.checks for verdict in own.values()):
            yield f"{column}: {counted(own, list(own), none=False)}."


def _differences() -> list[str]:
    """Ours beside the paper's settings, for images of 32 x 32 pixels."""
    ours, theirs = (SCALES[name]["dcgan32"] for name in ("embedded", "paper"))
    short = STEPS["embedded", "mnist"]
    average = f"moving average, {ours.ema_decay:g} a step"
    rows = [
        (
            "generator steps",
            f"{short:,} to {ours.num_steps:,}",
            f"{theirs.num_steps:,}",
        ),
        ("learning rates", f"{ours.lr_d:g}", f"{theirs.lr_d:g}"),
        ("weights that are judged", average, "the last"),
        ("channels of the first layer", f"{ours.width}", f"not stated; {theirs.width}"),
        ("samples behind a distance", f"{ours.eval_samples:,}", "not stated"),
        ("features of a distance", "shipped classifiers (FD)", "Inception (FID)"),
        ("images", "8×8 digits, MNIST, CIFAR-10", "MNIST, CIFAR-10, CelebA"),
        ("CIFAR-10", "a lossy copy, JPEG files", "the original"),
    ]
    return [
        "All published runs are of scale `embedded`; scale `paper` has "
        "the paper's settings, and no run of it is published. What steps, learning "
        "rate and width change is measured in {ref}`longer-training`.",
        "",
        "| | here, in most tables | in the paper |",
        "|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def _data(runs: Sequence[Run]) -> list[str]:
    """One row per data set: what was trained on it, from the records."""
    lines = [
        "| data | scale | network | runs | seeds | steps |",
        "|---|---|---|---|---|---|",
    ]
    kinds: dict[tuple[str, str, str], list[Run]] = {}
    for run in runs:
        config = run.config
        kind = config.dataset, config.scale, config.model
        kinds.setdefault(kind, []).append(run)
    for kind, found in sorted(kinds.items()):
        steps = sorted({run.config.num_steps for run in found})
        reach = f"{steps[0]:,}" + (f" to {steps[-1]:,}" if len(steps) > 1 else "")
        seeds = len({run.config.seed for run in found})
        lines.append(f"| {' | '.join(kind)} | {len(found):,} | {seeds} | {reach} |")
    return lines


def _results(verdicts: dict[str, Verdict], names: Sequence[str]) -> list[str]:
    lines = [
        f"{counted(verdicts, names)}. All criteria and numbers: {{doc}}`claims`.",
        "",
        "`````{dropdown} Every claim with its decisive number",
    ]
    for name in names:
        verdict, claim = verdicts[name], CLAIMS[name]
        found = f": {in_symbols(verdict.checks[0].found)}" if verdict.checks else ""
        link = f"[{claim.statement}]({claim.page}.ipynb)"
        lines.append(f"- {badge(verdict.status)} {link}{found}")
    return [*lines, "`````"]


def _on_papers_images(cells: dict[Cell, Verdict | None]) -> list[str]:
    """The decisive number of every claim that was judged on the paper's own data."""
    lines = []
    for (name, column), verdict in cells.items():
        if column in ON_OTHER_DATA and verdict and verdict.checks:
            first, *others = verdict.checks
            failed = [c.criterion for c in others if not (c.holds or c.implementation)]
            also = "; not: " + "; ".join(failed) if failed else ""
            lines.append(
                f"- {badge(verdict.status)} {column}, {listed(verdict.seeds)}: "
                f"{CLAIMS[name].statement}. "
                + in_symbols(f"{first.criterion}: {first.found}{also}.")
            )
    if not lines:
        return []
    title = "`````{dropdown} The same on the paper's own images"
    return [title, *lines, "`````"]


def _open(verdicts: dict[str, Verdict], names: Iterable[str]) -> list[str]:
    """What would settle the claims that did not come out as stated."""
    rows = [
        f"- {CLAIMS[name].statement} (*{verdicts[name].status}*): "
        f"{text[:1].upper()}{text[1:]}"
        for name in names
        for text in [in_symbols(CLAIMS[name].settled_by)]
        if verdicts[name].checks and verdicts[name].status != "reproduced" and text
    ]
    if not rows:
        return []
    return [
        "`````{dropdown} Where verdict and claim part: what may explain or settle it",
        *rows,
        "`````",
    ]


def cost_lines(runs: Sequence[Run]) -> list[str]:
    """Hours by kind of machine, and the versions in use, from provenance alone.

    Core hours are the seconds of every cohort, counted once, times its threads; GPU
    hours are the seconds of cohorts on a GPU.
    """
    machines: dict[tuple[str, int], list[Run]] = {}
    for run in runs:
        key = run.provenance["device"], run.provenance["threads"]
        machines.setdefault(key, []).append(run)
    lines = ["| machine | threads | runs | hours |", "|---|---|---|---|"]
    hours = {"cpu": 0.0, "cuda": 0.0}
    for (device, threads), found in sorted(machines.items()):
        kind = device.partition(":")[0]
        spent = training_seconds(found) / 3600
        hours[kind] += spent * (threads if kind == "cpu" else 1)
        lines.append(f"| {device} | {threads} | {len(found):,} | {spent:.2f} |")
    versions = [
        f"{key} {', '.join(sorted({str(r.provenance[key]) for r in runs}))}"
        for key in ("python", "torch")
    ]
    return [
        f"The {len(runs):,} published runs took {hours['cpu']:.2f} core hours and "
        f"{hours['cuda']:.2f} GPU hours of training ({'; '.join(versions)}). "
        "Evaluation and the build of this book are not in these numbers.",
        "",
        *lines,
    ]
