"""The paper's tables: complete, and consistent with one another."""

import pytest

from lipgan import experiments
from lipgan.claims.published import CONSTANT_FID, TABLE3, TABLE4, TABLE4_DATASET, TABLE5
from lipgan.data import DATASETS

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
