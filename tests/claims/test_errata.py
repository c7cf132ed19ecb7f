"""The numbers on the page of errata, against the tables and the formulas."""

import math
from pathlib import Path

import pytest
import torch

from lipgan import metrics
from lipgan.claims.bound import tables
from lipgan.claims.degeneration.criteria import smallest_power
from lipgan.claims.published import CONSTANT_FID, TABLE2, TABLE3, TABLE4
from lipgan.gan.losses import LOSSES, TABLE1

PAGE = Path(__file__).resolve().parents[2] / "book" / "errata.md"
TEXT = PAGE.read_text("utf-8")
WORDS = " ".join(TEXT.split())  # whatever the line breaks
SMALL_K = (0.2, 0.25, 0.5, 1.0)


def wgan_beats(data, k):
    """How many of the four other losses WGAN beats in a column of Table 3."""
    others = [TABLE3[data][loss, k] for loss in ("ns", "ls", "cos", "exp")]
    return sum(TABLE3[data]["wgan", k] < other for other in others)


def test_wgan_is_worse_in_nine_of_twelve_columns():
    beats = {(d, k): n for d in TABLE3 for k in SMALL_K if (n := wgan_beats(d, k))}
    assert beats == {("cifar10", 0.2): 3, ("cifar10", 0.25): 2, ("celeba", 0.5): 3}
    assert "true in 9 of 12 columns" in WORDS


def test_which_losses_break_at_a_thousand():
    at = {
        loss: TABLE4[1.0][loss, 1e3] for loss in ("ns", "ls", "ls_sharp", "cos", "exp")
    }
    assert [loss for loss, fid in at.items() if fid >= 100] == ["ns", "cos", "exp"]
    for loss in ("ns", "cos", "exp"):
        assert f"{at[loss]:.2f}" in TEXT
    assert min(TABLE4[1.0][loss, 1e5] for loss in ("ls", "ls_sharp")) > 100


def test_constants():
    for data, fid in CONSTANT_FID.items():
        assert f"{fid:.2f}" in TEXT
        assert {TABLE3[data]["exp", k] for k in (5.0, 10.0, 50.0)} == {fid}
    assert TABLE4[50.0]["exp", 1e-1] == 375.32
    assert TABLE4[50.0]["ls", 1e-11] == 135.17


def test_depth_that_the_domains_suggest():
    widths = [TABLE2["ns"][k][0] for k in (0.25, 0.5)]
    factor = (widths[1][1] - widths[1][0]) / (widths[0][1] - widths[0][0])
    assert factor == pytest.approx(25.5)
    assert 2**4 < factor < 2**5
    assert 50**4 == 6.25e6
    assert 50**5 == pytest.approx(3.1e8, rel=0.01)


def test_slopes_and_bounds():
    zero = torch.zeros(1)
    assert LOSSES["ls"].d_fake.slope(zero) == 0
    assert LOSSES["ls"].d_real.slope(zero) == -2
    assert 1 / (2 * 1e-11) == pytest.approx(5e10)
    assert metrics.domain_bound(1, 3 * 32 * 32) == pytest.approx(110.9, abs=0.05)
    assert metrics.domain_bound(1, 32 * 32) == 64
    assert math.exp(-25) == pytest.approx(1.4e-11, rel=0.02)


def test_smallest_alpha_and_table_2():
    powers = {smallest_power(loss.d_real, torch.float32) for loss in TABLE1.values()}
    assert powers == {-38}
    assert tables.table2_recomputed()["largest difference"].max() < 0.0011


def test_every_erratum_says_what_is_done():
    entries = TEXT.partition("\n## What is left open")[0].split("\n### ")[1:]
    assert len(entries) >= 12
    for entry in entries:
        for part in ("**Paper:**", "**The matter:**", "**Here:**"):
            assert entry.count(part) == 1, entry[:80]
