"""What all figures share: panels, labels, colours, and that each is tested."""

import inspect
import itertools
import math
from importlib import import_module
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from drawings import drawn, marks, smallest_text
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from lipgan import experiments
from lipgan.claims import draw, heat, style
from lipgan.claims.roads.figures import (
    HUES,
)
from lipgan.experiments import TABLE3_LOSSES
from lipgan.gan.losses import LOSSES


def test_sample_grid_has_a_panel_per_run(table3_runs):
    figure = drawn(draw.sample_grid(table3_runs))
    assert len(figure.axes) == len(table3_runs) == 35
    lost = [run for run in table3_runs if run.diverged]
    texts = [text.get_text() for ax in figure.axes for text in ax.texts]
    assert len(texts) == len(lost)
    assert all(text.startswith("diverged\nat step\n") for text in texts)


def test_samples_are_separated_by_lines():
    picture = np.zeros((16, 16), dtype=np.uint8)
    tiles = draw.tiles_of(picture, 8, 2)
    assert tiles.shape == (17, 17)
    assert (tiles[8] == 255).all()
    assert (tiles[:, 8] == 255).all()
    assert tiles.sum() == 255 * 33


def test_every_loss_has_a_color_and_a_marker():
    assert set(LOSSES) <= set(style.COLORS)
    assert set(TABLE3_LOSSES) <= set(style.MARKERS)


@pytest.mark.parametrize(
    ("columns", "titles"),
    [("alpha", ["α = 10⁻⁵", "α = 0.1"]), ("seed", ["seed 0", "seed 1"])],
)
def test_sample_grid_has_columns_of_any_field(columns, titles, alpha_runs):
    alphas = [1e-5, 1e-1] if columns == "alpha" else [1e-5]
    seeds = [0] if columns == "alpha" else [0, 1]
    configs = experiments.table4a(seeds=seeds, losses=["ns", "ls_sharp"], alphas=alphas)
    figure = drawn(draw.sample_grid(alpha_runs(configs), columns=columns))
    assert [ax.get_title() for ax in figure.axes[:2]] == titles
    assert [ax.get_ylabel() for ax in figure.axes[::2]] == ["NS", "LS#"]


def test_heat_writes_what_can_be_read_and_leaves_out_what_is_not_there():
    figure, ((ax,),) = draw.panels(1, 1, 2)
    gray = plt.get_cmap("gray")
    values = np.array([[0.0, 1.0, np.inf, np.nan]])
    heat.heat(ax, values, plt.Normalize(0, 1), gray, ["row"], list("abcd"))
    drawn(figure)
    texts = [(text.get_text(), text.get_color()) for text in ax.texts]
    assert texts == [("0", "white"), ("1", "black"), ("×", "white")]
    assert [patch.get_xy() for patch in ax.patches] == [(2, 0)]


def test_medians_join_what_did_not_diverge():
    figure, ((ax,),) = draw.panels(1, 1, 2)
    found = {1.0: [1.0, 3.0, math.inf], 2.0: [math.inf], 3.0: [5.0]}
    draw.medians(ax, found, color="black", marker="o")
    drawn(figure)
    (line,), (dots,) = marks(ax, "o"), marks(ax, ".")
    assert np.array_equal(line.get_ydata(), [2, np.nan, 5], equal_nan=True)
    assert list(dots.get_ydata()) == [1, 3]
    assert list(marks(ax, "x")[0].get_xdata()) == [1, 2]


def test_the_label_of_a_line_that_diverged_is_at_the_top():
    figure, ((ax,),) = draw.panels(1, 1, 2)
    ax.plot([0, 1, 2], [0.2, 0.3, np.nan], label="diverged")
    ax.plot([0, 1, 2], [0.1, 0.2, 0.3], label="did not")
    ax.set_ylim(0, 1)
    draw.label_lines(ax)
    drawn(figure)
    heights = {text.get_text(): text.xy[1] for text in ax.texts}
    assert heights == {"diverged": 1.0, "did not": pytest.approx(0.3)}


def test_labels_of_lines_do_not_lie_on_one_another():
    figure, ((ax,),) = draw.panels(1, 1, 2)
    for height in (0.5, 0.501, 0.502, 1.0):
        ax.plot([0, 1], [0, height], label=f"to {height}")
    ax.set_ylim(0, 1)
    draw.label_lines(ax)
    drawn(figure)
    boxes = [text.get_window_extent() for text in ax.texts]
    assert len(boxes) == 4
    for below, above in itertools.pairwise(sorted(boxes, key=lambda box: box.y0)):
        assert below.y1 <= above.y0 + 1


def luminance(color):
    values = np.asarray(color)
    linear = np.where(
        values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4
    )
    return linear @ [0.2126, 0.7152, 0.0722]


@pytest.mark.parametrize("dim", [False, True])
def test_colors_stand_out_on_the_card_of_both_themes(dim):
    def seen(color):  # the theme's filter: brightness 0.8, then contrast 1.2
        values = np.asarray(to_rgb(color))
        return np.clip((0.8 * values - 0.5) * 1.2 + 0.5, 0, 1) if dim else values

    card = luminance(seen("white")) + 0.05
    for color in (*style.HUES, style.OMEGA, style.INK, style.FAINT, *HUES.values()):
        assert card / (luminance(seen(color)) + 0.05) >= 4.5, color


def test_a_small_text_would_be_noticed():
    figure, ((ax,),) = draw.panels(1, 1, 2)
    ax.set(title="$k_{SN}$")
    assert smallest_text(figure) == pytest.approx(0.7 * (style.TEXT + 1))


ROOMS = sorted(p.parent.name for p in Path(draw.__file__).parent.glob("*/figures.py"))


def figures_of(module):
    return [
        name
        for name, function in vars(module).items()
        if inspect.isfunction(function)
        and function.__module__ == module.__name__
        and not name.startswith("_")
        and inspect.signature(function).return_annotation is Figure
    ]


@pytest.mark.parametrize("room", ROOMS)
def test_every_figure_is_tested_in_its_room(room):
    source = Path(__file__).with_name(room).joinpath("test_figures.py").read_text()
    own = figures_of(import_module(f"lipgan.claims.{room}.figures"))
    assert own
    assert [name for name in own if f"{name}(" not in source] == []


def test_every_shared_figure_is_tested_here():
    own = figures_of(draw)
    assert own
    source = Path(__file__).read_text()
    assert [name for name in own if f"{name}(" not in source and name != "finish"] == []
