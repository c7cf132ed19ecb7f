"""The figure of the plane."""

import math

import numpy as np
from drawings import drawn

from lipgan import experiments
from lipgan.claims.one_knob.figures import (
    columns_that_fall_together,
    place_on_the_knob,
    plane_of_k_and_alpha,
    samples_over_the_plane,
)


def test_plane_has_a_panel_per_bent_loss_and_marks_divergence(as_runs):
    def distance(config):
        value = experiments.knob(config)
        lost = config.loss == "exp" and value > 1e3
        return math.inf if lost else 20.0 * (1 + value)

    runs = as_runs(experiments.plane(seeds=[0]), distance, 800.0)
    figure = drawn(plane_of_k_and_alpha(runs))
    panels = figure.axes[: len(experiments.BENT_LOSSES)]
    crosses = [sum(line.get_marker() == "x" for line in ax.lines) for ax in panels]
    assert crosses == [0, 0, 0, 3 * len(experiments.PLANE_K)]


def falls_together(config):
    """Only the knob decides, but for biases as they are; COS breaks at 100."""
    if config.loss == "wgan":
        return 40.0
    if config.loss == "cos" and experiments.knob(config) >= 100:
        return math.inf
    own = config.lipschitz_k if config.d_biases == "own" else 1.0
    return 20.0 * own * (1 + experiments.knob(config))


def test_columns_have_a_line_per_k_that_lie_together_with_frozen_biases(as_runs):
    runs = as_runs(experiments.collapse(seeds=[0, 1]), falls_together, 800.0)
    figure = drawn(columns_that_fall_together(runs))
    panels = {ax.get_title(): ax for ax in figure.axes}
    assert [name for name in panels if name.startswith("NS")] == list(panels)[:3]
    frozen = [list(line.get_ydata()) for line in panels["NS, frozen at 0"].lines]
    assert len(frozen) == len(experiments.COLLAPSE_K)
    assert all(line == frozen[0] for line in frozen)
    as_are = [line.get_ydata()[0] for line in panels["COS, as they are"].lines]
    assert as_are == sorted(as_are)
    assert len(set(as_are)) == len(as_are)
    ends = [line.get_xdata()[-1] for line in panels["COS, frozen at 0"].lines]
    assert set(ends) == {10.0}  # what diverged is not drawn


def test_place_on_the_knob_is_over_wgan(as_runs):
    runs = as_runs(experiments.collapse(seeds=[0]), falls_together, 800.0)
    ax = drawn(place_on_the_knob(runs)).axes[0]
    lines = {line.get_label(): line for line in ax.lines}
    at = list(lines["NS"].get_xdata()).index(1.0)
    assert lines["NS"].get_ydata()[at] == 1.0


def test_samples_stand_at_their_place_in_the_plane(made_run):
    small = {"losses": ["cos"], "ks": [1.0, 50.0], "knobs": [0.1, 10.0]}
    runs = []
    for config in experiments.plane(seeds=[0], **small):
        lost = config.lipschitz_k == 50 and experiments.knob(config) == 10
        shade = 50 if config.lipschitz_k == 1 else 200
        samples = None if lost else np.full((32, 64), shade, np.uint8)
        runs.append(made_run(config, {}, samples=samples))
    figure = drawn(samples_over_the_plane(runs, "cos"))
    picture = figure.axes[0].images[0].get_array()
    assert (picture[0, 0], picture[-5, 0]) == (50, 50)
    assert picture[-5, picture.shape[1] // 2] == 200
    assert picture[0, picture.shape[1] // 2] == 255  # nothing but a cross
    assert [text.get_text() for text in figure.axes[0].texts] == ["×"]
