"""The trained generators of Table 3 as scripts, for the figure that runs them."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from torch import nn

from book.figure_table3 import metric_label, of_cell, short
from lipgan.claims import measures
from lipgan.claims.draw import tiles_of
from lipgan.gan.losses import LOSSES
from lipgan.runs import Run
from lipgan.runs.networks import load_generator

SHOWN_FIRST = (("wgan", 1.0), ("cos", 10.0))  # as in generators.js
OF_NORMALIZATION = ("weight", "bias", "running_mean", "running_var")
TILES = 4  # per side, of the static picture


def generators_data(runs: Sequence[Run]) -> dict[str, Any]:
    """What the cells have in common and how each of them ended, without weights.

    Args:
        runs: one per cell of Table 3, with weights unless it diverged.
    """
    metric = measures.distance_metric(runs)
    constant = measures.constant_distance(runs)
    cells = {}
    for run in runs:
        distance = run.metrics.get(metric)
        cells[f"{run.config.loss} {run.config.lipschitz_k:g}"] = {
            "id": run.config.config_id,
            "distance": None if run.diverged or distance is None else short(distance),
            "broken": run.diverged or measures.is_broken(run.metrics[metric], constant),
            "diverged": run.diverged_at,
        }
    sound = next(run for run in runs if not run.diverged)
    return {
        "losses": {r.config.loss: LOSSES[r.config.loss].label for r in runs},
        "ks": sorted({run.config.lipschitz_k for run in runs}),
        "metric": metric_label(metric),
        "constant": short(constant),
        "noise": sound.config.z_dim,
        "layers": [described(layer) for layer in layers(sound)],
        "cells": cells,
    }


def layers(run: Run) -> Iterator[nn.Module]:
    """The layers of a run's generator that compute something, in order."""
    for layer in load_generator(run):
        if not isinstance(layer, nn.Unflatten):
            yield layer


def described(layer: nn.Module) -> dict[str, Any]:
    """A layer without its numbers, as `network.js` reads it.

    Raises:
        ValueError: `network.js` has no such layer.
    """
    match layer:
        case nn.ConvTranspose2d():
            return {
                "kind": "transposed",
                "inputs": layer.in_channels,
                "outputs": layer.out_channels,
                "kernel": layer.kernel_size[0],
                "stride": layer.stride[0],
                "padding": layer.padding[0],
                "bias": layer.bias is not None,
            }
        case nn.BatchNorm2d():
            return {
                "kind": "normalization",
                "channels": layer.num_features,
                "epsilon": layer.eps,
            }
        case nn.ReLU() | nn.Tanh():
            return {"kind": type(layer).__name__.lower()}
    raise ValueError(f"network.js has no layer for {layer}")


def packed_weights(run: Run) -> str:
    """All numbers of a generator in the order of its layers: float16 in base64."""
    tensors = []
    for layer in layers(run):
        names = OF_NORMALIZATION if isinstance(layer, nn.BatchNorm2d) else ()
        state = layer.state_dict()
        tensors += [state[name] for name in names or state]
    numbers = np.concatenate([tensor.numpy().ravel() for tensor in tensors])
    return base64.b64encode(numbers.astype("<f2").tobytes()).decode("ascii")


def static_picture(runs: Sequence[Run]) -> Figure:
    """Recorded samples of the two cells that are shown first, side by side."""
    figure, panels = plt.subplots(1, len(SHOWN_FIRST), figsize=(6.4, 3.4))
    metric = measures.distance_metric(runs)
    for ax, (loss, k) in zip(panels, SHOWN_FIRST, strict=True):
        (run,) = of_cell(runs, loss, k)
        if run.samples is not None:
            picture = tiles_of(run.samples, run.config.image_size, TILES)
            ax.imshow(picture, cmap="gray", vmin=0, vmax=255)
        label, distance = LOSSES[loss].label, run.metrics.get(metric, np.nan)
        ax.set(xticks=[], yticks=[], title=f"{label}, k = {k:g}: FD {distance:.3g}")
    return figure
