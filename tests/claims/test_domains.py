"""Numbers read off histories whose answers are known by hand."""

import math

import numpy as np
import pytest

from lipgan.claims import domains
from lipgan.config import Config


@pytest.fixture
def run_of(made_run):
    """Call it with real and fake scores, each (low, mean, high) per moment."""

    def make(real, fake, **more):
        history = {"step": list(range(1, len(real) + 1))}
        for side, rows in (("real", real), ("fake", fake)):
            for i, name in enumerate(("min", "mean", "max")):
                history[f"score_{side}_{name}"] = [row[i] for row in rows]
        return made_run(Config(), history=history | more)

    return make


def still(run_of, centers, half=1.0):
    """Domains of one width whose center moves."""
    rows = [(c - half, c, c + half) for c in centers]
    return run_of(rows, rows)


def test_omega_covers_real_and_fake_samples(run_of):
    run = run_of([(0.0, 1.0, 5.0), (-1.0, 0.0, 1.0)], [(-2.0, 0.0, 1.0), (0, 2.0, 3.0)])
    low, high = domains.omega(run)
    assert low.tolist() == [-2.0, -1.0]
    assert high.tolist() == [5.0, 3.0]
    assert domains.widths(run).tolist() == [7.0, 4.0]
    assert domains.centers(run).tolist() == [0.5, 1.0]


def test_late_width_is_a_median_over_the_second_half(run_of):
    rows = [(-w / 2, 0.0, w / 2) for w in (100.0, 100.0, 4.0, 2.0, 6.0)]
    assert domains.late_width(run_of(rows, rows)) == 4.0


@pytest.mark.parametrize(
    ("part", "moved"),
    [((0, 1), 8), ((0, 1 / 3), 6), ((1 / 3, 1), 1), ((1 - 1 / 3, 1), 0)],
)
def test_wander_counts_widths_within_a_part(run_of, part, moved):
    run = still(run_of, [-6.0, 0.0, 1.0, 2.0, 2.0, 2.0])
    assert domains.wander(run, *part) == moved / 2


def test_wander_does_not_depend_on_the_unit_of_the_score(run_of):
    centers = [0.0, 3.0, 1.0, 1.0, 5.0, 2.0]
    small = still(run_of, [c / 1000 for c in centers], half=0.001)
    assert domains.wander(small) == pytest.approx(
        domains.wander(still(run_of, centers))
    )


def test_wander_of_a_part_without_moments_takes_one(run_of):
    assert domains.wander(still(run_of, [0.0, 9.0]), 0.4, 0.4) == 0.0


@pytest.mark.parametrize(
    ("term", "interval"), [("d_real", (-0.5, -0.2)), ("d_fake", (0.1, 0.9))]
)
def test_slope_interval_is_that_of_the_last_moment(run_of, term, interval):
    more = {
        "slope_real_min": [-9.0, -0.5],
        "slope_real_max": [9.0, -0.2],
        "slope_fake_min": [-9.0, 0.1],
        "slope_fake_max": [9.0, 0.9],
    }
    run = run_of([(0, 0, 0)] * 2, [(0, 0, 0)] * 2, **more)
    assert domains.slope_interval(run, term) == interval


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1.0, 2.0, 9.0], 2.0),
        ([math.nan, 1.0, math.inf, 3.0], 2.0),
        ([math.nan], math.nan),
        ([], math.nan),
    ],
)
def test_typical_leaves_out_moments_without_a_value(made_run, values, expected):
    run = made_run(Config(), history={"step": [1], "share": values})
    assert np.array_equal(domains.typical(run, "share"), expected, equal_nan=True)
    assert math.isnan(domains.typical(run, "unknown"))


def bent(made_run, loss, low, high, alpha=1.0):
    names = [f"score_{s}_{e}" for s in ("real", "fake") for e in ("min", "mean", "max")]
    row = dict(zip(names, 2 * (low, (low + high) / 2, high), strict=True))
    history = {"step": [1, 2], **{k: [math.inf, v] for k, v in row.items()}}
    return made_run(Config(loss=loss, alpha=alpha), history=history)


@pytest.mark.parametrize(
    ("loss", "low", "high", "expected"),
    [
        ("wgan", -100.0, 100.0, 0.0),
        ("ls_sharp", -0.5, 0.5, 2 / 3),  # slopes from 1 to 3
        ("ls_sharp", -2.0, 2.0, 4 / 3),  # from -2 to 6: it turns around
        ("ns", -1.0, 1.0, 1 - math.exp(-1)),  # from s(-1) to s(1)
        ("cos", -1.0, 1.0, 1.0),  # from sin 0 to sin 2, over pi / 2
        ("exp", 0.0, 1e5, 1.0),  # overflows
        ("hinge", 2.0, 3.0, 0.0),  # no slope at all for real, one for fake
    ],
)
def test_nonlinearity_is_the_relative_variation_of_the_slope(
    made_run, loss, low, high, expected
):
    found = domains.nonlinearity(bent(made_run, loss, low, high))
    assert found == pytest.approx(expected, rel=1e-3)


def test_nonlinearity_is_that_of_the_scaled_loss(made_run):
    narrow = domains.nonlinearity(bent(made_run, "ns", -1.0, 1.0, alpha=0.01))
    assert narrow == pytest.approx(1 - math.exp(-0.01), rel=1e-3)


def test_nonlinearity_of_a_run_without_finite_scores_is_unknown(made_run):
    assert math.isnan(domains.nonlinearity(bent(made_run, "exp", -math.inf, math.inf)))
