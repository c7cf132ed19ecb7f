"""Figures of Figure 4 and Table 2."""

from dataclasses import replace

import numpy as np
import pytest
from drawings import drawn

from lipgan import experiments
from lipgan.claims.domain_against_k.figures import (
    domain_widths,
    domains_during_training,
    drift_of_the_domain,
    loss_on_domains,
)
from lipgan.claims.domains import late_width, omega
from lipgan.claims.published import TABLE2
from lipgan.sweep import load_known
from lipgan.training import train


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


def test_loss_on_domains_has_a_panel_per_k():
    cells = [c for c in experiments.table3() if c.loss == "cos" and c.lipschitz_k < 10]
    figure = drawn(loss_on_domains(load_known(cells)))
    titles = [ax.get_title() for ax in figure.axes]
    assert titles[0] == "COS, k = 0.2"
    assert len(titles) == 5
    red = figure.axes[0].lines[1].get_xdata()
    assert red[-1] - red[0] < 0.1
