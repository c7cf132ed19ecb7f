"""Pushes: sizes and signs by hand, the same trainings, members that never mix."""

import math
from pathlib import Path

import pytest
import torch
from torch.testing import assert_close

from lipgan.config import Config
from lipgan.engine.cohort import Cohort
from lipgan.gan.losses import LOSSES
from lipgan.gan.push import PUSHES, Slopes, coherence, replaced
from lipgan.runs.evidence import open_records
from lipgan.training import train

CPU = torch.device("cpu")
ROOT = Path(__file__).resolve().parents[2]
E = math.e
# Two real samples of sizes 1 and 3, two generated ones of 2 and 6, of which the second
# is pushed the wrong way; tangent 2 and -2. Mean size 3, so joint sizes are times 2/3.
REAL = Slopes(
    torch.tensor([[1.0, 3.0]]).log(), torch.tensor([[1.0, 1.0]]), torch.tensor([[2.0]])
)
FAKE = Slopes(
    torch.tensor([[2.0, 6.0]]).log(),
    torch.tensor([[-1.0, 1.0]]),
    torch.tensor([[-2.0]]),
)
SWAPPED = torch.tensor([[0.9, 0.1, 0.8, 0.2]])
OFFSET = {
    f"score_{side}_{what}"
    for side in ("real", "fake")
    for what in ("min", "mean", "max")
} | {"place"}
BY_HAND = {
    ("norm", False): ([2 / 3, 2], [-4 / 3, 4]),
    ("norm", True): ([1, 3], [-1, 3]),
    ("own", True): ([1, 3], [-1, 3]),
    ("perm", False): ([2, 2 / 3], [-4, 4 / 3]),
    ("perm", True): ([3, 1], [-3, 1]),
    ("even", False): ([2, 2], [-2, 2]),
    ("mono", False): ([2 / 3, 2], [-4 / 3, -4]),
    ("mono", True): ([1, 3], [-1, -3]),
    ("tangent", False): ([2, 2], [-2, -2]),
}


@pytest.mark.parametrize(("name", "balanced"), BY_HAND)
def test_pushes_by_hand(name, balanced):
    found = replaced(PUSHES[name], balanced, [REAL, FAKE], lambda: SWAPPED)
    expected = [torch.tensor([v]).float() for v in BY_HAND[name, balanced]]
    assert_close(found, expected)


def test_coherence_sees_a_wrong_way_and_evenness_does_not():
    pushes = torch.tensor([[1.0, 1.0], [1.0, -1.0], [1e30, 3e30]])
    assert_close(coherence(pushes), torch.tensor([1.0, 0.0, 4 / 5]))


@pytest.mark.parametrize("name", [n for n, loss in LOSSES.items()])
def test_logarithms_of_sizes_are_those_of_the_slopes(name):
    scores = torch.linspace(-4, 4, 9, dtype=torch.float64)
    for term in LOSSES[name].terms.values():
        if term.log_size is not None:
            slopes = term.slope(scores)
            assert_close(term.log_size(scores), slopes.abs().log())
            assert len(set(slopes.sign().tolist())) == 1


def cohort_of(**fields):
    return Cohort([Config(scale="smoke", **fields)], CPU)


@pytest.mark.parametrize("push", PUSHES)
def test_an_exponential_does_not_overflow_unless_raw(push):
    cohort = cohort_of(
        loss="exp", push=push, balance="own" if push != "own" else "equal"
    )
    scores = torch.tensor([[-3e4, 2e4, 5.0, 0.0]])
    found = cohort.pushes.discriminator(scores, scores, lambda: torch.rand(1, 8))
    assert torch.isfinite(found).all()
    assert_close(found.abs().mean(), torch.tensor(1.0))


def test_raw_pushes_are_the_slopes_themselves():
    cohort = cohort_of(loss="cos", alpha=3.0)
    real, fake = torch.randn(2, 1, 6)
    expected = [
        cohort.losses.slope("d_real", real),
        cohort.losses.slope("d_fake", fake),
    ]
    found = cohort.pushes.discriminator(real, fake, lambda: torch.rand(1, 12))
    assert torch.equal(found, torch.cat(expected, 1))


def test_a_pinned_domain_has_its_width_whatever_the_scores():
    cohort = cohort_of(loss="exp", pinned_width=2.0)
    for scale, shift in ((1.0, 0.0), (1e-6, 0.0), (50.0, 1e3)):
        real = scale * torch.tensor([[1.0, 0.0]]) + shift
        fake = scale * torch.tensor([[-1.0, 0.5]]) + shift
        found = cohort.pushes.discriminator(real, fake, lambda: torch.rand(1, 4))
        expected = torch.tensor([[-1 / E, -1.0, 1 / E, E**0.5]])
        assert_close(found, expected, rtol=1e-3, atol=0)
        assert_close(cohort.pushes.generator(real, torch.empty), found[:, :2])


def test_a_score_that_is_not_finite_stays_visible():
    for push in PUSHES:
        cohort = cohort_of(loss="ls_sharp", push=push)
        bad = torch.tensor([[1.0, math.nan]])
        found = cohort.pushes.discriminator(bad, bad, lambda: torch.rand(1, 4))
        assert not torch.isfinite(found).all()


def test_members_with_different_pushes_do_not_mix(tiny):
    fields = {"num_steps": 12, "history_points": 3, "eval_samples": 32}
    configs = [
        tiny(loss=loss, push=push, balance=balance, pinned_width=width, seed=i % 3,
             lipschitz_k=2.0, d_biases=biases, **fields)
        for i, (loss, push, balance, width, biases) in enumerate(
            [
                ("ns", "own", "own", 0.0, "own"),
                ("cos", "mono", "equal", 3.0, "own"),
                ("exp", "perm", "own", 3.0, "scaled"),
                ("ls_sharp", "even", "own", 0.0, "frozen"),
                ("cos", "norm", "own", 0.0, "own"),
                ("ns", "perm", "equal", 2.0, "own"),
            ]
        )
    ]  # fmt: skip
    for run in train(configs, device="cpu"):
        (alone,) = train([run.config], device="cpu")
        for name, values in run.history.items():
            ours, theirs = torch.tensor(values), torch.tensor(alone.history[name])
            if run.config.balance == "equal" and name in OFFSET:
                continue  # the last bias has no slope then: rounding moves it
            assert_close(ours, theirs, rtol=1e-3, atol=1e-4, equal_nan=True)


def test_members_that_use_nothing_new_are_what_they_were_in_new_company(tiny):
    old = tiny(loss="ns", num_steps=6, lipschitz_k=2.0)
    new = tiny(loss="ns", num_steps=6, push="mono", pinned_width=3.0, d_biases="scaled")
    alone, together = train([old], device="cpu")[0], train([old, new], device="cpu")[0]
    for name, values in alone.history.items():
        assert_close(torch.tensor(values), torch.tensor(together.history[name]))


def test_new_fields_leave_every_published_id_as_it_was():
    checked = 0
    for table in open_records(ROOT / "book" / "data").tables:
        for name in table.rows:
            fields = table.fields(name)
            if not {"push", "d_biases"} & set(fields):
                config = Config(**fields)
                assert (config.config_id, config.to_dict()) == (name, fields)
                checked += 1
    assert checked > 1_000


def test_a_field_that_is_used_is_in_the_config_and_its_label():
    config = Config(push="mono", pinned_width=3)
    assert config.to_dict()["pinned_width"] == 3.0
    assert "balance" not in config.to_dict()
    assert config.label == "NS-SN k=1 push=mono pinned_width=3.0 seed 0"
    assert Config(**config.to_dict()) == config
    with pytest.raises(ValueError, match="push: 'none' is not one of own, norm"):
        Config(push="none")
