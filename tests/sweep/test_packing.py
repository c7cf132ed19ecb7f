"""Cohorts fit into memory, and memory that runs out splits them."""

import pickle
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial

import pytest
import torch

from lipgan import experiments, training
from lipgan.sweep import packing
from lipgan.sweep.packing import (
    NoRoomError,
    member_bytes,
    members_that_fit,
    pack,
    train_in_parts,
    trained_parts,
)
from lipgan.training.stopping import Stopped

CPU = torch.device("cpu")


def sizes(cohorts):
    return [len(c) for c in cohorts]


def test_members_of_one_shape_train_together(tiny):
    configs = [tiny(seed=s, width=w) for s in range(3) for w in (3, 4)]
    cohorts = pack(configs)
    assert sizes(cohorts) == [3, 3]
    assert all(len({c.cohort_key for c in cohort}) == 1 for cohort in cohorts)
    assert {c for cohort in cohorts for c in cohort} == set(configs)


def test_cohorts_are_of_equal_size(tiny, monkeypatch):
    monkeypatch.setattr(packing, "MAX_COHORT", 4)
    configs = [tiny(seed=s) for s in range(9)]
    assert sizes(pack(configs)) == [3, 3, 3]
    assert [c for cohort in pack(configs) for c in cohort] == configs


def test_little_memory_makes_small_cohorts(tiny, monkeypatch):
    configs = [tiny(seed=s) for s in range(6)]
    room = int(2.5 * member_bytes(configs[0]) / packing.SHARE)
    monkeypatch.setattr(packing, "free_bytes", lambda device: room)
    assert sizes(pack(configs, CPU)) == [2, 2, 2]
    monkeypatch.setattr(packing, "free_bytes", lambda device: 1)
    assert sizes(pack(configs, CPU)) == [1] * 6


def test_wider_networks_take_more_memory():
    first = experiments.table3("mnist")[0]
    wider = replace(first, width=2 * first.width, eval_samples=10)
    assert member_bytes(wider) > 1.5 * member_bytes(replace(first, eval_samples=10))
    assert members_that_fit(first, 0) == 1


@pytest.fixture
def failing_above(monkeypatch):
    """Puts in place of training what has room for so many members only."""
    return partial(_failing_above, monkeypatch)


def _failing_above(monkeypatch, members, error):
    calls = []

    def train(configs):
        calls.append(len(configs))
        if len(configs) > members:
            raise error
        return list(configs)

    monkeypatch.setattr(training, "train", train)
    return calls


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"),
        MemoryError(),
    ],
)
def test_a_cohort_is_halved_until_it_fits(tiny, error, failing_above):
    configs = [tiny(seed=s) for s in range(5)]
    calls = failing_above(2, error)
    assert list(trained_parts(configs)) == [configs[:2], configs[2:3], configs[3:]]
    assert calls == [5, 2, 3, 1, 2]


def test_one_member_without_room_is_named(tiny, failing_above):
    failing_above(0, MemoryError())
    with pytest.raises(NoRoomError, match="memory: NS-SN k=1 seed 0 does not fit"):
        list(trained_parts([tiny(), tiny(seed=1)]))


def test_other_errors_pass_through(tiny, failing_above):
    calls = failing_above(0, RuntimeError("shapes do not match"))
    with pytest.raises(RuntimeError, match="shapes"):
        list(trained_parts([tiny(), tiny(seed=1)]))
    assert calls == [2]


def test_a_worker_returns_what_was_finished_before_a_stop(tiny, monkeypatch):
    calls = []

    def train(configs, **_):
        calls.append(len(configs))
        if len(configs) == 4:
            raise MemoryError
        if len(calls) == 3:
            raise Stopped("enough")
        return list(configs)

    monkeypatch.setattr(training, "train", train)
    configs = [tiny(seed=s) for s in range(4)]
    assert train_in_parts(configs) == configs[:2]


def test_an_error_carries_what_was_finished_before_it(tiny, monkeypatch):
    def train(configs, **_):
        if len(configs) == 2 or configs[0].seed == 1:
            raise MemoryError
        return list(configs)

    monkeypatch.setattr(training, "train", train)
    configs = [tiny(seed=s) for s in range(2)]
    with pytest.raises(NoRoomError) as caught:
        train_in_parts(configs)
    travelled = pickle.loads(pickle.dumps(caught.value))
    assert travelled.finished == configs[:1]


def test_a_cohort_that_would_come_too_late_is_not_begun(tiny, failing_above):
    calls = failing_above(0, MemoryError())
    soon = time.time() + 60
    assert train_in_parts([tiny()], expected=90.0, deadline=soon) == []
    assert calls == []
    with pytest.raises(TypeError):  # it is begun: this train takes no deadline
        train_in_parts([tiny()], expected=30.0, deadline=soon)


REAL = """
import resource, sys, torch
torch.set_num_threads(1)
from lipgan import experiments, training
from lipgan.sweep import packing
configs = experiments.table3(scale="smoke", width=64, batch_size=256)[:8]
data = training.load_data(configs[0])
used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
sizes = []
def train(members):
    sizes.append(len(members))
    cohort = training.Training(members, data)
    cohort.step(1)
    return list(members)
train(configs[:1])
size = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (size + int(sys.argv[1]), -1))
training.train = train
done = [run for part in packing.trained_parts(configs) for run in part]
assert done == configs
print(*sizes[1:])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits memory as Linux does")
def test_memory_that_really_runs_out_splits_a_cohort():
    member = member_bytes(
        experiments.table3(scale="smoke", width=64, batch_size=256)[0]
    )
    command = [sys.executable, "-c", REAL, str(3 * member)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    sizes = [int(n) for n in done.stdout.split()]
    assert sizes[0] == 8
    assert len(sizes) > 1
