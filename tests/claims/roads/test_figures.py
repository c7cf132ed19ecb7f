"""Figures of the other roads."""

import numpy as np
import pytest
from drawings import drawn, marks

from lipgan import experiments
from lipgan.claims.roads import tables
from lipgan.claims.roads.figures import (
    roads_at_a_glance,
    roads_one_by_one,
    roads_scaled,
)
from lipgan.claims.style import MARKERS
from lipgan.gan.regularizers import REGULARIZERS


@pytest.fixture
def road_cells(made_run):
    """All roads; loose EXP diverges, under GN before it has a finite domain."""
    runs = []
    for config in experiments.roads(seeds=[0, 1]) + experiments.roads_scaled(seeds=[0]):
        field, values = experiments.ROADS[config.regularizer]
        half = (0.02, 0.5, 30.0)[values.index(getattr(config, field))]
        metrics, fields = {"fd_digits_constant": 300.0}, {}
        if config.loss == "exp" and half * config.alpha > 1:
            fields = {"status": "diverged", "diverged_at": 2}
            half = np.nan if config.regularizer == "gn" else half
        else:
            metrics["fd_digits_2k"] = 8 + config.seed + min(half * config.alpha, 90)
            metrics["lipschitz_gradient"] = half
        history = {"step": [1, 2]}
        for side in ("real", "fake"):
            history[f"score_{side}_min"] = [-half] * 2
            history[f"score_{side}_max"] = [half] * 2
        runs.append(made_run(config, metrics, history=history, **fields))
    return tables.road_cells(runs)


def test_roads_at_a_glance_shows_every_cell_and_seed_twice(road_cells):
    figure = drawn(roads_at_a_glance(road_cells))
    left, right = figure.axes
    assert left.get_xscale() == "symlog"
    assert right.get_xscale() == "log"
    for ax, name in ((left, "bend"), (right, "slope")):
        shown = [line for m in MARKERS.values() for line in marks(ax, m)]
        x = sorted(v for line in shown for v in line.get_xdata())
        alive = [c for c in road_cells if c.alpha == 1 and np.isfinite(c.distance)]
        assert np.allclose(x, sorted(getattr(c, name) for c in alive))
        assert sum(len(line.get_xdata()) for line in marks(ax, ".")) == 2 * len(alive)
    zeros = [line.get_xdata() for line in marks(left, MARKERS["wgan"])]
    assert len(zeros) == len(experiments.ROADS)
    assert not np.any(zeros)
    assert left.get_title().endswith(f", {len(experiments.ROADS) * 15 - 1} cells")
    assert "diverged" in [text.get_text() for text in figure.legends[0].texts]


def test_roads_put_what_diverged_at_the_top_or_beyond_the_edge(road_cells):
    left, right = roads_at_a_glance(road_cells).axes
    for ax, known in ((left, len(experiments.ROADS) - 1), (right, 0)):
        places = [
            (x, line.get_transform() == ax.transAxes)
            for line in marks(ax, "x")
            for x in line.get_xdata()
        ]
        assert len(places) == 2 * len(experiments.ROADS)  # one loose EXP, two seeds
        assert sum(not beyond for _, beyond in places) == 2 * known
        assert all(x > 1 for x, beyond in places if beyond)
        assert {y for line in marks(ax, "x") for y in line.get_ydata()} == {1}


def test_roads_one_by_one_shows_the_others_in_gray(road_cells):
    figure = drawn(roads_one_by_one(road_cells))
    titles = [ax.get_title() for ax in figure.axes[: len(experiments.ROADS)]]
    labels = [REGULARIZERS[name].label for name in experiments.ROADS]
    assert [title.partition(":")[0] for title in titles] == labels
    alive = [c for c in road_cells if c.alpha == 1 and np.isfinite(c.distance)]
    panel = figure.axes[0]
    own = [c for c in alive if c.regularizer == "sn"]
    gray = [line for line in panel.lines if line.get_color() == "0.8"]
    assert [len(line.get_xdata()) for line in gray] == [len(alive) - len(own)]
    fills = [line.get_fillstyle() for line in marks(panel, MARKERS["cos"])]
    assert fills == ["full", "left", "none"]
    assert len(figure.axes) == len(experiments.ROADS)


def test_roads_scaled_has_an_arrow_per_cell_and_alpha(road_cells):
    figure = drawn(roads_scaled(road_cells))
    assert [ax.get_title() for ax in figure.axes] == [
        "α = 1 to α = 10⁻³",
        "α = 1 to α = 1000",
    ]
    found = {(c.regularizer, c.loss, c.strength, c.alpha): c for c in road_cells}
    ends = [c for c in road_cells if c.alpha == 1e-3]
    texts = [text for text in figure.axes[0].texts if hasattr(text, "xy")]
    arrows = [text.xy for text in texts]
    assert np.allclose(arrows, [(c.bend, c.distance) for c in ends])
    starts = [found[c.regularizer, c.loss, c.strength, 1.0] for c in ends]
    tails = [text.xyann for text in texts]
    assert np.allclose(tails, [(c.bend, c.distance) for c in starts])
    lost = [c for c in road_cells if c.alpha == 1e3 and c.loss == "exp"]
    assert len(marks(figure.axes[1], "x")) == len(lost) == len(experiments.SCALED_ROADS)
