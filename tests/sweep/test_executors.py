"""Processes that die are replaced, and the sweep ends with every cell."""

import os
import subprocess
import sys
import time
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool

import pytest
from dying import (
    die,
    die_at_first,
    fail,
    seen_gpus,
    train_but_die,
    train_but_die_once,
    wait,
)

from lipgan.runs import RunStore
from lipgan.sweep import run as sweep
from lipgan.sweep import run_or_load, workers
from lipgan.sweep.workers import (
    RETRIES,
    DevicePool,
    TimeLeft,
    WorkerLost,
    duration,
    explained,
    spread,
)

pytestmark = pytest.mark.slow

PATIENCE = 300  # seconds; a busy machine starts processes slowly


@pytest.fixture(scope="module")
def pool():
    with DevicePool(["cpu"]) as pool:
        yield pool


@pytest.fixture
def two_processes(monkeypatch):
    """A machine with two devices, both of them its CPU."""
    monkeypatch.setattr(sweep, "local_devices", lambda place, missing: ["cpu", "cpu"])
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # as here, for equal results


def test_calls_run_in_another_process_that_stays(pool):
    first, second = (pool.submit(os.getpid).result(PATIENCE) for _ in range(2))
    assert first == second != os.getpid()


def test_a_call_whose_process_dies_is_repeated(pool, tmp_path):
    assert pool.submit(die_at_first, tmp_path).result(PATIENCE) == "done"
    assert len(list(tmp_path.iterdir())) == 2


def test_a_call_that_always_dies_is_given_up_and_the_pool_lives_on(pool, tmp_path):
    with pytest.raises(BrokenProcessPool):
        pool.submit(die, tmp_path).result(PATIENCE)
    assert len(list(tmp_path.iterdir())) == 1 + RETRIES
    assert pool.submit(abs, -3).result(PATIENCE) == 3


def test_a_script_without_its_guard_is_told_so_in_few_lines(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "from lipgan import Config\n"
        "from lipgan.sweep import run, run_or_load\n"
        "run.local_devices = lambda place, missing: ['cpu', 'cpu']\n"
        "config = Config(scale='smoke', num_steps=2)\n"
        "run_or_load([config], 'runs', device='cpu', progress=None)\n"
    )
    done = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert 'needs `if __name__ == "__main__":` around' in done.stderr.splitlines()[-1]
    assert len(done.stderr.splitlines()) < 20
    guarded = script.read_text().replace("\nrun_", "\nif __name__ == '__main__': run_")
    script.write_text(guarded)
    subprocess.run([sys.executable, str(script)], cwd=tmp_path, check=True)
    assert len(RunStore(tmp_path / "runs").records()) == 1


def test_an_error_is_passed_on_and_not_repeated(pool, tmp_path):
    with pytest.raises(OSError, match="no data"):
        pool.submit(fail, tmp_path).result(PATIENCE)
    assert len(list(tmp_path.iterdir())) == 1


def test_each_process_sees_its_own_device():
    with DevicePool(["GPU-0a", "3", "cpu"]) as pool:
        seen = [pool.submit(seen_gpus) for _ in range(12)]
        found = {future.result(PATIENCE) for future in seen}
    assert found <= {"GPU-0a", "3", ""}
    with DevicePool(["3"]) as pool:
        assert pool.submit(seen_gpus).result(PATIENCE) == "3"


def test_an_interrupted_pool_ends_its_processes_at_once(tmp_path):
    start = time.monotonic()
    pool = DevicePool(["cpu"])
    running, queued = pool.submit(wait, tmp_path), pool.submit(wait, tmp_path)
    while not list(tmp_path.iterdir()):
        time.sleep(0.05)
    pool.__exit__(KeyboardInterrupt, None, None)
    assert time.monotonic() - start < PATIENCE
    assert isinstance(running.exception(), BrokenProcessPool)
    assert queued.cancelled()
    with pytest.raises(RuntimeError, match="shut down"):
        pool.submit(abs, 1)


def test_processes_end_with_a_sweep_that_is_killed(tmp_path):
    script = tmp_path / "sweep.py"
    script.write_text(
        "import sys, time\n"
        "from lipgan.sweep.workers import DevicePool\n"
        "if __name__ == '__main__':\n"
        "    pool = DevicePool(['cpu'])\n"
        "    print(pool.submit(__import__('os').getpid).result(), flush=True)\n"
        "    pool.submit(time.sleep, 600)\n"
        "    time.sleep(600)\n"
    )
    path = os.pathsep.join(sys.path)
    with subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    ) as parent:
        worker = int(parent.stdout.readline())
        assert is_alive(worker)
        parent.kill()
    deadline = time.monotonic() + PATIENCE
    while is_alive(worker) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not is_alive(worker)


def is_alive(pid):
    """Whether a process runs; one that ended but was not collected does not."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_sweep_goes_on_when_a_process_dies(
    tiny, tmp_path, monkeypatch, two_processes
):
    configs = [tiny(width=w, seed=s) for w in (3, 4, 5) for s in (0, 1)]
    marks = tmp_path / "marks"
    marks.mkdir()
    monkeypatch.setattr(sweep, "train_in_parts", train_but_die_once)
    lines = []
    runs = run_or_load(
        configs,
        tmp_path / "disturbed",
        device="cpu",
        data_dir=marks,
        progress=lines.append,
    )
    assert len(list(marks.iterdir())) == 2
    assert [run.config for run in runs] == configs
    assert len(RunStore(tmp_path / "disturbed").records()) == len(configs)
    monkeypatch.undo()
    calm = run_or_load(configs, tmp_path / "calm", device="cpu", progress=None)
    assert [run.metrics for run in runs] == [run.metrics for run in calm]
    assert sum(" is finished" in line for line in lines) == 3
    assert " left" in lines[0]
    assert " left" not in lines[-1]


def test_a_cohort_that_is_lost_is_named_and_costs_no_other(
    tiny, tmp_path, monkeypatch, two_processes
):
    configs = [tiny(width=w, seed=s) for w in (3, 4, 5) for s in (0, 1)]
    monkeypatch.setattr(sweep, "train_in_parts", train_but_die)
    monkeypatch.setattr(workers, "RETRIES", 1)
    with pytest.raises(WorkerLost, match=r"^cohort 2/3 \(.* and 1 more\): .* 2 times"):
        run_or_load(configs, tmp_path, device="cpu", progress=None)
    assert {run.config.width for run in RunStore(tmp_path)} == {3, 5}


def test_gpus_are_named_as_cuda_visible_devices_does(monkeypatch):
    import torch

    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "5,GPU-7f")
    assert workers.visible_gpus() == ["5", "GPU-7f"]
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    assert workers.visible_gpus() == ["0", "1"]


def test_pinning_too_late_is_refused(monkeypatch):
    import torch

    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    with pytest.raises(RuntimeError, match="CUDA has started .* GPU '1'"):
        workers.pin("1")


def test_executors_leaves_torch_alone():
    code = "import sys, lipgan.sweep.workers; print('torch' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert out.stdout.strip() == "False", out.stderr


@pytest.mark.parametrize(
    ("sizes", "slots", "expected"),
    [
        ([8], 1, [8]),
        ([8], 4, [2, 2, 2, 2]),
        ([7, 1], 3, [1, 3, 4]),
        ([1, 1], 4, [1, 1]),
        ([], 4, []),
        ([3, 3, 3], 2, [3, 3, 3]),
        ([35, 2, 2], 2, [2, 2, 17, 18]),
        ([35, 2, 2], 1, [2, 2, 35]),
        ([35], 8, [4, 4, 4, 4, 4, 5, 5, 5]),
    ],
)
def test_spread_gives_every_slot_its_part(sizes, slots, expected):
    cohorts = [[(i, j) for j in range(size)] for i, size in enumerate(sizes)]
    parts = spread(cohorts, slots)
    assert sorted(map(len, parts)) == expected
    assert sorted(m for p in parts for m in p) == sorted(m for c in cohorts for m in c)


def test_errors_of_lost_workers_name_the_cohort():
    broken = explained(BrokenProcessPool("gone\n abruptly"), "cohort 1/2 (A)")
    line = "cohort 1/2 (A): its worker died 4 times: gone abruptly"
    assert str(broken) == line
    never = explained(WorkerLost("ended at once"), "cohort 1/2 (A)")
    assert str(never) == "cohort 1/2 (A): ended at once"
    gone = explained(CancelledError(), "cohort 1/2 (A)")
    assert str(gone).startswith("cohort 1/2 (A): cancelled")
    own = OSError("disk")
    assert explained(own, "cohort 1/2 (A)") is own
    assert own.__notes__ == ["cohort 1/2 (A)"]


def test_the_time_left_follows_the_work(monkeypatch):
    now = iter([0.0, 30.0, 60.0])
    monkeypatch.setattr(workers.time, "perf_counter", lambda: next(now))
    left = TimeLeft(4.0)
    assert left.after(1.0) == ", about 90 s left"
    assert left.after(2.0) == ", about 20 s left"
    assert left.after(1.0) == ""


@pytest.mark.parametrize(
    ("seconds", "text"), [(45.4, "45 s"), (720, "12 min"), (12_240, "3.4 h")]
)
def test_durations_have_the_unit_that_suits_them(seconds, text):
    assert duration(seconds) == text
