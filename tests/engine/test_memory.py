"""Memory that stays in the process, is counted, and runs out."""

import subprocess
import sys

import pytest
import torch

from lipgan.engine.memory import (
    free_bytes,
    keep_freed_memory,
    out_of_memory,
    peak_bytes,
)

COUNT_FAULTS = """
import resource, torch
from lipgan.engine.memory import keep_freed_memory
keep_freed_memory()
torch.set_num_threads(1)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    blocks = [torch.ones(2**20) for _ in range(16)]
    del blocks
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


PAGES = 16 * 2**22 // 4096  # of the blocks of one round


@pytest.mark.skipif(not keep_freed_memory(), reason="the C library is not glibc")
def test_blocks_of_a_step_are_reused():
    """By default nearly all of the 20 rounds meet new pages; here only the first."""
    command = [sys.executable, "-c", COUNT_FAULTS]
    faults = int(subprocess.run(command, capture_output=True, check=True).stdout)
    assert faults < 4 * PAGES


def test_peak_counts_what_is_alive_at_once():
    assert peak_bytes(lambda: torch.zeros(1000) + torch.zeros(1000)) == 12_000

    def chain():
        x = torch.zeros(1000)
        for _ in range(10):
            x = x + 1  # the last two are alive together
        return x

    assert peak_bytes(chain) == 8_000


def test_peak_counts_a_view_and_its_base_once():
    assert peak_bytes(lambda: torch.zeros(10, 100).T.flatten(0).view(-1)) == 8_000


def test_peak_counts_what_autograd_keeps():
    x = torch.zeros(1000, requires_grad=True)
    assert peak_bytes(lambda: (x.exp().exp()).sum().backward()) >= 12_000


def test_free_memory_is_positive_and_below_a_million_gigabytes():
    assert 0 < free_bytes(torch.device("cpu")) < 2**60


def test_running_out_of_memory_is_recognized_when_it_happens():
    with pytest.raises(RuntimeError) as raised:
        torch.empty(2**50)
    assert out_of_memory(raised.value)
    assert not out_of_memory(RuntimeError("size mismatch"))
    assert not out_of_memory(ValueError("can't allocate memory"))
