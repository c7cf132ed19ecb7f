"""Memory that runs out splits a cohort, and a stop costs nothing that is finished."""

import pickle
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch

from lipgan import experiments, training
from lipgan.sweep.packing import member_bytes
from lipgan.sweep.parts import (
    NoRoomError,
    NotBegun,
    Options,
    train_in_parts,
    trained_parts,
)
from lipgan.training.checkpoints import Checkpoints
from lipgan.training.stopping import Stopped

OPTIONS = Options(Checkpoints(Path("none")))


@pytest.fixture
def failing_above(monkeypatch):
    """Puts in place of training what has room for so many members only."""
    return partial(_failing_above, monkeypatch)


def _failing_above(monkeypatch, members, error):
    calls = []

    def train(configs, **_):
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
    assert list(trained_parts(configs, OPTIONS)) == [
        configs[:2],
        configs[2:3],
        configs[3:],
    ]
    assert calls == [5, 2, 3, 1, 2]


def test_one_member_without_room_is_named(tiny, failing_above):
    failing_above(0, MemoryError())
    with pytest.raises(NoRoomError, match="memory: NS-SN k=1 seed 0 does not fit"):
        list(trained_parts([tiny(), tiny(seed=1)], OPTIONS))


def test_other_errors_pass_through(tiny, failing_above):
    calls = failing_above(0, RuntimeError("shapes do not match"))
    with pytest.raises(RuntimeError, match="shapes"):
        list(trained_parts([tiny(), tiny(seed=1)], OPTIONS))
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
    assert train_in_parts(configs, OPTIONS) == configs[:2]


def test_an_error_carries_what_was_finished_before_it(tiny, monkeypatch):
    def train(configs, **_):
        if len(configs) == 2 or configs[0].seed == 1:
            raise MemoryError
        return list(configs)

    monkeypatch.setattr(training, "train", train)
    configs = [tiny(seed=s) for s in range(2)]
    with pytest.raises(NoRoomError) as caught:
        train_in_parts(configs, OPTIONS)
    travelled = pickle.loads(pickle.dumps(caught.value))
    assert travelled.finished == configs[:1]


def test_a_cohort_that_would_come_too_late_is_not_begun(tiny, failing_above):
    calls = failing_above(1, MemoryError())
    soon = replace(OPTIONS, deadline=time.time() + 60)
    assert train_in_parts([tiny()], soon, expected=90.0) == []
    with pytest.raises(NotBegun, match="the time budget is used up"):
        list(trained_parts([tiny()], soon, expected=90.0))
    assert calls == []
    assert train_in_parts([tiny()], soon, expected=30.0) == [tiny()]
    assert calls == [1]


REAL = """
import resource, sys, torch
from pathlib import Path
torch.set_num_threads(1)
from lipgan import experiments, training
from lipgan.sweep import parts
from lipgan.training.checkpoints import Checkpoints
configs = experiments.table3(scale="smoke", width=64, batch_size=256)[:8]
data = training.load_data(configs[0])
used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
sizes = []
def train(members, **_):
    sizes.append(len(members))
    cohort = training.Training(members, data)
    cohort.step(1)
    return list(members)
train(configs[:1])
size = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (size + int(sys.argv[1]), -1))
training.train = train
options = parts.Options(Checkpoints(Path("none")))
done = [run for part in parts.trained_parts(configs, options) for run in part]
assert done == configs
print(*sizes[1:])
"""


@pytest.mark.slow
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
