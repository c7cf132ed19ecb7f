"""The steps rule, and domains without broken cells."""

import numpy as np
import pytest
from made_up import COPY, holds

from lipgan import experiments
from lipgan.claims.images.validity import (
    chosen_steps,
    domain_checks,
    steps_from,
)
from lipgan.config import Config
from lipgan.gan.losses import LOSSES
from lipgan.metrics import attained_slopes

DATA = [{"dataset": "mnist"}, COPY]


# The number of steps


@pytest.mark.parametrize(("late", "steps"), [(0.16, 2_000), (0.17, 4_000)])
def test_a_sixth_of_the_constant_image_decides_on_the_steps(late, steps):
    shares = {(2_000, loss): 0.1 for loss in ("ns", "wgan")}
    assert chosen_steps(shares) == 2_000
    for key in shares:
        assert chosen_steps(shares | {key: late}) == steps


@pytest.mark.parametrize("data", DATA)
def test_steps_are_chosen_from_the_pilot_on_seed_0_alone(as_runs, data):
    def runs(seed, slow):
        configs = experiments.steps_pilot(seeds=[seed], **data)
        return as_runs(configs, lambda c: slow if c.num_steps == 2_000 else 5.0, 90.0)

    assert steps_from(runs(0, 14.0)) == 2_000
    assert steps_from(runs(0, 16.0)) == 4_000
    assert steps_from(runs(0, 14.0) + runs(1, 80.0)) == 2_000
    with pytest.raises(KeyError):
        steps_from(runs(1, 14.0))


# Domains


def history_of(config, moments=31):
    """Widths shrink with k, faster under SN; WGAN drifts early, the others rest."""
    width = 4 * config.lipschitz_k ** (4 if config.regularizer == "sn" else 1)
    times = np.linspace(0, 1, moments)
    drift = 5.0 if config.loss == "wgan" else 0.1
    home = 0.5 if config.loss == "ls" else 0.0
    middle = home + width * drift * np.minimum(1.0, 4 * times)
    low, high = middle - width / 2, middle + width / 2
    history = {"step": list(range(1, moments + 1))}
    for side in ("real", "fake"):
        term = LOSSES[config.loss].terms[f"d_{side}"]
        ends = attained_slopes(term, low[-1], high[-1])
        history |= {
            f"score_{side}_min": low.tolist(),
            f"score_{side}_mean": middle.tolist(),
            f"score_{side}_max": high.tolist(),
            f"slope_{side}_min": [ends[0]] * moments,
            f"slope_{side}_max": [ends[1]] * moments,
        }
    return history


@pytest.fixture
def domain_runs(made_run):
    def make(distance=lambda c: 9.0, history=history_of, seeds=(1, 2)):
        runs = []
        for c in experiments.image_domains("mnist", seeds=seeds):
            metrics = {"fd_mnist_constant": 115.0, "fd_mnist_2k": distance(c)}
            runs.append(made_run(c, metrics, history=history(c)))
        return runs

    return make


def test_domains_as_in_the_paper_meet_the_criteria(domain_runs):
    found = domain_checks(domain_runs())
    assert (len(found), all(holds(found))) == (10, True), found


def test_domains_that_all_look_alike_do_not(domain_runs):
    same = Config(dataset="mnist", regularizer="gp")
    found = domain_checks(domain_runs(history=lambda c: history_of(same)))
    assert holds(found)[:4] == [False, False, True, False]  # all drift, then settle
    assert not found[6].holds


def test_a_broken_cell_is_no_evidence(domain_runs):
    def wild(c):
        """A broken GP cell with an enormous domain at the smallest k."""
        turned = (c.loss, c.regularizer, c.lipschitz_k) == ("ns", "gp", 0.25)
        return Config(loss="ns", regularizer="sn", lipschitz_k=9.0) if turned else c

    def distance(c):
        return 100.0 if wild(c) is not c else 9.0

    def history(c):
        return history_of(wild(c))

    judged = domain_checks(domain_runs(distance, history))
    assert judged[0].found == "33 of 33 pairs"
    assert all(holds(judged))
    counted = domain_checks(domain_runs(history=history))
    assert counted[0].found == "33 of 36 pairs"
    assert not all(holds(counted))


def test_a_loss_that_works_nowhere_fulfills_nothing_it_is_asked(domain_runs):
    lost = domain_checks(domain_runs(lambda c: 100.0 if c.loss == "ls" else 9.0))
    assert [c.found for c in lost][2] == "not testable: one of them works nowhere"
    assert holds(lost) == [True, False, False, False, True, False]
    none = domain_checks(domain_runs(lambda c: 100.0))
    assert not any(holds(none))


# The grids


@pytest.mark.parametrize("fields", DATA)
def test_every_grid_takes_the_fields_of_a_copy(fields):
    grids = [
        *(experiments.table3, experiments.table4a, experiments.table4b),
        *(experiments.table5, experiments.longer_training, experiments.image_domains),
    ]
    name = fields.get("features", "mnist")
    for grid in grids:
        configs = grid(seeds=[1], num_steps=4_000, eval_samples=5_000, **fields)
        assert {(c.features, c.image_size, c.eval_samples) for c in configs} == {
            (name, 32, 5_000)
        }
        assert {c.dataset for c in configs} == {fields["dataset"]}


def test_the_gradient_penalty_has_a_faster_critic():
    rates = {(c.regularizer, c.lr_d, c.lr_g) for c in experiments.image_domains()}
    assert rates == {("sn", 2e-4, 2e-4), ("gp", 1e-3, 2e-4)}
    table = set(experiments.table3("mnist"))
    assert all(c in table for c in experiments.image_domains() if c.regularizer == "sn")
