"""A Dask scheduler and two workers as processes; one is killed in the middle."""

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lipgan.__main__ import main
from lipgan.config import Config
from lipgan.runs import RunStore
from lipgan.sweep import run as sweep
from lipgan.sweep import run_or_load
from lipgan.sweep.dask import dask_executor, worker_gpu
from lipgan.sweep.workers import WorkerLost

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]  # workers import this module as pytest does
PATIENCE = 300  # seconds; a busy machine starts processes slowly
COHORTS, MEMBERS = 8, 2
OTHER = {"a": "b", "b": "a"}


def train_and_tell(members, options, *rest):
    """``train_in_parts`` that says in a file where each cohort starts and ends.

    Only the first cohort ends before the blow falls, so that there is one to lose.
    """
    from distributed import get_worker

    from lipgan.sweep.parts import train_in_parts

    cohort = f"width={members[0].width}"
    tell(options.data_dir, "start", cohort, get_worker().name)
    runs = train_in_parts(members, options, *rest)
    if any(event == "end" for event, _, _ in told(options.data_dir)):
        wait_for_the_blow(options.data_dir)
    tell(options.data_dir, "end", cohort, get_worker().name)
    return runs


def wait_for_the_blow(path):
    """Returns once the file says that something was killed, or patience ends."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if any(event == "killed" for event, _, _ in told(path)):
            return
        time.sleep(0.02)


def tell(path, event, cohort="", worker=""):
    line = f"{datetime.now():%H:%M:%S.%f} {event:6} {cohort:8} {worker}".rstrip()
    with open(path, "a") as log:
        log.write(line + "\n")


def told(path):
    """The events so far: (event, cohort, worker)."""
    lines = path.read_text().splitlines() if path.exists() else []
    words = [line.split() for line in lines if "sweep:" not in line]
    return [(event, cohort, worker) for _, event, cohort, worker in words]


def running(path):
    """The cohorts that were started and have not ended: cohort to worker."""
    now = {}
    for event, cohort, worker in told(path):
        if event == "start":
            now[cohort] = worker
        else:
            now.pop(cohort, None)
    return now


@contextmanager
def process(command, *options, folder):
    """A Dask command as a process of its own; it ends with the block."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    with open(folder / "output.txt", "a") as output:
        started = subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{command}", *options],
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=env,
        )
        try:
            yield started
        finally:
            started.kill()
            started.wait(30)


@contextmanager
def cluster(folder, *worker_options):
    """The address of a scheduler, its process, and its workers "a" and "b" by name."""
    pytest.importorskip("distributed", reason="Dask is missing: lipgan[cluster]")
    file = folder / "scheduler.json"
    here = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    where = ("--scheduler-file", str(file), "--no-dashboard", "--no-nanny")
    with process(
        "scheduler", *here, "--scheduler-file", str(file), folder=folder
    ) as server:
        deadline = time.monotonic() + PATIENCE
        while not file.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        one = ("--nthreads", "1", "--local-directory", str(folder), *worker_options)
        with (
            process("worker", *where, *one, "--name", "a", folder=folder) as a,
            process("worker", *where, *one, "--name", "b", folder=folder) as b,
        ):
            yield json.loads(file.read_text())["address"], server, {"a": a, "b": b}


@pytest.fixture(autouse=True)
def _patient(monkeypatch):
    monkeypatch.setattr("lipgan.sweep.dask.PATIENCE", PATIENCE)


def wait_for_both(address):
    from distributed import Client

    with Client(address, timeout=PATIENCE, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=PATIENCE)


def spy_on_saves(monkeypatch):
    """The configs whose records are written, in that order."""
    saved, save = [], RunStore.save

    def spy(store, run):
        saved.append(run.config)
        return save(store, run)

    monkeypatch.setattr(RunStore, "save", spy)
    return saved


def test_a_killed_worker_costs_no_cell_and_none_comes_twice(
    tiny, tmp_path, monkeypatch, capsys
):
    configs = [
        tiny(width=3 + i, seed=seed, num_steps=30)
        for i in range(COHORTS)
        for seed in range(MEMBERS)
    ]
    log, killed = tmp_path / "events.log", []
    saved = spy_on_saves(monkeypatch)
    monkeypatch.setattr(sweep, "train_in_parts", train_and_tell)

    with cluster(tmp_path) as (address, _, workers):
        wait_for_both(address)

        def kill_at_the_first_result(line):
            tell(log, f"sweep: {line}")
            while "finished" in line and not killed:
                for cohort, worker in list(running(log).items())[:1]:
                    workers[worker].kill()
                    tell(log, "killed", cohort, worker)
                    killed[:] = cohort, worker

        with dask_executor(address, lambda line: None) as executor:
            runs = run_or_load(
                configs,
                tmp_path / "killed",
                executor,
                device="cpu",
                data_dir=log,
                progress=kill_at_the_first_result,
            )
    with capsys.disabled():
        print("\n" + log.read_text())
    cohort, worker = killed
    starts = [event for event in told(log) if event[0] == "start"]
    assert [e[2] for e in starts if e[1] == cohort] == [worker, OTHER[worker]]
    assert len(starts) == COHORTS + 1
    assert [run.config for run in runs] == configs
    assert sorted(c.config_id for c in saved) == sorted(c.config_id for c in configs)
    assert len(RunStore(tmp_path / "killed").records()) == len(configs)
    monkeypatch.undo()
    calm = run_or_load(configs, tmp_path / "calm", device="cpu", progress=None)
    for run, undisturbed in zip(runs, calm, strict=True):
        np.testing.assert_equal(run.metrics, undisturbed.metrics)
        np.testing.assert_equal(run.history, undisturbed.history)


def test_a_tagged_cluster_takes_one_gpu_per_cohort_and_a_lost_scheduler_ends_it(
    tiny, tmp_path, capsys, monkeypatch
):
    log = tmp_path / "events.log"
    configs = [tiny(width=3 + i, num_steps=30) for i in range(4)]
    monkeypatch.setattr(sweep, "train_in_parts", train_and_tell)
    lines = []
    with cluster(tmp_path, "--resources", "GPU=1") as (address, scheduler, _):
        wait_for_both(address)

        def kill_at_the_first_result(line):
            if "finished" in line:
                scheduler.kill()

        with dask_executor(address, lines.append) as executor:
            assert executor.slots == 2
            with pytest.raises(WorkerLost, match="scheduler"):
                run_or_load(
                    configs,
                    tmp_path / "runs",
                    executor,
                    device="cpu",
                    data_dir=log,
                    progress=kill_at_the_first_result,
                )
    assert lines == [f"{address}: 2 slots, one GPU each"]
    assert 1 <= len(RunStore(tmp_path / "runs").records()) < 4


def test_the_command_line_trains_on_a_cluster(tmp_path, capsys):
    arguments = "train --scale smoke --num-steps 2 --device cpu --store".split()
    store = tmp_path / "runs"
    with cluster(tmp_path) as (address, _, _):
        code = main([*arguments, str(store), "--scheduler", address])
    out, err = capsys.readouterr()
    assert (code, err) == (0, "")
    assert "cohort 1/1 is finished" in out
    assert len(RunStore(store).records()) == 1


def test_relative_paths_mean_the_same_on_workers_elsewhere(tmp_path, monkeypatch):
    here, there = tmp_path / "here", tmp_path / "there"
    images = here / "data" / "cifar10-jpeg"
    images.mkdir(parents=True)
    there.mkdir()
    for i in range(8):
        Image.new("RGB", (8, 8), (30 * i, 90, 200)).save(images / f"{i}.png")
    monkeypatch.chdir(here)
    small = {"num_steps": 2, "width": 2, "eval_samples": 8, "batch_size": 4}
    names = ("cifar10_jpeg", "folder:data/cifar10-jpeg")
    configs = [Config(dataset=name, **small) for name in names]
    options = {"device": "cpu", "data_dir": "data", "checkpoint_every": 0.0}
    with cluster(there) as (address, _, _):
        wait_for_both(address)
        with dask_executor(address, lambda line: None) as executor:
            runs = run_or_load(configs, "runs", executor, progress=None, **options)
    assert [run.config for run in runs] == configs  # with the path that was given
    assert len(RunStore(here / "runs").records()) == 2
    assert not [p.name for p in there.rglob("*") if p.name in ("runs", "checkpoints")]
    again = run_or_load(configs, "runs", device="cpu", data_dir="data", progress=None)
    assert again == runs


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense://x", "tcp://"])
def test_an_unreachable_scheduler_is_one_line(address, tmp_path, capsys, monkeypatch):
    pytest.importorskip("distributed", reason="Dask is missing: lipgan[cluster]")
    monkeypatch.setattr("lipgan.sweep.dask.PATIENCE", 1.0)
    store = tmp_path / "runs"
    code = main(["train", "--store", str(store), "--scheduler", address])
    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert err.startswith(f"lipgan: scheduler: {address!r} cannot be reached: ")
    assert err.count("\n") == 1
    assert not store.exists()


def test_without_dask_the_command_says_what_to_install(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert main(["train", "--scheduler", "tcp://x:1", "--store", str(tmp_path)]) == 2
    assert capsys.readouterr().err == (
        "lipgan: scheduler: Dask is missing; pip install 'lipgan[cluster]'\n"
    )


@pytest.mark.parametrize(
    ("name", "gpu"), [("0", "4"), ("node-1", "GPU-7"), ("SLURMCluster-12-0", "4")]
)
def test_a_worker_takes_the_gpu_of_its_number(name, gpu):
    assert worker_gpu(name, ["4", "GPU-7"]) == gpu


@pytest.mark.parametrize("name", ["tcp://10.0.0.1:40001", "node", "node-2", "node1"])
def test_a_worker_without_a_number_of_its_own_is_refused(name):
    with pytest.raises(ValueError, match="sees 2 GPUs: let it see one"):
        worker_gpu(name, ["0", "1"])
