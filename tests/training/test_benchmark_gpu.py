"""`python -m benchmarks.gpu`, at smoke scale on the CPU."""

import json
import os
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import numpy as np
import pytest

from benchmarks import gpu
from lipgan.runs import RunStore
from lipgan.sweep import run_or_load

ROOT = Path(__file__).parents[2]
BARE = """
import sys
for name in {blocked}:
    sys.modules[name] = None  # as if it were not installed
from benchmarks import gpu
whole = gpu.tables("smoke")["table3 mnist"]
gpu.tables = lambda *_: {{"table3 mnist": whole[3:5]}}
gpu.main({arguments})
"""
BLOCKED = [
    *("pandas", "matplotlib", "torchvision", "sklearn", "scipy", "safetensors"),
    *("yaml", "dask", "distributed", "papermill", "pytorch_fid", "pytest", "PIL"),
]
SMALL = ["--device", "cpu", "--scale", "smoke", "--members", "1", "2"]


@pytest.mark.slow
def test_all_of_it_runs_with_torch_and_numpy_alone(tmp_path):
    arguments = [*SMALL, "--out", str(tmp_path), "--minutes", "5"]
    code = BARE.format(blocked=BLOCKED, arguments=arguments)
    done = subprocess.run(
        [sys.executable, "-c", code],
        **{"cwd": ROOT, "capture_output": True, "text": True, "timeout": 300},
        env=os.environ | {"LIPGAN_CACHE": str(tmp_path / "cache")},
    )
    assert done.returncode == 0, done.stderr
    assert "stand-ins for safetensors, scipy, torchvision, PIL" in done.stdout
    assert "2 records in" in done.stdout
    rows = json.loads((tmp_path / "steps.json").read_text())
    assert [row["members"] for row in rows] == [1, 2]
    assert all(0 < row["flops"] < row["peak"] for row in rows)
    assert all(row["seconds"] > 0 and row["loop_seconds"] > 0 for row in rows)
    configs = gpu.tables("smoke")["table3 mnist"][3:5]
    usual = run_or_load(configs, tmp_path / "usual", device="cpu", progress=None)
    for own in usual:
        bare = RunStore(tmp_path / "runs").load(own.config)
        assert np.array_equal(own.samples, bare.samples)
        assert own.metrics == pytest.approx(bare.metrics, rel=1e-5)


def test_the_tables_are_in_the_order_of_what_they_tell():
    names = list(gpu.tables("paper"))
    assert names[:3] == ["table3 mnist", "table3 cifar10", "table5 mnist"]
    assert names[-1] == "table4b cifar10"
    assert list(gpu.tables("smoke", "cifar10_jpeg"))[1] == "table3 cifar10_jpeg"
    (first, *_) = gpu.tables("paper").values()
    assert len(first) == 35
    assert {(c.num_steps, c.width) for c in first} == {(100_000, 64)}


@pytest.fixture
def few(monkeypatch):
    """Three configs of two tables instead of all of all."""
    whole = gpu.tables("smoke")
    part = {"table3 mnist": whole["table3 mnist"][:2]}
    part["table5 mnist"] = whole["table5 mnist"][:1]
    monkeypatch.setattr(gpu, "tables", lambda *_: part)
    monkeypatch.setattr(gpu, "measure", lambda *a, **k: [])
    return [c for configs in part.values() for c in configs]


@pytest.mark.slow
def test_tables_are_trained_packed_and_not_trained_again(few, tmp_path, capsys):
    arguments = [*SMALL, "--out", str(tmp_path), "--minutes", "10"]
    gpu.main(arguments)
    store = RunStore(tmp_path / "runs")
    first = [store.load(config).provenance["finished"] for config in few]
    assert f"{len(few)} records in" in capsys.readouterr().out
    with tarfile.open(tmp_path / "records.tar.gz") as tar:
        tar.extractall(tmp_path / "elsewhere", filter="data")
    again = RunStore(tmp_path / "elsewhere")
    assert [again.load(config).provenance["finished"] for config in few] == first
    time.sleep(1)  # records say when they were finished, to the second
    gpu.main(arguments)
    assert [store.load(config).provenance["finished"] for config in few] == first


def test_what_does_not_fit_into_the_time_is_not_begun(few, tmp_path, capsys):
    gpu.main([*SMALL, "--out", str(tmp_path), "--minutes", "0"])
    said = capsys.readouterr().out
    assert said.count("not begun, the time is used up") == 2
    assert "0 records in" in said
