"""What is read off records: costs of cells, names of distances."""

import math

import pytest

from lipgan.claims.measures import cell_seconds, distance_label, middle_of


def test_a_cohort_counts_once_and_is_shared_by_its_members(tiny, made_run):
    def run(seed, finished, seconds, size, **fields):
        made = made_run(tiny(seed=seed, **fields))
        made.provenance.update(
            finished=finished, cohort_seconds=seconds, cohort_size=size
        )
        return made

    runs = [
        run(0, "10:00", 30.0, 3),
        run(1, "10:00", 30.0, 3),
        run(2, "11:00", 50.0, 1),
        run(3, "12:00", 7.0, 1, num_steps=5),
    ]
    assert cell_seconds(runs) == {
        ("digits", 2): pytest.approx(80 / 4),
        ("digits", 5): pytest.approx(7.0),
    }


@pytest.mark.parametrize(
    ("metric", "label"),
    [("fd_digits_2k", "FD on digits features"), ("fid_inception_10k", "FID")],
)
def test_axes_name_the_distance_in_words(metric, label, tiny, made_run):
    assert distance_label([made_run(tiny(), {metric: 1.0})]) == label


def test_the_middle_leaves_unknown_numbers_out():
    assert middle_of([1.0, math.nan, 5.0, 2.0]) == 2.0
    assert math.isnan(middle_of([math.nan]))
