"""Table 3 cell by cell for the explorer: the paper's numbers and our records."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from statistics import median
from typing import Any

import numpy as np

from book.page_list import DEFAULT_SCALE
from lipgan import experiments
from lipgan.claims import domains, measures, published
from lipgan.config import Config
from lipgan.data import DATASETS
from lipgan.gan.losses import LOSSES
from lipgan.metrics import MetricName
from lipgan.runs import Run
from lipgan.runs.evidence import Records

OF_CELL = ("loss", "lipschitz_k", "seed")  # fields that differ within a table
MOMENTS = 17  # of a history that the figure shows


def table3_groups(evidence: Records) -> list[list[Run]]:
    """Every Table 3 under spectral normalization of which a seed is complete.

    Runs belong together when their configs differ in loss, k_SN and seed only, so
    records of another data set or budget make a table of their own. Seeds that lack
    cells are left out.
    """
    grid = {
        (loss, k) for loss in experiments.TABLE3_LOSSES for k in experiments.TABLE3_K
    }
    groups: dict[tuple, dict[int, list[Run]]] = {}
    for run in evidence:
        config = run.config
        plain = (config.regularizer, config.optimizer, config.alpha)
        if plain == ("sn", "rmsprop", 1.0) and config.image_size:
            if (config.loss, config.lipschitz_k) in grid:
                fields = config.identity.items()
                key = tuple(sorted((k, v) for k, v in fields if k not in OF_CELL))
                groups.setdefault(key, {}).setdefault(config.seed, []).append(run)
    complete = [
        [
            run
            for own in seeds.values()
            if {_cell(r) for r in own} == grid
            for run in own
        ]
        for seeds in groups.values()
    ]
    order = list(DATASETS)
    return sorted(
        filter(None, complete), key=lambda runs: order.index(runs[0].config.dataset)
    )


def _cell(run: Run) -> tuple[str, float]:
    return run.config.loss, run.config.lipschitz_k


def table3_data(evidence: Records) -> dict[str, Any]:
    """All of Table 3: the paper's three columns, and ours with what is behind them."""
    ours = []
    for runs in table3_groups(evidence):
        config, metric = runs[0].config, measures.distance_metric(runs)
        seeds = {run.config.seed for run in runs}
        shared = {
            name: value
            for name, value in config.to_dict().items()
            if name not in OF_CELL
        }
        ours.append(
            {
                "title": _title(config, len(seeds)),
                "metric": metric_label(metric),
                "constant": short(measures.constant_distance(runs)),
                "config": shared,
                "cells": {
                    f"{loss} {k:g}": _cell_runs(of_cell(runs, loss, k), metric)
                    for loss in experiments.TABLE3_LOSSES
                    for k in experiments.TABLE3_K
                },
            }
        )
    paper = [
        {
            "title": f"the paper: {DATASETS[dataset].label}",
            "metric": "FID, lower is better",
            "constant": published.CONSTANT_FID[dataset],
            "cells": {f"{loss} {k:g}": fid for (loss, k), fid in column.items()},
        }
        for dataset, column in published.TABLE3.items()
    ]
    labels = {loss: LOSSES[loss].label for loss in experiments.TABLE3_LOSSES}
    return {
        "losses": labels,
        "ks": list(experiments.TABLE3_K),
        "ours": ours,
        "paper": paper,
    }


def _title(config: Config, seeds: int) -> str:
    scale = "" if config.scale == DEFAULT_SCALE else f" at {config.scale} scale"
    return (
        f"ours: {DATASETS[config.dataset].label}{scale}, {config.num_steps:,} steps, "
        f"{seeds} seed{'s' * (seeds > 1)}"
    )


def metric_label(name: str) -> str:
    """A metric's name such as `fd_digits_2k`, in words."""
    own = MetricName.parse(name)
    return (
        f"{own.family.upper()} on {own.features} features, {own.samples:,} samples, "
        "lower is better"
    )


def _cell_runs(runs: Sequence[Run], name: str) -> dict[str, Any]:
    rows = []
    for run in sorted(runs, key=lambda run: run.config.seed):
        low, high = domains.omega(run)
        steps = run.history["step"]
        count = min(MOMENTS, len(steps))
        kept = np.unique(np.linspace(0, len(steps) - 1, count).astype(int))
        rows.append(
            run_row(run, name)
            | {
                "omega": [[steps[i], short(low[i]), short(high[i])] for i in kept],
                "from": [run.provenance[key] for key in ("commit", "device", "torch")],
                "finished": run.provenance["finished"][:10],
                "command": train_command(run.config),
            }
        )
    values = [math.inf if r["distance"] is None else r["distance"] for r in rows]
    return {"median": short(median(values)), "runs": rows}


def run_row(run: Run, name: str) -> dict[str, Any]:
    """What every figure says of a run behind a cell; ``name`` is that of a metric."""
    return {
        "id": run.config.config_id,
        "seed": run.config.seed,
        "distance": None if run.diverged else short(run.metrics[name]),
        "diverged": run.diverged_at,
        "samples": run.samples is not None,
    }


def train_command(config: Config) -> str:
    """The call that trains this run; what the scale decides by itself is left out."""
    plain = Config(dataset=config.dataset, scale=config.scale)
    options = [
        f"--{field.name.replace('_', '-')} {value:g}"
        if isinstance(value := getattr(config, field.name), float)
        else f"--{field.name.replace('_', '-')} {value}"
        for field in dataclasses.fields(config)
        if field.name in ("loss", "lipschitz_k", "dataset", "scale", "seed")
        or getattr(config, field.name) != getattr(plain, field.name)
    ]
    return " ".join(["python -m lipgan train", *options, "--store runs"])


def of_cell(runs: Sequence[Run], loss: str, *ks: float) -> list[Run]:
    """The runs of one loss at these values of k_SN."""
    cells = [(loss, k) for k in ks]
    return [r for r in runs if (r.config.loss, r.config.lipschitz_k) in cells]


def short(x: float) -> float | None:
    """Four digits; None, which JSON knows, for what is not finite."""
    return float(f"{x:.4g}") if math.isfinite(x) else None
