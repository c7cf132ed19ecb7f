"""Figures of critics on the plane."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from drawings import drawn, marks

from lipgan import experiments
from lipgan.claims.gradient_fields.figures import (
    critic_fields,
    direction_by_loss,
    drift_of_critics,
)
from lipgan.training import train


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
