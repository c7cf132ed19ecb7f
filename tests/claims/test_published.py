"""The paper's tables: complete, and consistent with one another."""

import pytest
from scipy.stats import spearmanr

from lipgan import experiments
from lipgan.claims import measures
from lipgan.claims.published import (
    CONSTANT_FID,
    TABLE3,
    TABLE4,
    TABLE4_DATASET,
    TABLE5,
    broken_cells,
    decided_pairs,
)
from lipgan.data import DATASETS
from lipgan.experiments import TABLE3_K, TABLE3_LOSSES

ALPHAS = {50.0: experiments.TABLE4A_ALPHAS, 1.0: experiments.TABLE4B_ALPHAS}


@pytest.mark.parametrize("k", [50.0, 1.0])
def test_table4_has_30_cells_per_part(k):
    cells = {(loss, alpha) for loss in experiments.TABLE4_LOSSES for alpha in ALPHAS[k]}
    assert len(cells) == 30
    assert set(TABLE4[k]) == cells


@pytest.mark.parametrize(
    ("k", "loss", "alpha", "fid"),
    [
        (50.0, "ls", 1e-11, 135.17),  # named in Sec. 4.3
        (50.0, "ls_sharp", 1e-9, 5.68),
        (50.0, "cos", 1e-7, 300.55),
        (1.0, "ls", 1e1, 23.37),  # named in Sec. 4.3
        (1.0, "cos", 1e9, 401.12),
        (1.0, "ns", 1e11, 131.87),
    ],
)
def test_cells_of_table4_are_where_the_paper_has_them(k, loss, alpha, fid):
    assert TABLE4[k][loss, alpha] == fid


def test_table5_has_wgan_and_the_four_degenerate_losses_per_data_set():
    losses = {"wgan", *experiments.TABLE5_LOSSES}
    assert set(TABLE5) == set(TABLE3)
    assert all(set(column) == losses for column in TABLE5.values())


def test_wgan_of_table5_is_that_of_table3():
    for dataset, column in TABLE5.items():
        assert column["wgan"] == TABLE3[dataset]["wgan", experiments.TABLE5_K]


def test_table5_spreads_by_at_most_a_tenth():
    for column in TABLE5.values():
        assert 1 < max(column.values()) / min(column.values()) < 1.11


def test_constant_images_are_the_last_cells_of_exp():
    for dataset, fid in CONSTANT_FID.items():
        assert TABLE3[dataset]["exp", 50.0] == fid


def test_data_set_of_table4b_follows_from_the_constant_image():
    constant = {TABLE4[1.0]["exp", alpha] for alpha in ALPHAS[1.0][1:]}
    assert constant == {CONSTANT_FID[TABLE4_DATASET[1.0]]}


def test_data_set_of_table4a_is_the_nearest_in_table5():
    end = {loss: TABLE4[50.0][loss, 1e-11] for loss in experiments.TABLE5_LOSSES}
    far = {
        dataset: max(
            max(end[loss] / column[loss], column[loss] / end[loss]) for loss in end
        )
        for dataset, column in TABLE5.items()
    }
    assert min(far, key=far.get) == TABLE4_DATASET[50.0]
    assert far["celeba"] < 1.5 < min(far["mnist"], far["cifar10"])


def test_constant_of_table4a_is_that_of_no_data_set():
    crashed = {TABLE4[50.0]["exp", alpha] for alpha in (1e-5, 1e-3, 1e-1)}
    assert crashed == {375.32}
    assert not crashed & set(CONSTANT_FID.values())


def test_inferred_data_sets_are_known():
    assert set(TABLE4_DATASET) == set(TABLE4)
    assert set(TABLE4_DATASET.values()) <= set(DATASETS)


def test_broken_cells_are_the_eight_of_the_paper():
    steep = {(loss, k) for loss in ("cos", "exp") for k in (5.0, 10.0, 50.0)}
    assert broken_cells() == steep | {("ns", 50.0), ("ls", 50.0)}


def test_published_table_has_35_cells_per_data_set():
    cells = {(loss, k) for loss in TABLE3_LOSSES for k in TABLE3_K}
    assert len(cells) == 35
    assert all(set(column) == cells for column in TABLE3.values())


def test_decided_pairs_are_328_and_ordered_alike():
    pairs = decided_pairs()
    assert len(pairs) == len(set(pairs)) == 328
    assert all(t[b] >= 1.25 * t[a] for t in TABLE3.values() for a, b in pairs)
    assert not {(b, a) for a, b in pairs} & set(pairs)


def test_the_papers_columns_correlate_at_088_to_090():
    names = list(TABLE3)
    found = [
        spearmanr(list(TABLE3[a].values()), list(TABLE3[b].values()))[0]
        for i, a in enumerate(names)
        for b in names[:i]
    ]
    assert len(found) == 3
    assert all(0.875 <= rho < 0.905 for rho in found)


def test_rank_correlation_is_one_with_the_own_column():
    assert measures.rank_correlations(TABLE3["celeba"])["celeba"] == pytest.approx(1)
