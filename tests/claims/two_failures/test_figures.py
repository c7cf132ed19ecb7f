"""Figures of Figure 5 and of the bias."""

import pytest
from drawings import drawn, marks

from lipgan.claims import CLAIMS
from lipgan.claims.style import MARKERS
from lipgan.claims.two_failures.figures import (
    bias_over_training,
    failure_samples,
    failure_signs,
)
from lipgan.training import train


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
