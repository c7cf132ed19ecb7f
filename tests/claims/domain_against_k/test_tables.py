"""Tables of Figure 4 and Table 2 from made-up histories."""

import math

import pytest

from lipgan.claims.domain_against_k import tables
from lipgan.claims.published import TABLE2
from lipgan.config import Config


@pytest.fixture
def run_at(made_run):
    """Call it for a run whose Omega has one width and moves as told."""

    def make(centers, half=1.0, slopes=(-1.0, 0.0), diverged=False, **fields):
        centers = [math.nan] * len(centers) if diverged else centers
        history = {"step": list(range(1, len(centers) + 1))}
        for side in ("real", "fake"):
            history |= {
                f"score_{side}_min": [c - half for c in centers],
                f"score_{side}_mean": centers,
                f"score_{side}_max": [c + half for c in centers],
                f"slope_{side}_min": [slopes[0]] * len(centers),
                f"slope_{side}_max": [slopes[1]] * len(centers),
            }
        lost = {"status": "diverged", "diverged_at": 1} if diverged else {}
        return made_run(Config(**fields), history=history, **lost)

    return make


def test_wander_table_has_a_row_per_part_and_a_column_per_k(run_at):
    runs = [
        run_at([0.0, 2.0 * seed + 2, 4, 4, 4, 6], loss=loss, lipschitz_k=k, seed=seed)
        for loss in ("ns", "wgan")
        for k in (0.5, 0.25)
        for seed in (0, 1)
    ]
    runs.append(run_at([0.0] * 6, regularizer="gp", lipschitz_k=0.5))
    table = tables.wander_table(runs)
    assert table.columns.tolist() == ["k = 0.25", "k = 0.5"]
    assert table.loc[("NS", "SN", "first third"), "k = 0.5"] == [1, 2]
    assert table.loc[("WGAN", "SN", "last third"), "k = 0.25"] == [1, 1]
    assert table.loc[("WGAN", "SN", "second half"), "k = 0.25"] == [1, 1]
    assert table.loc[("NS", "GP", "first third")].tolist() == [[], [0]]
    assert len(table) == 9


def test_width_table_divides_the_largest_k_by_the_smallest(run_at):
    halves = {0.25: 0.5, 1.0: 2.0, 5.0: 10.0}
    runs = [
        run_at([0.0] * 4, half * (1 + seed), lipschitz_k=k, seed=seed)
        for k, half in halves.items()
        for seed in (0, 1, 2)
    ]
    runs.append(run_at([0.0], loss="wgan", lipschitz_k=5.0, diverged=True))
    table = tables.width_table(runs)
    assert table.columns.tolist()[:3] == ["k = 0.25", "k = 1", "k = 5"]
    assert table.loc[("NS", "SN")].tolist()[0] == [1, 2, 3]
    assert table.loc[("NS", "SN")].tolist()[-1] == 20
    *cells, fall = table.loc[("WGAN", "SN")].tolist()
    assert cells == [[], [], [math.inf]]
    assert math.isnan(fall)


def test_divergence_stands_beside_the_numbers(run_at):
    runs = [run_at([0.0, 4.0] * 3, seed=0), run_at([0.0] * 6, seed=1, diverged=True)]
    assert tables.wandered(runs, "first third") == [2, math.inf]
    assert tables.wandered(runs[1:], "last third") == [math.inf]


def test_slopes_stand_beside_table_2_of_the_paper(run_at):
    runs = [
        run_at([9.0, 0.5], half, (0.0, 4 * half), loss="ls", lipschitz_k=5.0, seed=i)
        for i, half in enumerate((1.0, 2.0, 3.0))
    ]
    runs.append(run_at([0.0] * 2, loss="ls", lipschitz_k=5.0, seed=3, diverged=True))
    runs.append(run_at([0.0], loss="ls", regularizer="gp", lipschitz_k=5.0))
    table = tables.slopes_beside_paper(runs)
    row = table.loc[("LS", 5.0)]
    # The fake term of LS has slope 2 f: twice the domain, whose medians are -1.5, 2.5.
    assert row["Ω, ours"] == "[-1.50, 2.50]"
    assert row["L′(Ω), ours"] == "[-3.00, 5.00]"
    assert row["Ω, paper"] == "[-2.46, 12.0]"
    assert row["L′(Ω), paper"] == "[-4.92, 24.0]"
    assert row["width of Ψ, own samples"] == [4, 8, 12, math.inf]
    assert len(table) == sum(map(len, TABLE2.values()))


def test_cells_without_runs_and_without_survivors_are_told_apart(run_at):
    table = tables.slopes_beside_paper([run_at([0.0], lipschitz_k=1.0, diverged=True)])
    columns = ["Ω, ours", "L′(Ω), ours", "width of Ψ, own samples"]
    assert table.loc[("NS", 1.0), columns].tolist() == ["–", "–", [math.inf]]
    assert table.loc[("NS", 5.0), columns].tolist() == ["–", "–", []]
    assert table.loc[("NS", 5.0), "L′(Ω), paper"] == "[-1.00, 0]"
