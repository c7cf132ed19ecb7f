"""Recorded steps, on the CPU: the same numbers, bit for bit, from places of their own.

What only a GPU can do, record, is in `capture`; its tests are skipped without one.
"""

import pytest
import torch

from lipgan.engine.noise import Noise, Tape
from lipgan.training import Training, load_data, train
from lipgan.training.checkpoints import get_state
from lipgan.training.graphs import NotRecorded, Replayed
from tests.engine.kernels import Kernels

STEPS = Noise.BLOCK + 6


def again(function):
    """Record on a CPU: the function does the same when it is called again."""
    return function


def trained(configs, record, moments=(1, 5, 20)):
    """State after so many steps, with some measured ones in between."""
    training = Training(configs, load_data(configs[0]))
    training.steps.record = record
    losses = []
    for step in range(1, STEPS + 1):
        losses.append(training.steps(step, measure=step in moments))
    return training, losses


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"regularizer": "gp", "n_dis": 2},
        {"regularizer": "maxgp_memory", "optimizer": "adam"},
        {"regularizer": "sn+alp", "push": "perm", "pinned_width": 2.0},
    ],
    ids=str,
)
def test_replayed_steps_give_the_same_bits(fields, tiny):
    configs = [tiny(dataset="toy2d_ring", seed=i, **fields) for i in (0, 0, 1)]
    plain, losses = trained(configs, None)
    replayed, others = trained(configs, again)
    assert replayed.steps.replayed.replay is not None
    mine, theirs = get_state(plain.cohort), get_state(replayed.cohort)
    assert mine.keys() == theirs.keys()
    for name, tensor in mine.items():
        assert torch.equal(tensor, theirs[name]), name
    for one, other in zip(losses, others, strict=True):
        assert one.keys() == other.keys()
        assert all(torch.equal(one[name], other[name]) for name in one)


def test_images_with_batch_normalization_give_the_same_bits(tiny):
    configs = [tiny(dataset="digits", batch_size=4, seed=i) for i in (0, 1)]
    mine, theirs = (get_state(trained(configs, r)[0].cohort) for r in (None, again))
    assert all(torch.equal(tensor, theirs[name]) for name, tensor in mine.items())


def test_divergence_is_noted_with_its_step_and_members_may_leave(tiny):
    configs = [tiny(dataset="toy2d_ring", seed=i) for i in range(2)]
    states = []
    for record in (None, again):
        training, _ = trained(configs, record)
        with torch.no_grad():
            training.cohort.discriminators.weights["0.weight"][1] = torch.nan
        for step in range(STEPS + 1, STEPS + 4):
            training.steps(step, measure=False)
        assert training.cohort.diverged_at.tolist() == [-1, STEPS + 1]
        training._drop_diverged()
        for step in range(STEPS + 4, STEPS + 8):
            training.steps(step, measure=False)
        assert training.alive == [0]
        states.append(get_state(training.cohort))
    assert all(torch.equal(t, states[1][name]) for name, t in states[0].items())


def test_a_recorded_step_finds_everything_where_it_was(tiny):
    training, _ = trained(
        [tiny(dataset="toy2d_ring", regularizer="maxgp_memory")], again
    )
    state = training.cohort.state

    def places():
        tensors = [t for group in state.values() for t in group.values()]
        return [t.data_ptr() for t in (*tensors, training.cohort.diverged_at)]

    before = places()
    training.steps(STEPS + 1, measure=False)
    training.steps(STEPS + 2, measure=True)
    assert places() == before


def test_between_blocks_a_replay_touches_no_host_memory(tiny):
    """On the meta device, where recording is doing it again."""
    config = tiny(dataset="toy2d_ring", regularizer="gp")
    training = Training([config], load_data(config).to("meta"))
    training.steps.record = again
    for step in range(1, 5):
        training.steps(step, measure=False)
    with Kernels() as kernels:
        training.steps(5, measure=False)
    assert not kernels.host + kernels.waits


def test_where_recording_fails_training_says_why_and_goes_on(tiny):
    def fails(function):
        function()  # as far as it came
        raise RuntimeError("operation not permitted\nwhen stream is capturing")

    configs = [tiny(dataset="toy2d_ring")]
    training, said = Training(configs, load_data(configs[0])), []
    training.steps.record, training.steps.say = fails, said.append
    training.steps(1, measure=False)
    training.steps(2, measure=False)
    places = dict(training.cohort.discriminators.state)
    training.steps(3, measure=False)
    assert said == ["no CUDA graphs from here on: operation not permitted"]
    assert training.steps.record is None
    step = Replayed(training.step, training.cohort, fails)
    assert all(
        t is not places[k] for k, t in training.cohort.discriminators.state.items()
    )
    step(4, measure=False)
    step(5, measure=False)
    places = dict(training.cohort.discriminators.state)
    with pytest.raises(NotRecorded):
        step(6, measure=False)
    assert all(t is places[k] for k, t in training.cohort.discriminators.state.items())


def test_a_tape_that_reads_one_step_too_late_would_be_noticed(tiny, monkeypatch):
    configs = [tiny(dataset="toy2d_ring")]
    plain, _ = trained(configs, None)
    wind = Tape.wind
    monkeypatch.setattr(Tape, "wind", lambda tape, number: wind(tape, number + 1))
    other, _ = trained(configs, again)
    name = "d/0.weight"
    assert not torch.equal(get_state(plain.cohort)[name], get_state(other.cohort)[name])


def test_a_cpu_records_nothing(tiny):
    configs = [tiny(dataset="toy2d_ring")]
    training = Training(configs, load_data(configs[0]), graphs=True)
    assert training.steps.record is None


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("regularizer", ["sn", "gp", "maxgp_memory", "sn+alp"])
def test_gpu_replays_what_it_would_do_step_by_step(regularizer, tiny):
    fields = {"num_steps": 80, "history_points": 4, "regularizer": regularizer}
    configs = [tiny(dataset="digits", seed=i, **fields) for i in range(3)]
    said = []
    plain = train(configs, device="cuda")
    graphs = train(configs, device="cuda", graphs=True, progress=said.append)
    assert not [line for line in said if "no CUDA graphs" in line]
    for mine, other in zip(plain, graphs, strict=True):
        assert other.history["loss_d"] == pytest.approx(
            mine.history["loss_d"], rel=1e-2
        )
