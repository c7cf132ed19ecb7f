"""What a cell costs is read off the records of its cohort."""

import pytest

from lipgan.claims.measures import cell_seconds


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
