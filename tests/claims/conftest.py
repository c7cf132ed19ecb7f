"""What tests of several claims share."""

import math

import matplotlib.pyplot as plt
import numpy as np
import pytest
from made_up import CONSTANT

from lipgan import experiments
from lipgan.experiments import table3
from lipgan.runs import RunStore
from lipgan.sweep import run_or_load


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


@pytest.fixture
def table3_run(made_run):
    def make(distances, scale="embedded", seed=0):
        runs = []
        for config in table3(scale=scale, seeds=[seed]):
            value = distances[config.loss, config.lipschitz_k]
            found = {"fd_digits_constant": CONSTANT}
            fields = {}
            if math.isinf(value):
                fields = {"status": "diverged", "diverged_at": 7}
            else:
                found["fd_digits_2k"] = value
            runs.append(made_run(config, found, **fields))
        return runs

    return make


@pytest.fixture
def alpha_runs(made_run):
    """Call it for made-up runs of these configs: EXP diverges from alpha = 0.1 on."""

    def make(configs, scores=1.0):
        runs = []
        for i, config in enumerate(configs):
            history = {"step": [1, 10, 100]}
            for side in ("real", "fake"):
                history[f"score_{side}_min"] = [-scores * (1 + i)] * 3
                history[f"score_{side}_max"] = [scores * (1 + i)] * 3
            metrics, fields = {"fd_digits_constant": 900.0}, {}
            if config.loss == "exp" and config.alpha in (0.1, 1e3, 1e11):
                fields = {"status": "diverged", "diverged_at": 1}
                history = {name: [np.nan] for name in history}
            else:
                metrics["fd_digits_2k"] = 8.0 + i
            runs.append(made_run(config, metrics, history=history, **fields))
        return runs

    return make


@pytest.fixture(scope="module")
def smoke_store(tmp_path_factory):
    store = RunStore(tmp_path_factory.mktemp("store"))
    run_or_load(experiments.table3(scale="smoke"), store, progress=None)
    return store
