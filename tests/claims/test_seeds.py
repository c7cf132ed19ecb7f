"""How numbers of several seeds are written."""

import math

import pytest

from lipgan.claims.seeds import digits, spread


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.012345, "0.0123"),
        (8.0, "8.00"),
        (0.0, "0"),
        (999.4, "999"),
        (999.6, "1000"),
        (-12345.0, "-12300"),
        (99960.0, "1.00e+05"),
        (math.inf, "inf"),
    ],
)
def test_numbers_have_three_digits_and_no_needless_exponent(value, text):
    assert digits(value) == text


def test_table3_shows_median_range_and_divergence():
    assert spread([3.0, 1.0, 2.0]) == "2.00 (1.00 to 3.00)"
    assert spread([2.0]) == "2.00"
    assert spread([math.inf]) == "diverged"
    assert spread([1.0, math.inf, 3.0]) == "2.00 (1.00 to 3.00), 1 of 3 diverged"
