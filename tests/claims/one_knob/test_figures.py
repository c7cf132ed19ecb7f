"""The figure of the plane."""

import math

from drawings import drawn

from lipgan import experiments
from lipgan.claims.one_knob.figures import plane_of_k_and_alpha


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
