"""Figures of ALR, Lipschitz GANs and GraN."""

from dataclasses import replace

import numpy as np
import pytest
from drawings import drawn, marks

from lipgan import experiments
from lipgan.claims import CLAIMS
from lipgan.claims.style import MARKERS
from lipgan.claims.systems.figures import (
    distance_against_strength,
    distance_and_push_against_k,
)
from lipgan.training import train


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
