"""The plane of k and alpha cell by cell: distances and samples behind the heat map."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median
from typing import Any

from book.figure_table3 import metric_label, run_row, short, train_command
from lipgan import experiments
from lipgan.claims import measures
from lipgan.claims.published import BROKEN_SHARE
from lipgan.gan.losses import LOSSES
from lipgan.runs import Run


def plane_data(runs: Sequence[Run]) -> dict[str, Any]:
    """Every cell of the losses that bend, and what is behind it.

    Args:
        runs: all of the grid ``plane``, any number of seeds.
    """
    name, constant = measures.distance_metric(runs), measures.constant_distance(runs)
    cells: dict[str, list[Run]] = {}
    for run in sorted(runs, key=lambda run: run.config.seed):
        config = run.config
        if config.loss in experiments.BENT_LOSSES:
            key = f"{config.loss} {config.lipschitz_k:g} {experiments.knob(config):g}"
            cells.setdefault(key, []).append(run)
    return {
        "losses": {loss: LOSSES[loss].label for loss in experiments.BENT_LOSSES},
        "ks": list(experiments.PLANE_K),
        "knobs": [[f"{knob:g}", knob] for knob in experiments.PLANE_KNOBS],
        "metric": metric_label(name),
        "constant": short(constant),
        "broken": short(BROKEN_SHARE * constant),
        "cells": {key: _cell(found, name) for key, found in cells.items()},
    }


def _cell(runs: Sequence[Run], name: str) -> dict[str, Any]:
    distances = [math.inf if run.diverged else run.metrics[name] for run in runs]
    return {
        "median": short(median(distances)),
        "alpha": runs[0].config.alpha,
        "command": train_command(runs[0].config),
        "runs": [run_row(run, name) for run in runs],
    }
