"""How numbers of several seeds are written."""

import math

from lipgan.claims.seeds import spread


def test_table3_shows_median_range_and_divergence():
    assert spread([3.0, 1.0, 2.0]) == "2.00 (1.00 to 3.00)"
    assert spread([2.0]) == "2.00"
    assert spread([math.inf]) == "diverged"
    assert spread([1.0, math.inf, 3.0]) == "2.00 (1.00 to 3.00), 1 of 3 diverged"
