"""Tables of Tables 4 and 5: what they show is what the runs hold."""

import math

import pytest

from lipgan import experiments
from lipgan.claims import CLAIMS
from lipgan.claims.fid_against_alpha import tables
from lipgan.claims.published import TABLE4, TABLE5

SCORES = ("score_real_min", "score_real_max", "score_fake_min", "score_fake_max")


@pytest.fixture
def alpha_run(made_run):
    """Call it for a run of three moments; an infinite distance means divergence."""

    def make(config, distance, width=4.0, slopes=(-1.0, 1.0), share=0.5):
        low, high = -width / 4, 3 * width / 4
        series = {name: [low if "min" in name else high] * 3 for name in SCORES}
        series |= {f"slope_real_{end}": [slopes[0]] * 3 for end in ("min", "max")}
        series |= {f"slope_fake_{end}": [slopes[1]] * 3 for end in ("min", "max")}
        series |= {f"step_share_{player}": [share] * 3 for player in "dg"}
        history = {"step": [1, 2, 3], "sigma": [[1.0] * 3] * 3, **series}
        metrics = {"fd_digits_constant": 900.0}
        if math.isinf(distance):
            fields = {"status": "diverged", "diverged_at": 2}
            return made_run(config, metrics, history=history, **fields)
        metrics |= {"fd_digits_2k": distance, "lipschitz_layers": 8.0}
        return made_run(config, metrics, history=history)

    return make


def test_table4_has_ours_beside_the_papers(alpha_run):
    runs = [
        alpha_run(c, 10.0 + c.seed if c.loss != "exp" else math.inf)
        for c in experiments.table4a(seeds=[0, 1, 2])
    ]
    table = tables.table4_beside_paper(runs)
    assert table.shape == (10, 6)
    assert list(table.columns)[0] == "α = 1e-11"
    assert table.loc[("NS", "ours"), "α = 0.1"] == [10, 11, 12]
    assert table.loc[("EXP", "ours"), "α = 0.1"] == [math.inf] * 3
    paper = table.loc[("LS", "paper, CelebA (inferred)")]
    assert paper.tolist() == [135.17, 6.57, 10.67, 13.39, 17.42, 311.93]


def test_table4_relative_divides_by_the_best_cell_of_the_loss(alpha_run):
    distances = dict(zip(experiments.TABLE4B_ALPHAS, (4, 2, 6, 8, 10, 12), strict=True))
    runs = [
        alpha_run(c, math.inf if c.loss == "exp" else distances[c.alpha])
        for c in experiments.table4b()
    ]
    table = tables.table4_beside_paper(runs, relative=True)
    assert table.loc[("COS", "ours")].tolist() == [2, 1, 3, 4, 5, 6]
    assert (table.loc[("EXP", "ours")] == math.inf).all()
    row = table.loc[("NS", "paper, MNIST (inferred)")]
    assert row["α = 10"] == 1
    assert row["α = 1e+11"] == pytest.approx(131.87 / 6.55, rel=1e-2)


def test_clues_hold_the_numbers_that_decide(alpha_run):
    table = tables.table4_clues()
    images = table["constant image"]
    assert images["Table 4 (b)"] == images["MNIST"] == "286.96"
    assert images["Table 4 (a)"] not in set(images.drop("Table 4 (a)"))
    smallest = table["NS, LS#, COS, EXP at the smallest α"]
    assert smallest["CelebA"] == "8.10 to 8.51"
    assert smallest["Table 4 (a)"] == "6.66 to 9.08"


def test_table5_shows_worst_over_best(alpha_run):
    values = {"wgan": 8.0, "ns": 8.0, "ls_sharp": 10.0, "cos": 9.0, "exp": 8.0}
    runs = [alpha_run(c, values[c.loss]) for c in experiments.table5()]
    table = tables.table5_beside_paper(runs)
    assert list(table.index) == ["WGAN", "NS", "LS#", "COS", "EXP", "worst / best"]
    assert table.loc["worst / best", "ours"] == 1.25
    assert table.loc["NS", "paper, CelebA"] == 8.10
    cifar = TABLE5["cifar10"]
    ratio = cifar["cos"] / cifar["ls_sharp"]
    assert table.loc["worst / best", "paper, CIFAR-10"] == ratio


def test_table5_spells_out_divergence(alpha_run):
    runs = [
        alpha_run(c, math.inf if c.loss == "cos" else 8.0) for c in experiments.table5()
    ]
    table = tables.table5_beside_paper(runs)
    lost = [math.inf]
    assert table["ours"].tolist() == [[8], [8], [8], lost, [8], math.inf]


def test_domains_scale_with_alpha_and_divergence_is_counted(alpha_run):
    configs = experiments.table4a(losses=["ns", "exp"], alphas=[1e-3, 1e-1])
    runs = [
        alpha_run(c, math.inf if (c.loss, c.alpha) == ("exp", 0.1) else 8.0)
        for c in configs
    ]
    table = tables.domains_by_alpha(runs)
    assert table.loc[("50", "0.001"), "kⁿ"] == 50**3
    assert table.loc[("50", "0.001"), "width of Ω"] == [4, 4]
    assert table.loc[("50", "0.001"), "width of αΩ"] == [0.004, 0.004]
    assert table.loc[("50", "0.1"), "width of αΩ"] == [0.4, math.inf]
    assert table.loc[("50", "0.1"), "∏ exact norms"] == [8, math.inf]


def test_limits_are_the_slopes_at_zero(alpha_run):
    slopes = {"ns": (-0.5, 0.5), "ls_sharp": (-2.0, 2.1)}
    runs = [
        alpha_run(c, 8.0, slopes=slopes.get(c.loss, (-1.0, 1.0)))
        for c in experiments.table5()
    ]
    table = tables.limit_table(runs)
    assert table.loc["NS", "L'(0), fake"] == 0.5
    assert table.loc["COS", "L'(0), generator"] == pytest.approx(-math.sin(1))
    far = table["farthest attained slope"]
    assert far[["WGAN", "NS", "EXP"]].tolist() == ["below 1e-05"] * 3
    assert far["LS#"] == pytest.approx(0.05)
    assert table.loc["NS", "step left by ε, generator"] == 0.5


def test_twins_come_apart_where_their_scores_do(alpha_run):
    wgan, *others = experiments.table5()
    twin, run = alpha_run(wgan, 8.0), alpha_run(others[0], 8.0)
    assert tables.apart(run, twin) == [0.0, 0.0, 0.0]
    run.history["score_fake_max"][1] *= 1.01
    run.history["score_real_min"][2] = math.nan
    gaps = tables.apart(run, twin)
    assert gaps[:2] == [0.0, pytest.approx(0.01, rel=0.02)]
    assert gaps[2] == 2.0
    run.history["step"].pop()
    assert len(tables.apart(run, twin)) == 2


@pytest.mark.parametrize(
    ("names", "tables"),
    [
        (("table4a", "better_than_k"), ("table4a", "table3")),
        (("smallest_alpha",), ("table4a",)),
        (("table4b",), ("table4b",)),
        (("ls_conflict",), ("table4a", "table4b")),
        (("table5",), ("table5",)),
        (("spread_shrinks",), ("table5", "table4a")),
    ],
)
def test_pages_load_what_their_claims_ask_for(names, tables):
    """The notebooks build these lists themselves, for any data set."""
    loaded = [c for t in tables for c in experiments.EXPERIMENTS[t](seeds=[0, 1])]
    for name in names:
        assert set(CLAIMS[name].configs("embedded", [0, 1])) == set(loaded)


def test_the_parts_of_table4_are_told_apart_by_alpha():
    assert all(alpha < 1 for _, alpha in TABLE4[experiments.TABLE4A_K])
    assert all(alpha > 1 for _, alpha in TABLE4[experiments.TABLE4B_K])
