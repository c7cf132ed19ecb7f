"""Tables of the three systems, from made-up runs."""

import math

import pytest

from lipgan.claims import CLAIMS
from lipgan.claims.systems import tables
from lipgan.claims.systems.gran import smallest_push
from lipgan.claims.systems.tables import late_wander
from lipgan.experiments import GRAN_K, LGAN_LOSSES, ROADS


@pytest.fixture
def runs_of(made_run):
    """Call it for made-up runs of a claim: 10 + seed, inf where ``lost`` says so."""

    def make(name, lost=lambda config: False, width=2.0):
        runs = []
        for config in CLAIMS[name].configs("embedded", [0, 1, 2]):
            history = {"step": [1, 2, 3, 4]}
            for side, offset in (("real", 1.0), ("fake", -1.0)):
                center = [0.0, 0.0, 0.0, 1.0 + config.seed]
                history[f"score_{side}_mean"] = center
                for end in ("min", "max"):
                    history[f"score_{side}_{end}"] = [offset * width / 2] * 4
            history |= {"slope_fake_min": [0.25] * 4, "slope_fake_max": [0.5] * 4}
            metrics, fields = {"fd_digits_constant": 900.0}, {}
            if lost(config):
                fields = {"status": "diverged", "diverged_at": 3}
            else:
                metrics["fd_digits_2k"] = 10.0 + config.seed
            runs.append(made_run(config, metrics, history=history, **fields))
        return runs

    return make


def test_costs_are_in_milliseconds_and_relative_to_sn():
    table = tables.cost_table({"none": 0.01, "sn": 0.02, "gp": 0.05})
    assert table.index.tolist() == ["none", "SN", "GP"]
    assert table["key"].tolist() == ["none", "sn", "gp"]
    assert table["ms per step"].tolist() == [10, 20, 50]
    assert table["times SN"].tolist() == [0.5, 1, 2.5]


def test_costs_without_sn_are_refused():
    with pytest.raises(ValueError, match="seconds: 'sn' is missing among gp"):
        tables.cost_table({"gp": 0.1})


def test_alr_table_has_strengths_and_published_numbers(runs_of):
    table = tables.alr_table(runs_of("alr_viable"))
    names = [("SN", "k"), ("GP", "k"), ("ALP", "k")]
    assert table.index.tolist()[::2] == names
    assert table.loc[("ALP", "k"), "tightest"] == f"{ROADS['alp'][1][0]:g}"
    assert table.loc[("ALP", "distance"), "tightest"] == [10, 11, 12]
    published = table["published FID, CIFAR-10"].tolist()
    assert published[1::2] == ["21.7 (SN-GAN)", "29.3 (WGAN-GP)", "12.96 (WGAN-ALP)"]


def test_diverged_runs_are_counted_not_averaged(runs_of):
    runs = runs_of(
        "alr_viable",
        lambda c: c.regularizer == "gp" or (c.regularizer == "sn" and c.seed == 0),
    )
    table = tables.alr_table(runs)
    lost = table.loc[("GP", "distance")].tolist()[:3]
    assert lost == [[math.inf] * 3] * 3
    assert table.loc[("SN", "distance"), "middle"] == [math.inf, 11, 12]


def test_lgan_table_shows_how_centers_move(runs_of):
    table = tables.lgan_table(runs_of("lgan_beats_wgan", lambda c: c.loss == "hinge"))
    assert len(table) == len(LGAN_LOSSES)
    moves = table["center moves (widths of Ω)"]
    assert set(moves["LGAN-exp"]) == {0.5, 1.0, 1.5}
    assert set(moves["hinge"]) == {math.inf}
    assert list(table.columns[:2]) == ["λ = 32", "λ = 8"]
    assert table.loc["WGAN", "λ = 2"] == [10, 11, 12]


def test_a_domain_without_width_gives_no_warning(runs_of):
    runs = runs_of("lgan_beats_wgan", width=0.0)
    assert math.isinf(late_wander(runs[0]))


def test_gran_table_has_distance_and_push_per_k(runs_of):
    runs = runs_of(
        "gran_plateaus", lambda c: c.lipschitz_k == max(GRAN_K) and c.seed > 0
    )
    table = tables.gran_table(runs)
    assert table.columns.tolist() == [f"K = {k:g}" for k in GRAN_K]
    assert len(table) == 3 * 2 * 2
    row = table.loc[("NS", "Adam", "distance")]
    assert row.iloc[0] == [10, 11, 12]
    assert row.iloc[-1] == [10, math.inf, math.inf]
    push = table.loc[("NS", "Adam", "smallest push")]
    assert push.iloc[0] == [0.25] * 3


def test_push_is_the_one_that_the_claim_judges(runs_of):
    runs = runs_of("gran_plateaus")
    found = CLAIMS["gran_plateaus"].checks(runs)[0].found
    assert found.startswith(f"nearest to 0: {smallest_push(runs[0]):.3g} ")


def test_push_of_a_run_without_record_is_not_a_number(made_run):
    (config, *_) = CLAIMS["gran_plateaus"].configs("embedded", [0])
    assert math.isnan(smallest_push(made_run(config)))
