"""Every figure is drawn from real runs at smoke scale, and shows what it says."""

import inspect

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

from lipgan import plots
from lipgan.experiments import TABLE3_LOSSES
from lipgan.losses import LOSSES
from lipgan.plots import images
from lipgan.published import TABLE3


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def drawn(figure):
    """The figure after a full drawing: warnings of the layout come only then."""
    assert isinstance(figure, Figure)
    figure.canvas.draw()
    return figure


def test_runs_of_the_fixture_hold_divergence_too(table3_runs):
    assert {run.status for run in table3_runs} == {"completed", "diverged"}


def test_bound_of_the_domain_shows_measured_widths_below_the_bound(table3_runs):
    figure = drawn(plots.bound_of_the_domain(table3_runs, ["ns", "wgan"]))
    assert [ax.get_title() for ax in figure.axes] == ["NS", "WGAN"]
    lines = {line.get_label(): line for line in figure.axes[0].lines}
    bound = lines["2√d ∏ exact layer norms"].get_ydata()
    assert (lines["measured width of Ω"].get_ydata() <= bound).all()


@pytest.mark.parametrize("name", ["toy2d", "toy2d_ring"])
def test_toy_grid_has_two_rows_per_loss(name, toy_runs):
    figure = drawn(plots.toy_grid(toy_runs[name], ["ns", "exp"]))
    assert len(figure.axes) == 4 * 3
    titles = [ax.get_title() for ax in figure.axes]
    assert "NS" in titles[0]
    assert "10" in titles[0]
    assert sum("EXP" in title for title in titles) == 3


@pytest.mark.parametrize("name", ["toy2d", "toy2d_ring"])
def test_toy_movie_plays_by_itself(name, toy_runs):
    html = plots.toy_movie(toy_runs[name][:2], frames=2)
    assert html.count("data:image/png;base64") == 2
    assert "http://" not in html.replace("http://www.w3.org", "")


def test_distance_against_k_has_the_papers_three_panels(table3_runs):
    figure = drawn(plots.distance_against_k(table3_runs))
    titles = [ax.get_title() for ax in figure.axes]
    assert titles == [
        "ours: digits",
        "paper: MNIST",
        "paper: CIFAR-10",
        "paper: CelebA",
    ]
    lines = {line.get_label(): line for line in figure.axes[1].lines}
    ours = [fid for (loss, _), fid in TABLE3["mnist"].items() if loss == "cos"]
    assert np.allclose(lines["COS"].get_ydata(), ours)


def test_sample_grid_has_a_panel_per_run(table3_runs):
    figure = drawn(plots.sample_grid(table3_runs))
    assert len(figure.axes) == len(table3_runs) == 35
    lost = [run for run in table3_runs if run.diverged]
    texts = [text.get_text() for ax in figure.axes for text in ax.texts]
    assert len(texts) == len(lost)
    assert all(text.startswith("diverged at\nstep ") for text in texts)


def test_scaled_losses_draws_the_curves_that_train():
    figure = drawn(plots.scaled_losses([1e-9, 1.0, 1e3], ["ns", "ls"], 2.0))
    curve = figure.axes[1].lines[1]  # LS at alpha = 1
    x = curve.get_xdata()
    assert np.allclose(np.asarray(curve.get_ydata()), (x - 1) ** 2 - 1)


def test_tangent_distances_have_slope_one_and_no_line_for_wgan():
    figure = drawn(plots.tangent_distances(["ns", "wgan", "ls"], 3.0))
    lines = figure.axes[0].lines
    assert [line.get_label() for line in lines] == ["NS", "LS"]
    x, y = np.log10(lines[1].get_xdata()), np.log10(lines[1].get_ydata())
    assert np.allclose(np.diff(y) / np.diff(x), 1, atol=1e-3)


def test_samples_are_separated_by_lines():
    picture = np.zeros((16, 16), dtype=np.uint8)
    tiles = images._tiles(picture, 8, 2)
    assert tiles.shape == (17, 17)
    assert (tiles[8] == 255).all()
    assert (tiles[:, 8] == 255).all()
    assert tiles.sum() == 255 * 33


def test_every_loss_has_a_color_and_a_marker():
    assert set(LOSSES) <= set(plots.COLORS)
    assert set(TABLE3_LOSSES) <= set(plots.MARKERS)


def test_every_figure_is_tested_here():
    """A new function of lipgan.plots needs a test of its own in this file."""
    own = [
        name
        for name, function in vars(plots).items()
        if inspect.isfunction(function)
        and function.__module__.startswith("lipgan.plots.")
        and inspect.signature(function).return_annotation is Figure
    ]
    with open(__file__) as file:
        source = file.read()
    assert own
    assert [name for name in own if f"plots.{name}(" not in source] == []
