"""Every figure is drawn from real runs at smoke scale, and shows what it says."""

import inspect
import itertools
import math
import re
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

from lipgan import experiments
from lipgan.claims import CLAIMS, draw, heat, style
from lipgan.claims.bound.figures import bound_of_the_domain
from lipgan.claims.costs.figures import growth
from lipgan.claims.degeneration.figures import scaled_losses, tangent_distances
from lipgan.claims.domain_against_k.figures import (
    domain_widths,
    domains_during_training,
    drift_of_the_domain,
    loss_on_domains,
)
from lipgan.claims.domains import late_width, omega
from lipgan.claims.fid_against_alpha.figures import (
    apart_from_wgan,
    distance_against_alpha,
    distance_against_domain,
    spread_against_alpha,
    tables_beside_papers,
)
from lipgan.claims.fid_against_k.figures import (
    distance_against_k,
    table_beside_papers,
)
from lipgan.claims.gradient_fields.figures import (
    critic_fields,
    direction_by_loss,
    drift_of_critics,
)
from lipgan.claims.one_knob.figures import plane_of_k_and_alpha
from lipgan.claims.other_metrics.figures import metrics_against_distance
from lipgan.claims.published import TABLE2, TABLE3, TABLE4
from lipgan.claims.roads import tables
from lipgan.claims.roads.figures import (
    HUES,
    roads_at_a_glance,
    roads_one_by_one,
    roads_scaled,
)
from lipgan.claims.small_k.figures import (
    distance_by_optimizer,
    step_share_curves,
    steps_taken_by_epsilon,
)
from lipgan.claims.style import MARKERS
from lipgan.claims.systems.figures import (
    distance_against_strength,
    distance_and_push_against_k,
)
from lipgan.claims.toys.figures import toy_grid, toy_movie
from lipgan.claims.two_failures.figures import (
    bias_over_training,
    failure_samples,
    failure_signs,
)
from lipgan.claims.what_the_bend_does.figures import arms_at_a_glance
from lipgan.experiments import TABLE3_LOSSES
from lipgan.gan.losses import LOSSES
from lipgan.gan.optimizers import OPTIMIZER_LABELS
from lipgan.gan.regularizers import REGULARIZERS
from lipgan.sweep import load_known
from lipgan.training import train


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def drawn(figure):
    """The figure after a full drawing: warnings of the layout come only then.

    It fits the column of a page, where its words are large enough for a phone's three
    quarters, and all of it is inside of it.
    """
    assert isinstance(figure, Figure)
    figure.canvas.draw()
    assert smallest_text(figure) >= style.TEXT
    assert figure.get_figwidth() <= style.WIDTH
    box = figure.get_tightbbox()
    assert box.x0 > -0.05
    assert box.x1 < figure.get_figwidth() + 0.05
    return figure


def test_runs_of_the_fixture_hold_divergence_too(table3_runs):
    assert {run.status for run in table3_runs} == {"completed", "diverged"}


def test_bound_of_the_domain_shows_measured_widths_below_the_bound(table3_runs):
    figure = drawn(bound_of_the_domain(table3_runs, ["ns", "wgan"]))
    assert [ax.get_title() for ax in figure.axes] == ["NS", "WGAN"]
    lines = {line.get_label(): line for line in figure.axes[0].lines}
    bound = lines["2√d ∏ exact layer norms"].get_ydata()
    assert (lines["measured width of Ω"].get_ydata() <= bound).all()


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


def test_distance_against_k_has_the_papers_three_panels(table3_runs):
    figure = drawn(distance_against_k(table3_runs))
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
    figure = drawn(draw.sample_grid(table3_runs))
    assert len(figure.axes) == len(table3_runs) == 35
    lost = [run for run in table3_runs if run.diverged]
    texts = [text.get_text() for ax in figure.axes for text in ax.texts]
    assert len(texts) == len(lost)
    assert all(text.startswith("diverged\nat step\n") for text in texts)


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


@pytest.fixture
def alpha_runs(made_run):
    """Call it for made-up runs of these configs: EXP diverges from alpha = 0.1 on."""

    def make(configs, scores=1.0):
        runs = []
        for i, config in enumerate(configs):
            history = {"step": [1, 10, 100]}
            for side in ("real", "fake"):
                history[f"score_{side}_min"] = [-scores * (1 + i)] * 3
                history[f"score_{side}_max"] = [scores * (1 + i)] * 3
            metrics, fields = {"fd_digits_constant": 900.0}, {}
            if config.loss == "exp" and config.alpha in (0.1, 1e3, 1e11):
                fields = {"status": "diverged", "diverged_at": 1}
                history = {name: [np.nan] for name in history}
            else:
                metrics["fd_digits_2k"] = 8.0 + i
            runs.append(made_run(config, metrics, history=history, **fields))
        return runs

    return make


@pytest.mark.parametrize(
    ("table", "title"),
    [
        (experiments.table4a, "paper: CelebA (inferred), k = 50"),
        (experiments.table4b, "paper: MNIST (inferred), k = 1"),
    ],
)
def test_distance_against_alpha_has_ours_and_the_papers_part(table, title, alpha_runs):
    figure = drawn(distance_against_alpha(alpha_runs(table(seeds=[0, 1]))))
    ours, paper = figure.axes
    assert paper.get_title() == title
    lines = {line.get_label(): line for line in paper.lines}
    k = 50.0 if "50" in title else 1.0
    theirs = [fid for (loss, _), fid in TABLE4[k].items() if loss == "ls_sharp"]
    assert np.allclose(lines["LS#"].get_ydata(), theirs)
    assert lines["LS#"].get_linestyle() == "--" != lines["LS"].get_linestyle()
    assert "x" in {line.get_marker() for line in ours.lines}


def test_distance_against_domain_puts_all_knobs_on_one_axis(alpha_runs):
    configs = experiments.table4a() + experiments.table4b() + experiments.table3()
    figure = drawn(distance_against_domain(alpha_runs(configs)))
    assert [ax.get_title() for ax in figure.axes] == ["NS", "LS", "LS#", "COS", "EXP"]
    ns, sharp, exp = (figure.axes[i].lines for i in (0, 2, 4))
    counts = [len(line.get_xdata()) for line in ns if line.get_linestyle() == "None"]
    assert counts == [7, 6, 6]
    widths = ns[1].get_xdata()  # alpha varies at k = 50
    assert np.allclose(widths, 2 * np.arange(1, 7) * experiments.TABLE4A_ALPHAS)
    assert len(sharp[0].get_xdata()) == 0  # Table 3 has no LS#
    crosses = [line for line in exp if line.get_marker() == "x"]
    assert len(crosses) == 2
    assert all(np.isfinite(line.get_xdata()).all() for line in crosses)


def test_spread_against_alpha_is_worst_over_best(alpha_runs):
    configs = experiments.table5(seeds=[0, 1]) + experiments.table4a(seeds=[0, 1])
    runs = alpha_runs(configs)
    figure = drawn(spread_against_alpha(runs))
    lines = {line.get_label(): line for line in figure.axes[0].lines}
    paper = lines["paper: CelebA\n(inferred)"]
    assert paper.get_ydata()[0] == pytest.approx(8.51 / 8.10)
    assert paper.get_ydata()[1] == pytest.approx(9.08 / 6.66)
    assert np.isnan(lines["ours:\ndigits"].get_ydata()[-1])  # EXP diverged
    tiny = [r.metrics["fd_digits_2k"] for r in runs if r.config.alpha == 1e-25]
    ratio = np.median(tiny[3::4]) / np.median(tiny[0::4])
    assert lines["ours:\ndigits"].get_ydata()[0] == pytest.approx(ratio)
    assert "x" in {line.get_marker() for line in figure.axes[0].lines}


def test_apart_from_wgan_starts_at_the_bottom(alpha_runs):
    configs = experiments.table5(seeds=[0, 1])
    runs = [alpha_runs([config])[0] for config in configs]  # all alike
    changed = [r for r in runs if r.config.loss == "cos"]
    for run in changed:
        run.history["score_real_max"][2] *= 2
    figure = drawn(apart_from_wgan(runs))
    ax = figure.axes[0]
    floor = ax.get_ylim()[0]
    shown = {line.get_label(): line.get_ydata() for line in ax.lines}
    assert np.allclose(shown["EXP"], floor)
    assert np.allclose(shown["COS"], [floor, floor, 0.5])
    assert len(ax.lines) == 9  # one more between the two seeds of WGAN
    entries = [t.get_text() for t in ax.get_legend().texts]
    assert entries == ["WGAN, other seed", "NS", "LS#", "COS", "EXP"]


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


@pytest.fixture(scope="module")
def figure4_runs():
    """Figure 4 after a few steps, one run turned into one that diverged."""
    runs = train(experiments.figure4(scale="smoke"), device="cpu")
    last = runs[-1].history
    gone = {k: [*v[:-1], np.nan] for k, v in last.items() if "score" in k}
    return [
        *runs[:-1],
        replace(runs[-1], status="diverged", diverged_at=6, history=last | gone),
    ]


def test_domains_during_training_draws_the_ends_of_every_omega(figure4_runs):
    figure = drawn(domains_during_training(figure4_runs))
    assert [ax.get_title() for ax in figure.axes[:3]] == ["NS", "LS", "WGAN"]
    assert "GP" in figure.axes[0].get_ylabel()
    run = next(r for r in figure4_runs if r.config.regularizer == "gp")
    low, high = omega(run)
    drawn_ends = [line.get_ydata().tolist() for line in figure.axes[0].lines]
    assert low.tolist() in drawn_ends
    assert high.tolist() in drawn_ends
    assert {ax.get_yscale() for ax in figure.axes} == {"symlog"}


def test_drift_of_the_domain_ends_near_its_place(figure4_runs):
    figure = drawn(drift_of_the_domain(figure4_runs))
    shown = [len(ax.lines) for ax in figure.axes]
    assert shown == [4] * 6
    lines = [line.get_ydata() for ax in figure.axes[3:] for line in ax.lines]
    assert all(abs(np.median(y[len(y) // 2 :])) < 1e-9 for y in lines)


def test_domain_widths_stand_beside_table_2(figure4_runs):
    figure = drawn(domain_widths(figure4_runs))
    assert len(figure.axes) == 3
    lines = {line.get_label(): line for line in figure.axes[0].lines}
    ours = [r for r in figure4_runs if r.config.loss == "ns"][:4]
    assert np.allclose(lines["SN, ours"].get_ydata(), [late_width(r) for r in ours])
    printed = lines["SN, the paper's Table 2 (CelebA)"].get_ydata()
    assert list(printed) == [high - low for (low, high), _ in TABLE2["ns"].values()]


@pytest.mark.parametrize(
    ("picture", "crosses"),
    [(domains_during_training, 1), (drift_of_the_domain, 1), (domain_widths, 1)],
)
def test_a_diverged_run_is_a_cross_at_the_top(picture, crosses, figure4_runs):
    figure = picture(figure4_runs)
    lines = [line for ax in figure.axes for line in ax.lines]
    found = [line for line in lines if line.get_marker() == "x"]
    assert [line.get_ydata() for line in found] == [[1]] * crosses


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
    assert rows == list(OPTIMIZER_LABELS.values())
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
    assert OPTIMIZER_LABELS["rmsprop_tf"] not in lines


@pytest.fixture(scope="module")
def figure5_runs():
    """Figure 5's cells and their counterparts after a few steps; EXP overflows."""
    return train(CLAIMS["sample_bias"].configs("smoke", [0]), device="cpu")


def test_failure_samples_have_a_row_per_alpha_and_say_what_happened(figure5_runs):
    figure = drawn(failure_samples(figure5_runs))
    titles = [ax.get_title() for ax in figure.axes]
    assert len(titles) == 8
    assert titles[7] == "EXP: crashed"
    assert [ax.get_ylabel() for ax in figure.axes[::4]] == [
        "α = 10⁻⁹\nseed 0",
        "α = 0.1\nseed 0",
    ]
    texts = [text.get_text() for ax in figure.axes for text in ax.texts]
    assert texts == ["diverged\nat step\n1"]


def test_failure_signs_mark_every_run_and_both_thresholds(figure5_runs):
    figure = drawn(failure_signs(figure5_runs))
    titles = [ax.get_title() for ax in figure.axes]
    assert titles[:2] == ["density", "coverage"]
    for ax, threshold in zip(figure.axes, (0.1, 0.5, None, None), strict=True):
        crosses = [line for line in ax.lines if line.get_marker() == "x"]
        dashed = [line for line in ax.lines if line.get_linestyle() == "--"]
        marks = [line for line in ax.lines if line.get_marker() in MARKERS.values()]
        assert (len(marks), len(crosses)) == (7, 1)
        assert [line.get_ydata()[0] for line in dashed] == [threshold] * bool(threshold)


def test_bias_over_training_shows_what_was_recorded(figure5_runs):
    figure = drawn(bias_over_training(figure5_runs))
    titles = [ax.get_title() for ax in figure.axes]
    assert titles == ["evenness, real", "evenness, fake", "push of the favored class"]
    run = next(r for r in figure5_runs if r.config.loss == "ls")
    curves = [list(line.get_ydata()) for line in figure.axes[0].lines]
    assert run.history["evenness_real"] in curves
    thick = [k.get_label() for k in figure.axes[0].lines if k.get_linewidth() == 2]
    assert thick == ["NS", "LS", "COS"]
    assert [len(marks(ax, "x")) for ax in figure.axes] == [1] * 3
    assert "diverged: EXP" in [text.get_text() for text in figure.legends[0].texts]


def test_metrics_against_distance_has_a_panel_per_metric(table3_runs):
    figure = drawn(metrics_against_distance(table3_runs))
    assert len(figure.axes) == 5
    titles = [ax.get_title() for ax in figure.axes]
    assert titles[0].startswith("Inception-style score\nρ = ")
    assert figure.axes[0].get_ylabel() == "high is good"
    assert not any("working" in t for t in titles)  # at smoke scale no cell works
    lost = len([run for run in table3_runs if run.diverged])
    crosses = [k for k in figure.axes[0].lines if k.get_marker() == "x"]
    assert len(crosses) == lost > 0


def test_cells_that_work_have_a_correlation_of_their_own(table3_runs):
    runs = [
        replace(run, metrics=run.metrics | {"fd_digits_constant": 1e9})
        for run in table3_runs
    ]
    figure = drawn(metrics_against_distance(runs))
    shown = [k for k in figure.axes[0].lines if k.get_marker() in MARKERS.values()]
    assert len(shown) == len([run for run in runs if not run.diverged])
    assert ", working " in figure.axes[0].get_title()


@pytest.fixture(scope="module")
def system_runs():
    """Three systems after a few steps, two seeds; one run of each diverged."""
    found = {}
    tables = {
        **{n: CLAIMS[n].configs for n in ("alr_viable", "lgan_beats_wgan")},
        "gran_k": experiments.gran_k,
    }
    for name, configs in tables.items():
        runs = train(configs(scale="smoke", seeds=[0, 1]), device="cpu")
        constant = {k: v for k, v in runs[0].metrics.items() if "constant" in k}
        lost = replace(runs[0], status="diverged", diverged_at=3, metrics=constant)
        found[name] = [lost, *runs[1:]]
    return found


def test_distance_against_strength_has_medians_seeds_and_crosses(system_runs):
    runs = system_runs["alr_viable"]
    figure = drawn(distance_against_strength(runs))
    top, bottom = figure.axes[:3], figure.axes[3:]
    assert [ax.get_title() for ax in top] == ["SN", "GP", "ALP"]
    own = [r for r in runs if r.config.regularizer == runs[-1].config.regularizer]
    for ax, metric in ((top[-1], "fd_digits_64"), (bottom[-1], "lipschitz_gradient")):
        line = next(k for k in ax.lines if k.get_marker() in MARKERS.values())
        seeds = np.reshape([r.metrics[metric] for r in own], (2, -1))
        assert np.allclose(sorted(line.get_ydata()), sorted(np.median(seeds, axis=0)))
    assert [len(marks(ax, "x")) for ax in figure.axes] == [1, 0, 0] * 2


def test_losses_at_one_regularizer_share_a_panel(system_runs):
    runs = system_runs["lgan_beats_wgan"]
    figure = drawn(distance_against_strength(runs, "loss"))
    wanted = ["WGAN", "LGAN-log", "LGAN-sqrt", "LGAN-exp", "hinge"]
    for ax in figure.axes:
        named = [k for k in ax.lines if not k.get_label().startswith("_")]
        assert [line.get_label() for line in named] == wanted
        assert len(marks(ax, "x")) == 1
        beside = {text.get_text(): text.get_color() for text in ax.texts}
        assert all(beside[k.get_label()] == k.get_color() for k in named)


def test_slopes_stand_beside_what_penalties_ask_for(system_runs):
    figure = drawn(distance_against_strength(system_runs["alr_viable"]))
    dotted = [
        [k for k in ax.lines if k.get_linestyle() == ":"] for ax in figure.axes[3:]
    ]
    assert [len(found) for found in dotted] == [0, 1, 1]
    line = dotted[2][0]
    assert list(line.get_xdata()) == list(line.get_ydata())
    assert list(line.get_xdata()) == sorted(experiments.ROADS["alp"][1])


def test_distance_and_push_against_k_has_a_line_per_optimizer(system_runs):
    figure = drawn(distance_and_push_against_k(system_runs["gran_k"]))
    assert [ax.get_title() for ax in figure.axes[:3]] == ["NS", "COS", "WGAN"]
    marks = [[k.get_marker() for k in ax.lines] for ax in figure.axes]
    assert [(row.count("o"), row.count("s")) for row in marks] == [(1, 1)] * 6
    assert [row.count("x") for row in marks] == [1, 0, 0, 1, 0, 0]
    control = [k for k in figure.axes[5].lines if k.get_marker() == "o"]
    assert np.allclose(control[0].get_ydata(), 1)  # the slope of WGAN's loss
    assert {ax.get_yscale() for ax in figure.axes} == {"log"}


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


def marks(ax, marker):
    return [line for line in ax.lines if line.get_marker() == marker]


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
        "α = 1 to α = 0.001",
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


@pytest.fixture(scope="module")
def field_runs():
    """Critics of a frozen generator after a few steps, two seeds; one diverged."""
    runs = train(
        experiments.gradient_fields(
            scale="smoke",
            seeds=[0, 1],
            losses=["ns", "exp"],
            regularizers=["none", "gp"],
        ),
        device="cpu",
    )
    lost = replace(runs[0], status="diverged", diverged_at=3, metrics={})
    return [lost, *runs[1:]]


def test_directions_have_a_dot_per_seed_and_none_for_a_diverged_one(field_runs):
    figure = drawn(direction_by_loss(field_runs))
    for ax in figure.axes:
        dots = [len(line.get_xdata()) for line in marks(ax, "o")]
        assert sorted(dots) == [1, 2, 2, 2]
        assert len(marks(ax, "|")) == 4
    labels = [tick.get_text() for tick in figure.axes[0].get_yticklabels()]
    assert labels == ["NS", "EXP"]


def test_drift_of_critics_ends_at_zero(field_runs):
    figure = drawn(drift_of_critics(field_runs))
    assert [ax.get_title() for ax in figure.axes] == ["NS", "EXP"]
    lines = [
        line for ax in figure.axes for line in ax.lines if len(line.get_xdata()) > 2
    ]
    assert len(lines) == len(field_runs) - 1
    assert all(line.get_ydata()[-1] == 0 for line in lines)


def test_critic_fields_draw_arrows_uphill_and_name_divergence():
    real, fake = torch.randn(32, 2), torch.randn(32, 2)
    critics = {("none", "ns"): lambda x: 3 * x[:, 0], ("none", "exp"): None}
    figure = drawn(critic_fields(critics, real, fake))
    (arrows,) = [c for c in figure.axes[0].collections if hasattr(c, "U")]
    assert np.allclose(arrows.U, 1)
    assert np.allclose(arrows.V, 0)
    assert [text.get_text() for text in figure.axes[1].texts] == ["diverged"]


def test_growth_shows_time_memory_and_the_limit():
    row = {"members": 1, "width": 8, "seconds": 2e-3, "step_bytes": 3e6}
    rows = [
        row | {"multiply_adds": 1e6},
        row | {"members": 7, "width": 16, "multiply_adds": 4e6},
    ]
    measured = {"products_per_second": 1e9, "members": rows, "widths": rows}
    figure = drawn(growth(measured))
    time, limit = figure.axes[0].lines
    assert list(time.get_ydata()) == [2, 2]
    assert list(limit.get_ydata()) == [1, 4]
    assert list(figure.axes[2].lines[0].get_ydata()) == [3, 3]
    assert list(figure.axes[1].lines[0].get_xdata()) == [8, 16]


def test_loss_on_domains_has_a_panel_per_k():
    cells = [c for c in experiments.table3() if c.loss == "cos" and c.lipschitz_k < 10]
    figure = drawn(loss_on_domains(load_known(cells)))
    titles = [ax.get_title() for ax in figure.axes]
    assert titles[0] == "COS, k = 0.2"
    assert len(titles) == 5
    red = figure.axes[0].lines[1].get_xdata()
    assert red[-1] - red[0] < 0.1


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


def test_map_of_arms_has_a_number_in_every_square(as_runs):
    def distance(config):
        lost = config.loss == "exp" and not config.pinned_width
        return math.inf if lost else 20.0

    runs = as_runs(experiments.mechanism(seeds=[100]), distance, 800.0)
    figure = drawn(arms_at_a_glance(runs))
    numbers = [text.get_text() for text in figure.axes[0].texts]
    assert numbers == ["1.0"] * (8 * len(experiments.SETTINGS))
    assert "×" in {text.get_text() for text in figure.axes[3].texts}


def test_map_of_table3_has_numbers_and_crosses(table3_runs):
    figure = drawn(table_beside_papers(table3_runs))
    ours, *papers = figure.axes[:4]
    assert [ax.get_title() for ax in papers] == [
        "paper: MNIST",
        "paper: CIFAR-10",
        "paper: CelebA",
    ]
    words = [text.get_text() for text in ours.texts]
    assert words.count("×") == len([run for run in table3_runs if run.diverged]) > 0
    assert len(words) == 35
    assert [text.get_text() for text in papers[0].texts[:3]] == ["5.41", "3.99", "4.20"]


def test_map_of_table4_has_ours_and_the_papers_on_one_scale(alpha_runs):
    small, large = (alpha_runs(t()) for t in (experiments.table4a, experiments.table4b))
    figure = drawn(tables_beside_papers(small, large))
    meshes = [ax.collections[0] for ax in figure.axes[:4]]
    assert len({mesh.norm for mesh in meshes}) == 1
    last = meshes[3].get_array()
    best = min(TABLE4[1.0].values())
    assert np.allclose(last.ravel(), [v / best for v in TABLE4[1.0].values()])


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


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (1e-11, "10⁻¹¹"), (0.25, "0.25"), (1000, "1000"), (-2e9, "−2·10⁹")],
)
def test_numbers_are_short(value, text):
    assert draw.number(value) == text


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


def smallest_text(figure):
    """Points; raised and lowered signs of formulas are seven tenths of the rest."""
    shown = [
        text
        for text in figure.findobj(Text)
        if text.get_visible() and text.get_text().strip()
    ]
    return min(
        text.get_fontsize() * (0.7 if re.search(r"\$.*[_^]", text.get_text()) else 1)
        for text in shown
    )


def test_a_small_text_would_be_noticed():
    figure, ((ax,),) = draw.panels(1, 1, 2)
    ax.set(title="$k_{SN}$")
    assert smallest_text(figure) == pytest.approx(0.7 * (style.TEXT + 1))


def test_every_figure_is_tested_here():
    """A new figure of a claim needs a test of its own in this file."""
    rooms = Path(draw.__file__).parent.glob("*/figures.py")
    modules = [import_module(f"lipgan.claims.{p.parent.name}.figures") for p in rooms]
    own = [
        name
        for module in (draw, *modules)
        for name, function in vars(module).items()
        if inspect.isfunction(function)
        and function.__module__ == module.__name__
        and not name.startswith("_")
        and inspect.signature(function).return_annotation is Figure
        and name != "finish"
    ]
    with open(__file__) as file:
        source = file.read()
    assert own
    assert [name for name in own if f"{name}(" not in source] == []
