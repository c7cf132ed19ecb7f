"""Orders under several metrics, and the closed formula for constant images."""

import math

import numpy as np
import pytest
import torch

from lipgan import data, experiments, metrics
from lipgan.claims import published
from lipgan.claims.other_metrics import tables
from lipgan.claims.other_metrics.criteria import NAMES, OTHERS
from lipgan.claims.published import CONSTANT_FID
from lipgan.features import constant_image, load_extractor


@pytest.fixture(scope="module")
def digits():
    return data.load("digits")


@pytest.fixture(scope="module")
def extractor():
    return load_extractor("digits")


@pytest.fixture
def table(made_run):
    """Call it for Table 3 in which cells get worse in their order, by all metrics."""

    def make(seeds=(0,), lost=(), samples=None):
        runs = []
        for index, config in enumerate(experiments.table3(seeds=seeds)):
            rank = index % 35
            found = {"fd_digits_constant": 330.0}
            if (config.loss, config.lipschitz_k) in lost:
                fields = {"status": "diverged", "diverged_at": 7}
                runs.append(made_run(config, found, **fields))
                continue
            found |= {"fd_digits_2k": rank + 1.0, "pixel_variance_2k": 0.5}
            for family, more_is_better in OTHERS.items():
                found[f"{family}_2k"] = float(-rank if more_is_better else rank)
            runs.append(made_run(config, found, samples=samples))
        return runs

    return make


def test_best_cells_under_every_metric(table):
    best = tables.best_cells(table(lost=[("exp", 50.0)]))
    assert list(best.index) == ["Fréchet distance", *NAMES.values()]
    assert set(best["best"]) == {"NS, k = 0.2"}
    assert set(best["second"]) == {"NS, k = 0.25"}
    assert set(best["best at k ≥ 5"]) == {"NS, k = 5"}
    assert set(best["rank of NS, k = 0.2"]) == {1}


def test_a_metric_with_another_favorite_shows(table):
    runs = table()
    for run in runs:
        if (run.config.loss, run.config.lipschitz_k) == ("cos", 10.0):
            run.metrics["density_2k"] = 99.0
    best = tables.best_cells(runs)
    assert best["best"]["density"] == "COS, k = 10"
    assert best["best at k ≥ 5"]["density"] == "COS, k = 10"
    assert best["rank of NS, k = 0.2"].to_dict() == {
        **dict.fromkeys(["Fréchet distance", *NAMES.values()], 1),
        "density": 2,
    }
    assert tables.best_k(runs)["COS"]["density"] == "10"
    assert tables.best_k(runs)["COS"]["coverage"] == "0.2"


def test_a_metric_that_is_not_there_has_no_row(table):
    runs = table()
    for run in runs:
        run.metrics.pop("is_2k")
    assert NAMES["is"] not in tables.best_cells(runs).index
    assert NAMES["kid"] in tables.best_k(runs).index


def test_diverged_cells_come_last_in_every_order(table):
    for order in tables.orders(table(lost=[("ns", 0.2)])).values():
        assert order[-1] == ("ns", 0.2)
        assert len(order) == 35


def test_constant_images_have_the_distance_of_the_closed_formula(digits, extractor):
    found = tables.constant_images(digits, extractor)
    assert list(found.index) == ["black", "gray 127", "gray 128", "white"]
    assert found["relative difference"].max() < 1e-9
    real = extractor.features(digits.x).double()
    image = extractor.features(constant_image((1, 8, 8), 255)).double()
    expected = (image - real.mean(0)).square().sum() + real.var(0).sum()
    assert found["closed formula"]["white"] == pytest.approx(float(expected))
    # the mean of the features leaves their spread: no constant can be better
    assert found["closed formula"].min() > float(real.var(0).sum())


def test_crashed_cells_stand_beside_the_formula(table, digits, extractor):
    black = float(
        metrics.constant_distance(
            extractor.features(digits.x), extractor.features(constant_image((1, 8, 8)))
        )
    )
    picture = np.zeros((32, 64), dtype=np.uint8)
    runs = table(seeds=(0, 1), lost=[("exp", 50.0)], samples=picture)
    for run in runs:
        if (run.config.loss, run.config.lipschitz_k) == ("cos", 5.0):
            run.metrics["fd_digits_2k"] = black / 2
    found = tables.crashed_cells(runs, digits, extractor)
    assert list(found.index) == ["COS, k = 5", "EXP, k = 50"]
    row = found.loc["COS, k = 5"]
    assert row["diverged"] == "0 of 2"
    assert row["ratio"] == pytest.approx([0.5, 0.5])
    assert row["as one image"] == pytest.approx([black] * 2)
    lost = found.loc["EXP, k = 50"]
    assert lost["diverged"] == "2 of 2"
    assert lost.drop("diverged").tolist() == [[]] * 4


@pytest.mark.parametrize("channels", [1, 3])
def test_stored_pictures_are_cut_into_their_samples(channels, made_run, tiny):
    images = torch.randint(0, 256, (32, channels, 8, 8), dtype=torch.uint8)
    grid = torch.cat(
        [torch.cat(list(images[8 * r : 8 * r + 8]), dim=2) for r in range(4)], dim=1
    )
    picture = grid.permute(1, 2, 0).squeeze(2).numpy()
    run = made_run(tiny(image_size=8, channels=1), samples=picture)
    assert torch.equal(tables._images(run), images)


def test_the_papers_crashed_exp_is_one_number_per_data_set():
    found = tables.paper_constants()
    assert set(found["equal"]) == {"yes"}
    printed = [float(v) for v in found["EXP, k = 10"]]
    assert printed == list(CONSTANT_FID.values())


def test_failure_image_says_in_words_what_is_missing(tmp_path):
    text = tables.failure_image("", "")
    assert text.startswith("Not computed here: no Inception weights")
    gone = tables.failure_image(str(tmp_path / "gone.pth"), "")
    assert gone.startswith("Not computed here: ")
    assert "there is no file" in gone


@pytest.fixture
def at_hand(monkeypatch, digits, extractor):
    """As if Inception were the digit classifier and MNIST were the digits."""

    def loaded(name, root=None):
        if name != "mnist":
            raise FileNotFoundError(f"data set {name!r}: not found")
        return digits

    monkeypatch.setattr(tables, "load_extractor", lambda *_, **__: extractor)
    monkeypatch.setattr(tables.data, "load", loaded)


def test_failure_image_names_the_level_that_matches(at_hand, monkeypatch, digits):
    constants = tables.constant_images(digits, load_extractor("digits"))
    white = constants["closed formula"]["white"]
    monkeypatch.setitem(published.CONSTANT_FID, "mnist", white + 0.25)
    lines = tables.failure_image("weights.pth", "somewhere").splitlines()
    assert lines[0].count("|") == lines[2].count("|") == 8
    assert lines[2].startswith("| MNIST | ")
    assert lines[2].endswith(f"| {white + 0.25:.2f} | white, off by 0.25 |")
    assert lines[3] == ""
    assert lines[4] == "CIFAR-10: data set 'cifar10': not found."
    assert math.isclose(float(lines[2].split("|")[5]), white, abs_tol=0.005)
