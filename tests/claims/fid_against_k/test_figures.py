"""Figures of Table 3."""

import numpy as np
from drawings import drawn

from lipgan.claims.fid_against_k.figures import (
    distance_against_k,
    table_beside_papers,
)
from lipgan.claims.published import TABLE3


def test_runs_of_the_fixture_hold_divergence_too(table3_runs):
    assert {run.status for run in table3_runs} == {"completed", "diverged"}


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
