"""Short runs whose numbers are kept: a silent change of the mathematics shows here.

After a change that is meant to change results, or a new loss or regularizer,

    python tests/training/test_golden.py

writes `tests/training/golden/short_runs.json` anew; its diff says what moved, and
CHANGELOG.md has to say why.
"""

import dataclasses
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from lipgan.config import Config
from lipgan.gan.losses import LOSSES
from lipgan.gan.regularizers import REGULARIZERS
from lipgan.runs import Run
from lipgan.training import train

FILE = Path(__file__).parent / "golden" / "short_runs.json"
STEPS = 5
JOINED = {
    **{"sn+gp": {"second_k": 0.5}, "sn+r1": {}, "sn+alp": {"second_k": 0.1}},
    **{"r1+r2": {"second_weight": 2.0}},
}
KEPT = ("loss_d", "loss_g", "penalty", "score_real_mean", "score_fake_mean")
# float32 elsewhere: with other instruction sets (AVX-512, AVX2, none) the numbers moved
# by 1e-5 at most
RELATIVE, ABSOLUTE = 1e-3, 1e-5


def configs() -> dict[str, Config]:
    """Every loss under SN, and every regularizer and some joined ones under NS.

    Each with k and α off 1.
    """
    usual = {
        **{"scale": "smoke", "num_steps": STEPS, "lr_d": 1e-3, "lr_g": 1e-3},
        **{"dataset": "digits", "seed": 3, "alpha": 0.8, "lipschitz_k": 1.5},
    }
    by_loss = {f"{k} sn": Config(**usual, loss=k) for k in LOSSES}
    by_regularizer = {
        f"ns {k}": Config(**usual, regularizer=k, penalty_weight=5.0)
        for k in REGULARIZERS
        if k != "sn"
    }
    joined = {
        f"ns {k}": Config(**usual, regularizer=k, penalty_weight=5.0, **second)
        for k, second in JOINED.items()
    }
    return by_loss | by_regularizer | joined


def numbers(run: Run) -> dict[str, list[float]]:
    """What is kept of a run: the first and the last moment of its history."""
    return {k: [float(f"{run.history[k][i]:.6g}") for i in (0, -1)] for k in KEPT}


def trained(chosen: dict[str, Config]) -> dict[str, dict[str, list[float]]]:
    runs = train(list(chosen.values()), device="cpu")
    return {name: numbers(run) for name, run in zip(chosen, runs, strict=True)}


@pytest.fixture(scope="module")
def found():
    return trained(configs())


GOLDEN = json.loads(FILE.read_text()) if FILE.exists() else {}


def differences(name, mine):
    """What differs from the numbers kept, in words."""
    if name not in GOLDEN:
        return [
            f"{name}: no number yet; run `python tests/training/{Path(__file__).name}`"
        ]
    return [
        f"{name}: {key} {value} instead of {kept}"
        for key, values in mine.items()
        for value, kept in zip(values, GOLDEN[name][key], strict=True)
        if not math.isclose(value, kept, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
    ]


@pytest.mark.parametrize("name", configs())
def test_short_run_gives_the_numbers_kept(name, found):
    assert differences(name, found[name]) == []


def test_no_number_is_kept_for_what_is_gone():
    assert sorted(GOLDEN) == sorted(configs())


@pytest.mark.parametrize(
    "change",
    [
        {"alpha": 0.82},
        {"lipschitz_k": 1.53},
        {"lr_d": 1.1e-3},
        {"regularizer": "none"},
        {"seed": 4},
    ],
    ids=str,
)
def test_a_small_change_is_noticed(change):
    config = dataclasses.replace(configs()["ls sn"], **change)
    (mine,) = trained({"ls sn": config}).values()
    assert differences("ls sn", mine)


def test_a_key_without_a_number_says_how_to_get_one():
    (line,) = differences("new sn", {})
    assert "new sn: no number yet" in line
    assert "test_golden.py" in line


def test_same_machine_same_versions_same_bits():
    """Twice in this process: every number of history and metrics, bit for bit."""
    chosen = [configs()[name] for name in ("ns sn", "wgan sn", "ns gp", "ns alp")]
    first, second = (train(chosen, device="cpu") for _ in range(2))
    for mine, other in zip(first, second, strict=True):
        assert json.dumps(mine.history) == json.dumps(other.history)
        assert json.dumps(mine.metrics) == json.dumps(other.metrics)
        assert (mine.samples == other.samples).all()


ELSEWHERE = """
import json
import torch
torch.set_num_threads(1)
from lipgan.claims.toys import CLAIMS
from lipgan.sweep.known import load_known
from lipgan.training import train
configs = CLAIMS["figure1"].configs("embedded", [0])
runs = train([c for c in configs if c.dataset == "toy2d"], device="cpu")
published = load_known(configs)
runs += [run for run in published if run.config.dataset != "toy2d"]
verdicts = [
    [check.holds for check in CLAIMS["figure1"].checks(judged)]
    for judged in (runs, published)
]
print(json.dumps([torch.backends.cpu.get_cpu_capability(), *verdicts]))
"""


@pytest.mark.slow
def test_another_machine_same_verdicts():
    """Of the published records; torch goes without this machine's vector units."""
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE],
        **{"capture_output": True, "text": True, "check": True, "timeout": 600},
        env={**os.environ, "OMP_NUM_THREADS": "1", "ATEN_CPU_CAPABILITY": "default"},
        cwd=FILE.parents[2],
    )
    capability, verdicts, published = json.loads(done.stdout.splitlines()[-1])
    assert capability == "DEFAULT"
    assert len(verdicts) == 4
    assert verdicts == published


if __name__ == "__main__":
    torch.set_num_threads(1)
    FILE.parent.mkdir(exist_ok=True)
    lines = [f'"{k}": {json.dumps(v)}' for k, v in trained(configs()).items()]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"wrote {len(lines)} short runs to {FILE}")
