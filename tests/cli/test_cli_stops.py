"""The command line is stopped by a signal or a time budget, and goes on afterwards."""

import os
import signal
import subprocess
import sys

import pytest

from lipgan.__main__ import main

LONG = ["train", "--scale", "smoke", "--num-steps", "100000", "--device", "cpu"]


def start(store, *options):
    command = [sys.executable, "-m", "lipgan", *LONG, "--store", str(store), *options]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(command, env=environment, **pipes)


@pytest.mark.slow
def test_a_signal_stops_between_two_steps_and_the_same_command_goes_on(tmp_path):
    keep = ("--checkpoint-every", "1000")
    process = start(tmp_path, *keep)
    assert "1 GANs" in process.stdout.readline()
    while not process.stdout.readline().startswith("step 1/"):
        assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 128 + signal.SIGTERM
    assert err == (
        "lipgan: SIGTERM was received: 1 of 1 runs are left; "
        "the same sweep goes on with them\n"
    )
    (kept,) = (tmp_path / "checkpoints").iterdir()
    assert kept.suffix == ".safetensors"

    out, err = start(tmp_path, *keep, "--time-budget", "0.1").communicate(timeout=120)
    assert "goes on after step " in out
    assert err.startswith("lipgan: the time budget is used up: 1 of 1 runs are left")


@pytest.mark.slow
def test_a_time_budget_ends_with_a_code_of_its_own(tmp_path):
    process = start(tmp_path, "--time-budget", "0.05")
    process.communicate(timeout=120)
    assert process.returncode == 75
    assert not list(tmp_path.glob("*.json"))


@pytest.mark.parametrize("budget", ["-1", "inf", "soon"])
def test_a_budget_must_be_a_time(budget, tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        main([*LONG, "--store", str(tmp_path), "--time-budget", budget])
    assert stop.value.code == 2
    assert f"'{budget}' is not a number of minutes above 0" in capsys.readouterr().err
