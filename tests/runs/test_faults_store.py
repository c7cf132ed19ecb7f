"""A store under real faults: killed writers, full disks, damage, many at once."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from lipgan import training
from lipgan.config import Config
from lipgan.runs import Run, RunStore, StoreError
from lipgan.runs.verify import verify
from lipgan.sweep import run_or_load

pytestmark = pytest.mark.slow

KILLS = 50
CONFIGS = [
    Config(dataset="toy2d", scale="smoke", seed=seed, num_steps=steps)
    for steps in range(2, 8)
    for seed in (0, 1)
]
IMAGES = [Config(scale="smoke", seed=seed) for seed in range(8)]


def image_run(config, shade=0):
    """A record with a picture of noise, large enough to be caught half-written."""
    noise = np.random.default_rng([config.seed, shade])
    history = {"step": [1], "values": [noise.random(2000).round(4).tolist()]}
    picture = noise.integers(0, 256, (96, 96), dtype=np.uint8)
    provenance = {"finished": "2020-11-22T10:00:00Z", "cohort_seconds": 1.0}
    metrics = {"fd": float(config.seed), "shade": shade}
    return Run(config, "completed", None, history, metrics, provenance, picture)


def shade_of(run):
    return int(run.metrics["shade"])


def content(run):
    """Everything of a run but where it comes from."""
    picture = None if run.samples is None else run.samples.tolist()
    history = json.dumps(run.history)  # NaN equals NaN in text
    return run.config, run.status, run.diverged_at, history, str(run.metrics), picture


def contents(store):
    return {run.config.config_id: content(run) for run in store}


def run_quietly(configs, store, **options):
    return run_or_load(configs, store, device="cpu", progress=None, **options)


# What the children do. They are forked from one process that has everything imported
# and no threads: a kill costs milliseconds.


def overwrite_forever(path):
    store, shade = RunStore(path), 1000 * os.getpid()
    while True:
        shade += 1
        for config in IMAGES[:3]:
            store.save(image_run(config, shade))


def sweep_once(path, checkpoint_every=None):
    run_quietly(CONFIGS, path, checkpoint_every=checkpoint_every)


def fork(work, *arguments):
    """Process id of a child that does this and exits with 0."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work(*arguments)
            code = 0
        finally:
            os._exit(code)
    return child


def ended(child):
    """Signal that ended a child, 0 if it came to its end."""
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def kill_writers(root):
    """Kill whoever overwrites records with pictures; no record may break."""
    generator, store = random.Random(1), RunStore(root / "store")
    for config in IMAGES:
        store.save(image_run(config))
    for kill in range(2 * KILLS):
        child = fork(overwrite_forever, store.path)
        time.sleep(generator.uniform(0.01, 0.05))
        os.kill(child, (signal.SIGKILL, signal.SIGTERM)[kill % 2])
        assert ended(child)
        runs = list(store)
        assert {run.config for run in runs} == set(IMAGES)
        for run in runs:
            assert content(run) == content(image_run(run.config, shade_of(run)))
    assert max(map(shade_of, store)) > 0  # they did write


def kill_sweeps(root):
    """Kill sweeps at random moments; each is resumed until it is finished.

    Every second one leaves a checkpoint at every step and goes on from the last.
    """
    generator, kills, rounds, longest = random.Random(2), 0, 0, 0.15
    run_quietly(CONFIGS, root / "undisturbed")
    wanted = contents(RunStore(root / "undisturbed"))
    assert set(wanted) == {c.config_id for c in CONFIGS}
    while kills < KILLS:
        store, every = RunStore(root / f"round{rounds}"), (None, 1e-9)[rounds % 2]
        rounds += 1
        number = signal.SIGKILL
        while number:
            before = len(store.records())
            child = fork(sweep_once, store.path, every)
            time.sleep(generator.uniform(0.0, longest))
            number = (signal.SIGKILL, signal.SIGTERM)[kills % 2]
            os.kill(child, number if kills < KILLS else 0)
            number = ended(child)
            kills += bool(number)
            # A slow machine gets longer, so that sweeps are killed in their midst.
            longest *= 1.0 if len(store.records()) > before else 1.2
        assert contents(store) == wanted
        assert len(store.records()) == len(CONFIGS)
        assert not verify(store).damaged
    assert rounds > 1  # what was finished before a kill is not done again


def save_all(path, shade, start):
    """Save all records thrice, beginning elsewhere than the others do."""
    store = RunStore(path)
    for _ in range(3):
        for config in IMAGES[start:] + IMAGES[:start]:
            store.save(image_run(config, shade))


def write_together(root):
    """Two, then four processes write the same configs with different results."""
    for count in (2, 4):
        store = RunStore(root / f"store{count}")
        children = [fork(save_all, store.path, i, 0) for i in range(count)]
        while any(os.waitpid(c, os.WNOHANG) == (0, 0) for c in children[:1]):
            list(store)  # readers never meet a record with another's picture
        assert all(ended(c) == 0 for c in children[1:])
        assert {run.config for run in store} == set(IMAGES)
        for run in store:
            assert content(run) == content(image_run(run.config, shade_of(run)))
        assert not list(store.path.glob(".*.tmp"))


def sweep_together(root):
    """Two, then four processes run the same sweep in one store."""
    run_quietly(CONFIGS, root / "undisturbed")
    wanted = contents(RunStore(root / "undisturbed"))
    for count in (2, 4):
        store = RunStore(root / f"store{count}")
        children = [fork(sweep_once, store.path) for _ in range(count)]
        assert [ended(c) for c in children] == [0] * count
        assert contents(store) == wanted


def fill_the_disk(root):
    """No file may grow beyond 8,000 bytes, as on a disk with so much left."""
    import resource

    store = RunStore(root / "store")
    store.save(image_run(IMAGES[0]))
    before = contents(store)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8_000, 8_000))
    for config in IMAGES[:2]:
        with pytest.raises(StoreError, match=f"record {config.config_id}: File too"):
            store.save(image_run(config, shade=1))
    assert contents(store) == before
    assert not list(store.path.glob(".*.tmp"))


def write_where_it_is_forbidden(root):
    """As a user without rights: root may write into any directory."""
    store = RunStore("store")
    store.save(image_run(IMAGES[0]))
    os.chmod("store", 0o555)
    for file in Path("store").iterdir():
        file.chmod(0o444)
    root.chmod(0o755)
    if os.getuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
    assert contents(store) == {IMAGES[0].config_id: content(image_run(IMAGES[0]))}
    assert verify(store).intact == 1
    training.train = None  # nothing may be trained before this is found out
    for action in (
        lambda: store.save(image_run(IMAGES[1])),
        lambda: run_quietly(IMAGES[:2], store),
    ):
        with pytest.raises(StoreError, match="store 'store': .*Permission denied"):
            action()
    assert len(run_quietly(IMAGES[:1], store)) == 1  # reading goes on


def in_a_process(work, folder):
    """Run one of the above in a process of its own."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, __file__, work.__name__],
        **{"cwd": folder, "env": environment, "timeout": 300},
        **{"capture_output": True, "text": True, "check": False},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.mark.parametrize(
    "work",
    [
        kill_writers,
        kill_sweeps,
        write_together,
        sweep_together,
        fill_the_disk,
        write_where_it_is_forbidden,
    ],
    ids=lambda work: work.__name__,
)
def test_nothing_is_lost(work, tmp_path):
    in_a_process(work, tmp_path)


if __name__ == "__main__":
    import torch

    torch.set_num_threads(1)
    globals()[sys.argv[1]](Path.cwd())
