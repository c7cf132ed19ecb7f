"""The page that lists the published evidence: ``book/data/README.md``."""

from collections.abc import Mapping

from lipgan.runs.evidence import Evidence
from lipgan.runs.run import training_seconds
from lipgan.runs.table import Table

README = "README.md"
_HEAD = """# Published runs

One folder per data set and experiment. `fields.json` holds what all its runs share and
where they come from, `runs.csv` one run a row, `history.safetensors` the recorded
moments (float32, runs one after the other in the order of the rows), `samples.png` the
generated images in the same order. `sha256sum -c SHA256SUMS` checks every file,
`python -m lipgan verify` every row; `python -m lipgan publish` makes this page.

`book/generators` holds runs of their own, with weights: those that the book plays.

| experiment | runs | seeds | data (digest) | machine | core minutes | verdicts |
|---|---|---|---|---|---|---|
"""


def catalog(evidence: Evidence, verdicts: Mapping[str, str]) -> str:
    """Markdown with a row per table.

    Args:
        evidence: all of it.
        verdicts: name of a table, ``digits/table3`` -> what its claims came to.
    """
    return _HEAD + "".join(
        _row(table, verdicts.get(table.name, "–")) for table in evidence.tables
    )


def _row(table: Table, verdicts: str) -> str:
    runs = [table.run(name) for name in table.rows]
    seeds = sorted({run.config.seed for run in runs})
    machines = sorted({str(run.provenance["device"]) for run in runs})
    threads = {int(run.provenance["threads"]) for run in runs}
    minutes = training_seconds(runs) * max(threads) / 60
    cells = (
        f"[{table.name}]({table.name}/runs.csv)",
        str(len(runs)),
        _ranges(seeds),
        f"{table.name.partition('/')[0]} ({table.about['data'] or 'not recorded'})",
        ", ".join(machines),
        f"{minutes:.1f}",
        verdicts,
    )
    return "| " + " | ".join(cells) + " |\n"


def _ranges(numbers: list[int]) -> str:
    """0, 1, 2, 7 as 0–2, 7."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][-1] + 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return ", ".join(str(p[0]) if len(p) == 1 else f"{p[0]}–{p[-1]}" for p in parts)
