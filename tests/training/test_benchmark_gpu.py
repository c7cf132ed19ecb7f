"""`python -m benchmarks.gpu`, at smoke scale on the CPU."""

import json
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest

from benchmarks import gpu
from lipgan.runs import RunStore

ROOT = Path(__file__).parents[2]
WITHOUT = """
import sys
for name in {blocked}:
    sys.modules[name] = None  # as if it were not installed
from benchmarks import gpu
gpu.main({arguments})
"""
BLOCKED = [
    *("pandas", "matplotlib", "torchvision", "sklearn", "scipy", "safetensors"),
    *("yaml", "dask", "distributed", "papermill", "pytorch_fid", "pytest", "PIL"),
]
SMALL = ["--device", "cpu", "--scale", "smoke", "--members", "1", "2"]


@pytest.mark.slow
def test_measurements_need_torch_and_numpy_alone(tmp_path):
    arguments = [*SMALL, "--out", str(tmp_path)]
    code = WITHOUT.format(blocked=BLOCKED, arguments=arguments)
    done = subprocess.run(
        [sys.executable, "-c", code],
        **{"cwd": ROOT, "capture_output": True, "text": True, "timeout": 300},
    )
    assert done.returncode == 0, done.stderr
    assert "no tables: safetensors, scipy, torchvision would be needed" in done.stdout
    rows = json.loads((tmp_path / "steps.json").read_text())
    assert [row["members"] for row in rows] == [1, 2]
    assert all(0 < row["flops"] < row["peak"] for row in rows)
    assert all(row["seconds"] > 0 and row["loop_seconds"] > 0 for row in rows)


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
