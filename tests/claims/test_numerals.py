"""Numbers as a reader reads them."""

import math

import pytest

from lipgan.claims.numerals import digits, in_symbols, number


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


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (1e-11, "10⁻¹¹"), (0.25, "0.25"), (1000, "1000"), (-2e9, "−2·10⁹")],
)
def test_numbers_are_short(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1e-09", "10⁻⁹"),
        ("learning rate 5e-05, α = 1e+05", "learning rate 5·10⁻⁵, α = 10⁵"),
        ("1.00e-09 to 2.5e-8", "1.00·10⁻⁹ to 2.5·10⁻⁸"),
        ("COS 1e-07, <b>1e11</b>", "COS 10⁻⁷, <b>10¹¹</b>"),
        ("run cos_1e-09 at 3e05f1", "run cos_1e-09 at 3e05f1"),  # names, not numbers
        ("one-sided, 0.1", "one-sided, 0.1"),
        ("alpha * k^n of 10^5", "α·kⁿ of 10⁵"),
        ("Omega within 2 K sqrt(d)", "Ω within 2 K √d"),
        ("`--alpha 1e-4` and $k^n$, alpha_g", "`--alpha 1e-4` and $k^n$, alpha_g"),
    ],
)
def test_sentences_are_shown_in_symbols(text, shown):
    assert in_symbols(text) == shown
