"""Figures of the losses that a small α leaves."""

import numpy as np
from drawings import drawn

from lipgan.claims.degeneration.figures import scaled_losses, tangent_distances


def test_scaled_losses_draws_the_curves_that_train():
    figure = drawn(scaled_losses([1e-9, 1.0, 1e3], ["ns", "ls"], 2.0))
    curve = figure.axes[1].lines[1]  # LS at alpha = 1
    x = curve.get_xdata()
    assert np.allclose(np.asarray(curve.get_ydata()), (x - 1) ** 2 - 1)


def test_tangent_distances_have_slope_one_and_no_line_for_wgan():
    figure = drawn(tangent_distances(["ns", "wgan", "ls"], 3.0))
    lines = figure.axes[0].lines
    assert [line.get_label() for line in lines] == ["NS", "LS"]
    x, y = np.log10(lines[1].get_xdata()), np.log10(lines[1].get_ydata())
    assert np.allclose(np.diff(y) / np.diff(x), 1, atol=1e-3)
