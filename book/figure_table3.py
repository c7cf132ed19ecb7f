"""Table 3 cell by cell for the explorer: the paper's numbers and our records."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from book.page_list import DEFAULT_SCALE
from lipgan import domains, experiments, measures, published
from lipgan.config import Config
from lipgan.data import DATASETS
from lipgan.losses import LOSSES
from lipgan.runs import Run, RunStore

MOMENTS = 17  # of a history that the figure shows


def table3_groups(evidence: RunStore) -> list[list[Run]]:
    """Every complete Table 3 under spectral normalization that the store holds.

    Runs belong together when their configs differ in loss, k_SN and seed only, so
    records of another data set or budget make a table of their own.
    """
    grid = {
        (loss, k) for loss in experiments.TABLE3_LOSSES for k in experiments.TABLE3_K
    }
    groups: dict[tuple, list[Path]] = {}
    cells: dict[tuple, set] = {}
    for path in evidence.records():
        config = json.loads(path.read_text("utf-8"))["config"]
        cell = config.pop("loss"), config.pop("lipschitz_k")
        del config["seed"]
        plain = (config["regularizer"], config["optimizer"], config["alpha"])
        if plain == ("sn", "rmsprop", 1.0) and config["image_size"] and cell in grid:
            key = tuple(sorted(config.items()))
            groups.setdefault(key, []).append(path)
            cells.setdefault(key, set()).add(cell)
    complete = [paths for key, paths in groups.items() if cells[key] == grid]
    tables = [[evidence.read(path) for path in paths] for paths in complete]
    return sorted(tables, key=lambda runs: list(DATASETS).index(runs[0].config.dataset))


def table3_data(evidence: RunStore) -> dict[str, Any]:
    """All of Table 3: the paper's three columns, and ours with what is behind them."""
    ours = []
    for runs in table3_groups(evidence):
        config, metric = runs[0].config, measures.distance_metric(runs)
        seeds = {run.config.seed for run in runs}
        shared = {
            name: value
            for name, value in config.to_dict().items()
            if name not in ("loss", "lipschitz_k", "seed")
        }
        ours.append(
            {
                "title": _title(config, len(seeds)),
                "metric": _metric_label(metric),
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


def _metric_label(name: str) -> str:
    family, features, count = name.split("_")
    return f"{family.upper()} on {features} features, {count} samples, lower is better"


def _cell_runs(runs: Sequence[Run], name: str) -> dict[str, Any]:
    rows = []
    for run in sorted(runs, key=lambda run: run.config.seed):
        low, high = domains.omega(run)
        steps = run.history["step"]
        count = min(MOMENTS, len(steps))
        kept = np.unique(np.linspace(0, len(steps) - 1, count).astype(int))
        rows.append(
            {
                "id": run.config.config_id,
                "seed": run.config.seed,
                "distance": None if run.diverged else short(run.metrics[name]),
                "diverged": run.diverged_at,
                "samples": run.samples is not None,
                "omega": [[steps[i], short(low[i]), short(high[i])] for i in kept],
                "from": [run.provenance[key] for key in ("commit", "device", "torch")],
                "finished": run.provenance["finished"][:10],
                "command": train_command(run.config),
            }
        )
    values = [math.inf if r["distance"] is None else r["distance"] for r in rows]
    return {"median": short(median(values)), "runs": rows}


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
