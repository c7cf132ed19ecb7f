"""Figures of what a small k costs."""

from dataclasses import replace

import numpy as np
import pytest
from drawings import drawn

from lipgan import experiments
from lipgan.claims.small_k.figures import (
    distance_by_optimizer,
    step_share_curves,
    steps_taken_by_epsilon,
)
from lipgan.gan.optimizers import optimizer_label
from lipgan.training import train


@pytest.fixture(scope="module")
def small_k_runs():
    """Six optimizers after a few steps; Adam lost a run at k = 0.2."""
    runs = train(experiments.small_k(scale="smoke"), device="cpu")
    lost = [i for i, r in enumerate(runs) if r.config.optimizer == "adam"][0]
    runs[lost] = replace(runs[lost], status="diverged", diverged_at=3)
    return runs


def test_distance_by_optimizer_has_a_row_per_optimizer(small_k_runs):
    figure = drawn(distance_by_optimizer(small_k_runs))
    assert [ax.get_title() for ax in figure.axes] == ["NS", "WGAN"]
    rows = [text.get_text() for text in figure.axes[0].get_yticklabels()]
    assert rows == list(map(optimizer_label, experiments.SMALL_K_OPTIMIZERS))
    marks = [[line.get_marker() for line in ax.lines] for ax in figure.axes]
    assert [row.count("o") for row in marks] == [11, 12]
    assert [row.count("x") for row in marks] == [1, 0]


def test_steps_taken_by_epsilon_has_a_line_per_run(small_k_runs):
    figure = drawn(steps_taken_by_epsilon(small_k_runs))
    assert [len(ax.lines) for ax in figure.axes] == [12 + 1] * 4
    taken = [line.get_ydata() for ax in figure.axes for line in ax.lines]
    assert all(0 < value <= 1 for row in taken for value in row)


def test_step_share_curves_fall_to_a_half_at_epsilon():
    figure = drawn(step_share_curves())
    lines = {line.get_label(): line for line in figure.axes[0].lines}
    curve = lines["RMSProp, as in torch"]
    half = np.interp(0.5, curve.get_ydata(), curve.get_xdata())
    assert half == pytest.approx(1e-8, rel=0.1)
    assert np.asarray(lines["ε = 1e-16"].get_ydata()).min() > 0.99
    assert optimizer_label("rmsprop_tf") not in lines
