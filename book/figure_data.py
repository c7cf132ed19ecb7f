"""What the interactive figures read: records as small scripts, and static pictures.

Scripts, not JSON: a page opened from disk may not fetch a file. The figures themselves
are in `book/_static/figures`; `book/_static/lipgan.js` loads them.
"""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from book import figure_generators, figure_plane
from book.figure_table3 import of_cell, short, table3_data, table3_groups
from book.slides import Verdicts, write_slides
from lipgan import experiments
from lipgan.claims import domains, measures
from lipgan.claims.judge import CLAIMS, SEEDS, VERDICTS, Verdict
from lipgan.claims.page import badge
from lipgan.data import DATASETS
from lipgan.runs import Run
from lipgan.runs.evidence import Records
from lipgan.runs.run import png
from lipgan.sweep import load_known

# The verdict of the figures: relative variation of the slope over Omega
# (`domains.nonlinearity`). Straight up to STRAIGHT, bent from BENT on, where the slope
# falls to almost nothing somewhere in Omega or turns around.
STRAIGHT, BENT = 0.5, 0.95
WORSE = 2.0  # times the distance of WGAN at k_SN = 1
SCALE = "embedded"  # of the published records
SCRIPTS = "*.js"


class FigureDataError(ValueError):
    """The records that the figures need are not complete."""


def write_figures(
    evidence: Records, generators: Records, verdicts: Verdicts, folder: Path
) -> None:
    """Writes `scripts/`, data and sample pictures, and `pictures/`, the static ones.

    Args:
        evidence: the published records.
        generators: records of Table 3 with the weights of their generators.
        verdicts: by claim and data set, for a slide.
        folder: is emptied and made anew.

    Raises:
        FigureDataError: runs of Table 3, 4, Figure 1, 4 or the plane are missing.
        ValueError: a generator's weights are.
    """
    shutil.rmtree(folder, ignore_errors=True)
    scripts, pictures = folder / "scripts", folder / "pictures"
    for path in (scripts, pictures):
        path.mkdir(parents=True)
    runs = _complete(experiments.table3, evidence, "Table 3")
    small = _complete(experiments.table4a, evidence, "Table 4 (a)")
    scaled = small + _complete(experiments.table4b, evidence, "Table 4 (b)")
    toys = _complete(experiments.figure1, evidence, "Figure 1")
    figure4 = _complete(experiments.figure4, evidence, "Figure 4")
    plane = _complete(experiments.plane, evidence, "the plane of k and alpha")
    played = _complete(experiments.table3, generators, "Table 3")
    groups = table3_groups(evidence)
    domains_of = domains_data(runs, scaled)
    others = [group for group in groups if group[0].config.dataset != "digits"]
    domains_of["others"] = [measured_domains(group) for group in others]
    _write_script(scripts, "domains", domains_of)
    _write_script(scripts, "table3", table3_data(evidence))
    _write_script(scripts, "plane", figure_plane.plane_data(plane))
    for group in (*groups, plane):
        _write_samples(scripts / "samples", group)
    _write_generators(scripts, played)
    _write_pictures(pictures, runs, toys, played, plane)
    tables = {"table3": runs, "table4a": small, "figure4": figure4, "figure1": toys}
    write_slides(tables, verdicts, pictures / "slides")


def install(source: Path, data: Path, built: Path) -> None:
    """Puts the figures and their data into a built site, beside its `_static`.

    They are copied after Sphinx has run because Jupyter Book would load every script
    below `_static` on every page.

    Args:
        source: `book/_static/figures`.
        data: folder of `write_figures`; may be missing, then figures stay static.
        built: folder of the site.
    """
    target = built / "_static" / "figures"
    target.mkdir(parents=True, exist_ok=True)
    for path in source.glob(SCRIPTS):
        shutil.copy(path, target / path.name)
    if data.is_dir():
        shutil.copytree(data / "scripts", target, dirs_exist_ok=True)


def scoreboard(verdicts: Mapping[str, Verdict]) -> str:
    """The verdicts, counted, as a list for the front page.

    Args:
        verdicts: by claim, see `report.claim_verdicts`.
    """
    lines = []
    for title, of_paper in (("of the paper", True), ("beyond the paper", False)):
        found = [
            v.status for k, v in verdicts.items() if CLAIMS[k].of_paper == of_paper
        ]
        counts = [
            f"<li><b>{found.count(word)}</b> {badge(word)}</li>"
            for word in VERDICTS
            if word in found
        ]
        lines += [
            f"{len(found)} claims {title}:",
            "",
            f'<ul class="scoreboard">{"".join(counts)}</ul>',
            "",
        ]
    return "\n".join(lines)


def domains_data(runs: Sequence[Run], scaled: Sequence[Run]) -> dict[str, Any]:
    """Measured domains by loss and k_SN, and how often a bent loss failed.

    Args:
        runs: all of Table 3, any number of seeds.
        scaled: runs under domain scaling, for the count only.
    """
    return measured_domains(runs) | {
        "straight": STRAIGHT,
        "bent": BENT,
        "worse": WORSE,
        "counts": _counts(runs, [*runs, *scaled]),
    }


def measured_domains(runs: Sequence[Run]) -> dict[str, Any]:
    """Domains of all cells of one Table 3, and what Theorem 1 needs to bound them."""
    ks = sorted({run.config.lipschitz_k for run in runs})
    config = runs[0].config
    label = DATASETS[config.dataset].label
    return {
        "title": f"{label}, {config.image_size} × {config.image_size}",
        "ks": ks,
        "cells": {
            loss: [_cell_domain(of_cell(runs, loss, k)) for k in ks]
            for loss in dict.fromkeys(run.config.loss for run in runs)
        },
        "side": config.image_size,
        "channels": config.channels,
        "inputs": config.image_size**2 * config.channels,
        "layers": len(runs[0].history["sigma"][0]),
        "seeds": len({run.config.seed for run in runs}),
    }


def _cell_domain(runs: Sequence[Run]) -> dict[str, Any]:
    """Medians over seeds; no domain where most seeds end without finite scores."""
    late = np.array([_late_omega(run) for run in runs])
    low, high = (_median(column) for column in late.T)
    exact = [run.metrics.get("lipschitz_layers", math.nan) for run in runs]
    widths = [run.metrics.get("domain_width", math.nan) for run in runs]
    return {
        "omega": None if low is None or high is None else [low, high],
        "exact": _median(exact),
        "widths": [short(width) for width in sorted(widths) if math.isfinite(width)],
        "diverged": sum(run.diverged for run in runs),
    }


def _late_omega(run: Run) -> tuple[float, float]:
    """Median ends of Omega over the second half of training; NaN if it diverged."""
    if run.diverged:
        return math.nan, math.nan
    low, high = (ends[len(ends) // 2 :] for ends in domains.omega(run))
    return float(np.median(low)), float(np.median(high))


def _counts(table3: Sequence[Run], runs: Sequence[Run]) -> dict[str, dict[str, int]]:
    """Cells by how bent their loss is: all, broken, and otherwise clearly worse."""
    constant = measures.constant_distance(table3)
    usual = measures.cell_medians(of_cell(table3, "wgan", 1.0))["wgan", 1.0]
    fields = ("loss", "lipschitz_k", "alpha")
    bends: dict[tuple, list[float]] = {}
    for run in runs:
        cell = tuple(getattr(run.config, field) for field in fields)
        bends.setdefault(cell, []).append(domains.nonlinearity(run))
    found = {
        name: {"cells": 0, "broken": 0, "worse": 0}
        for name in ("straight", "between", "bent", "no domain")
    }
    for cell, distances in measures.distances_by(runs, *fields).items():
        distance = median(distances)
        row = found[zone(_median(bends[cell]))]
        row["cells"] += 1
        broken = measures.is_broken(distance, constant)
        row["broken"] += broken
        row["worse"] += not broken and distance > WORSE * usual
    return found


def zone(bend: float | None) -> str:
    """`straight`, `between` or `bent`; `no domain` where scores were not finite."""
    if bend is None:
        return "no domain"
    return "straight" if bend <= STRAIGHT else "bent" if bend >= BENT else "between"


def _write_samples(folder: Path, runs: Sequence[Run]) -> None:
    """The pictures that a chosen cell shows, by the id of their run."""
    folder.mkdir(exist_ok=True)
    for run in runs:
        if run.samples is not None:
            (folder / f"{run.config.config_id}.png").write_bytes(png(run.samples))


def _write_generators(folder: Path, runs: Sequence[Run]) -> None:
    """A script per generator beside the one that says what there is."""
    _write_script(folder, "generators", figure_generators.generators_data(runs))
    (folder / "generators").mkdir()
    for run in runs:
        if not run.diverged:
            name = f"generators/{run.config.config_id}"
            weights = figure_generators.packed_weights(run)
            _write_value(folder / f"{name}.js", name, weights)


def _write_pictures(
    folder: Path,
    runs: Sequence[Run],
    toys: Sequence[Run],
    played: Sequence[Run],
    plane: Sequence[Run],
) -> None:
    """What stands in the place of each figure in print and without scripts."""
    import matplotlib.pyplot as plt

    from lipgan.claims.bound.figures import bound_of_the_domain
    from lipgan.claims.domain_against_k.figures import loss_on_domains
    from lipgan.claims.fid_against_k.figures import table_beside_papers
    from lipgan.claims.one_knob.figures import samples_over_the_plane
    from lipgan.claims.toys.figures import toy_grid

    points = [run for run in toys if run.config.seed == 0]
    pictures = {
        "loss": loss_on_domains(of_cell(runs, "cos", 0.5, 1.0, 5.0)),
        "bound": bound_of_the_domain(runs, experiments.TABLE3_LOSSES),
        "table3": table_beside_papers(runs),
        "toy": toy_grid(points, experiments.FIGURE1_LOSSES),
        "plane": samples_over_the_plane(plane, "cos"),
        "generators": figure_generators.static_picture(played),
    }
    for name, figure in pictures.items():
        figure.savefig(folder / f"{name}.png", dpi=150, bbox_inches="tight")
        plt.close(figure)


def _complete(table: Any, evidence: Records, name: str) -> list[Run]:
    """All complete seeds of a table, from 0."""
    runs: list[Run] = []
    for seed in SEEDS:
        configs = table(scale=SCALE, seeds=[seed])
        known = load_known(configs, evidence)
        if len(known) < len(configs):
            break
        runs += known
    if not runs:
        raise FigureDataError(f"{evidence.path.name}: no complete records of {name}")
    return runs


def _median(values: Any) -> float | None:
    """Median with NaN as the worst of all; None where that is not a number."""
    ordered = sorted(values, key=lambda x: (math.isnan(x), x))
    middle = median(ordered) if ordered else math.nan
    return short(middle) if not math.isnan(ordered[len(ordered) // 2]) else None


def _write_script(folder: Path, name: str, value: Any) -> None:
    """A script that hands a value to the figures, `data-NAME.js`."""
    _write_value(folder / f"data-{name}.js", name, value)


def _write_value(path: Path, name: str, value: Any) -> None:
    text = json.dumps(value, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
    path.write_text(f'window.lipgan.data["{name}"]={text};\n', "utf-8")
