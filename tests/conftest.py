"""What the tests share: one thread, fixed seeds, tiny configs, made-up runs."""

import math
import os
from unittest import mock

os.environ.setdefault("MPLBACKEND", "Agg")

import pytest
import torch

from lipgan.config import Config
from lipgan.runs import Run

torch.set_num_threads(1)

PROVENANCE = {
    "commit": "abc1234",
    "python": "3.12.0",
    "torch": "2.6.0",
    "device": "cpu: x86_64",
    "threads": 1,
    "cohort_size": 1,
    "cohort_seconds": 1.5,
    "finished": "2020-11-22T10:00:00Z",
}


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


@pytest.fixture(scope="session")
def tiny():
    """Call it for a config that trains in a moment: two steps at smoke scale."""

    def make(**fields) -> Config:
        return Config(**{"scale": "smoke", "num_steps": 2, **fields})

    return make


@pytest.fixture(scope="session")
def made_run():
    """Call it for a record that nobody trained."""

    def make(config: Config, metrics=None, **fields) -> Run:
        usual = {"status": "completed", "diverged_at": None, "history": {"step": [1]}}
        return Run(
            config=config,
            metrics=metrics or {},
            provenance=dict(PROVENANCE),
            **{**usual, **fields},
        )

    return make


@pytest.fixture(scope="session")
def as_runs(made_run):
    """Call it for records of these configs with distances that a function gives."""

    def make(configs, distance, constant):
        runs = []
        for c in configs:
            value = distance(c)
            metrics = {f"fd_{c.features}_constant": constant}
            fields = {}
            if math.isinf(value):
                fields = {"status": "diverged", "diverged_at": 7}
            else:
                metrics[f"fd_{c.features}_2k"] = value
            runs.append(made_run(c, metrics, **fields))
        return runs

    return make


@pytest.fixture(scope="session")
def table3_runs():
    """All 35 cells of Table 3 after a few steps."""
    from lipgan.experiments import table3
    from lipgan.training import train

    return train(table3(scale="smoke"), device="cpu")


@pytest.fixture(scope="session")
def toy_runs():
    """Both toys of Figure 1 after a few steps."""
    from lipgan.experiments import figure1
    from lipgan.training import train

    names = ("toy2d", "toy2d_ring")
    return {name: train(figure1(name, "smoke"), device="cpu") for name in names}


@pytest.fixture(scope="session")
def inception_file(tmp_path_factory):
    """Random weights in pytorch-fid's format, under the official name's stem."""
    reference = pytest.importorskip("pytorch_fid.inception")
    torch.manual_seed(0)
    with (
        mock.patch.object(reference, "load_state_dict_from_url", return_value={}),
        mock.patch("torchvision.models.Inception3.load_state_dict"),
    ):
        state = reference.fid_inception_v3().state_dict()
    file = tmp_path_factory.mktemp("inception") / "random.pth"
    torch.save(state, file)
    return file
