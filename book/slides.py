"""Figures for a lecture's slides, as SVG files that the teaching page offers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from book.figure_table3 import of_cell
from lipgan import experiments
from lipgan.claims.judge import CLAIMS, Verdict
from lipgan.claims.matrix import COLUMNS, Cell
from lipgan.claims.page import MARKS
from lipgan.runs import Run

LARGEST = 300_000  # bytes of one file
# Same data, same file: no date, and ids that do not change from run to run.
STYLE = {"svg.hashsalt": "lipgan", "svg.fonttype": "path"}
NO_DATE = {"Date": None}
CSS = Path(__file__).with_name("_static") / "lipgan.css"
_SHADE = r"^\.verdict-([a-z-]+) \{ color: (#\w+); background: (#\w+); \}"
# (ink, ground) of a verdict, as on the pages.
SHADES = {
    name.replace("-", " "): (ink, ground)
    for name, ink, ground in re.findall(_SHADE, CSS.read_text("utf-8"), re.M)
}
Verdicts = Mapping[Cell, Verdict | None]


def slide_figures(
    runs: dict[str, Sequence[Run]], verdicts: Verdicts
) -> dict[str, Callable[[], Any]]:
    """File name -> what draws the figure.

    Args:
        runs: published runs by table: `table3`, `table4a`, `figure4`, `figure1`.
        verdicts: by claim and data set, see `lipgan.claims.matrix`.
    """
    from lipgan.claims import draw
    from lipgan.claims.bound.figures import bound_of_the_domain
    from lipgan.claims.degeneration.figures import scaled_losses
    from lipgan.claims.domain_against_k.figures import domain_widths, loss_on_domains
    from lipgan.claims.fid_against_alpha.figures import distance_against_alpha
    from lipgan.claims.fid_against_k.figures import distance_against_k
    from lipgan.claims.toys.figures import toy_grid

    table3, losses = runs["table3"], experiments.TABLE3_LOSSES
    first = [run for run in runs["figure1"] if run.config.seed == 0]
    curves = [1.0, 0.3, 0.1, 0.01]
    return {
        "loss_on_domains": lambda: loss_on_domains(
            of_cell(table3, "cos", 0.5, 1.0, 5.0)
        ),
        "scaled_losses": lambda: scaled_losses(
            curves, ["ns", "ls_sharp", "wgan", "cos", "exp"], 3.0
        ),
        "theorem1": lambda: bound_of_the_domain(table3, losses),
        "domain_against_k": lambda: domain_widths(runs["figure4"]),
        "table3": lambda: distance_against_k(table3),
        "table3_samples": lambda: draw.sample_grid(
            [run for run in table3 if run.config.seed == 0]
        ),
        "table4a": lambda: distance_against_alpha(runs["table4a"]),
        "figure1": lambda: toy_grid(first, experiments.FIGURE1_LOSSES),
        "what_held": lambda: what_held(verdicts),
    }


def what_held(verdicts: Verdicts) -> Any:
    """The tested claims of the paper, best verdicts first, with a mark per data set."""
    import matplotlib.pyplot as plt

    tested = [k for k, v in verdicts.items() if v and v.status != "not tested"]
    columns = [c for c in COLUMNS if any(column == c for _, column in tested)]
    home, order = next(iter(COLUMNS)), list(MARKS)
    names = [n for n in CLAIMS if CLAIMS[n].of_paper and (n, home) in tested]
    names.sort(key=lambda name: order.index(verdicts[name, home].status))
    figure, ax = plt.subplots(figsize=(8 + 1.6 * len(columns), 1 + 0.25 * len(names)))
    ax.set(xlim=(0, 8 + 1.6 * len(columns)), ylim=(len(names), -1.6))
    ax.axis("off")
    for y, name in enumerate(names):
        ax.text(0, y, CLAIMS[name].statement, va="center")
    for i, column in enumerate(columns):
        x = 8.6 + 1.6 * i
        ax.text(x, -1, column, ha="center", va="center", weight="bold")
        for y, name in enumerate(names):
            if (verdict := verdicts[name, column]) is not None:
                _stamp(ax, x, y, verdict.status)
    for x, status in zip((0.2, 2, 3.4, 5.5), order, strict=True):
        _stamp(ax, x, -1, status)
        ax.text(x + 0.25, -1, status, va="center")
    return figure


def _stamp(ax: Any, x: float, y: float, status: str) -> None:
    """The sign of a verdict on its ground."""
    ink, ground = SHADES[status]
    box = {"boxstyle": "round,pad=0.25", "facecolor": ground, "edgecolor": "none"}
    style = {"color": ink, "ha": "center", "va": "center", "bbox": box}
    ax.text(x, y, MARKS[status], **style)


def write_slides(
    runs: dict[str, Sequence[Run]], verdicts: Verdicts, folder: Path
) -> list[Path]:
    """Draws all slides into a folder, which is made if needed.

    Returns:
        The files, in the order of `slide_figures`.

    Raises:
        ValueError: a file is larger than `LARGEST` bytes.
    """
    import matplotlib.pyplot as plt

    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, draw in slide_figures(runs, verdicts).items():
        path = folder / f"{name}.svg"
        with plt.rc_context(STYLE):
            figure = draw()
            figure.savefig(path, bbox_inches="tight", metadata=NO_DATE)
            plt.close(figure)
        if path.stat().st_size > LARGEST:
            raise ValueError(f"slide {path.name}: {path.stat().st_size} bytes")
        written.append(path)
    return written
