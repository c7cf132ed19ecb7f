"""Figures of the agreement between metrics."""

from dataclasses import replace

from drawings import drawn

from lipgan.claims.other_metrics.figures import metrics_against_distance
from lipgan.claims.style import MARKERS


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
