"""Results depend on configs alone, whatever the caller has set in torch."""

from contextlib import contextmanager

import pytest
import torch

from lipgan.training import train


@contextmanager
def default_dtype():
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(torch.float32)


@contextmanager
def low_precision():
    torch.set_float32_matmul_precision("medium")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision("highest")


SURROUNDINGS = {
    "float64": default_dtype,
    "precision": low_precision,
    "no_grad": torch.no_grad,
    "inference_mode": torch.inference_mode,
    "autocast": lambda: torch.autocast("cpu", dtype=torch.bfloat16),
    "device": lambda: torch.device("meta"),
}


@pytest.fixture(scope="module")
def usual(tiny):
    configs = [tiny(dataset="toy2d_ring"), tiny(regularizer="gp")]
    return configs, train(configs, device="cpu")


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_the_callers_settings_change_no_result(usual, name):
    configs, expected = usual
    with SURROUNDINGS[name]():
        before = torch.get_default_dtype(), torch.is_grad_enabled()
        found = train(configs, device="cpu")
        assert (torch.get_default_dtype(), torch.is_grad_enabled()) == before
    for run, same in zip(found, expected, strict=True):
        assert run.data_digest == same.data_digest
        assert (run.history, run.metrics) == (same.history, same.metrics)


def test_autocast_is_a_change_that_would_show():
    x = torch.rand(3, 3)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert (x @ x).dtype == torch.bfloat16


def test_the_callers_random_stream_is_not_moved(tiny):
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    train([tiny()], device="cpu")
    assert torch.equal(torch.rand(3), expected)
