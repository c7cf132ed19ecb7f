"""Figures of the two-dimensional toys."""

import pytest
from drawings import drawn

from lipgan.claims.toys.figures import toy_grid, toy_movie


@pytest.mark.parametrize("name", ["toy2d", "toy2d_ring"])
def test_toy_grid_has_two_rows_per_loss(name, toy_runs):
    figure = drawn(toy_grid(toy_runs[name], ["ns", "exp"]))
    assert len(figure.axes) == 4 * 3
    assert [ax.get_title() for ax in figure.axes[:2]] == ["NS", "EXP"]
    names = [ax.get_ylabel() for ax in figure.axes if ax.get_ylabel()]
    assert names == ["α = 10⁻¹⁰", "α = 1", "α = 10¹⁰"]


@pytest.mark.parametrize("name", ["toy2d", "toy2d_ring"])
def test_toy_movie_plays_by_itself(name, toy_runs):
    html = toy_movie(toy_runs[name][:2], frames=2)
    assert html.count("data:image/png;base64") == 2
    assert "http://" not in html.replace("http://www.w3.org", "")
