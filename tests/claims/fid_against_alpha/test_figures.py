"""Figures of Tables 4 and 5."""

import numpy as np
import pytest
from drawings import drawn

from lipgan import experiments
from lipgan.claims.fid_against_alpha.figures import (
    apart_from_wgan,
    distance_against_alpha,
    distance_against_domain,
    spread_against_alpha,
    tables_beside_papers,
)
from lipgan.claims.published import TABLE4


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


def test_map_of_table4_has_ours_and_the_papers_on_one_scale(alpha_runs):
    small, large = (alpha_runs(t()) for t in (experiments.table4a, experiments.table4b))
    figure = drawn(tables_beside_papers(small, large))
    meshes = [ax.collections[0] for ax in figure.axes[:4]]
    assert len({mesh.norm for mesh in meshes}) == 1
    last = meshes[3].get_array()
    best = min(TABLE4[1.0].values())
    assert np.allclose(last.ravel(), [v / best for v in TABLE4[1.0].values()])
