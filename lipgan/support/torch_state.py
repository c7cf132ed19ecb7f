"""Torch's global settings as the computations here need them, whoever calls."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import torch

KINDS = ("cpu", "cuda")  # of devices


@contextmanager
def usual_torch() -> Iterator[None]:
    """Torch's own defaults inside, and the caller's settings untouched after it.

    Default type and device, gradient and inference mode, autocast and the precision of
    matrix products are global: left alone, they would change results that are recorded
    under one id. Layers are built with torch's default initialization before ours, so
    that the caller's random stream is put back as well. Also a decorator, called anew:
    ``@usual_torch()``; not for generators, whose callers run in between.
    """
    with ExitStack() as stack:
        stack.callback(torch.set_default_dtype, torch.get_default_dtype())
        precision = torch.get_float32_matmul_precision()
        stack.callback(torch.set_float32_matmul_precision, precision)
        stack.enter_context(convolutions_in_tf32(False))
        torch.set_default_dtype(torch.float32)
        torch.set_float32_matmul_precision("highest")
        stack.enter_context(torch.random.fork_rng(devices=[]))
        stack.enter_context(torch.inference_mode(False))
        stack.enter_context(torch.enable_grad())
        for kind in KINDS:
            if torch.is_autocast_enabled(kind):
                stack.enter_context(torch.autocast(kind, enabled=False))
        if torch.get_default_device().type != "cpu":  # a context slows every call
            stack.enter_context(torch.device("cpu"))
        yield


@contextmanager
def convolutions_in_tf32(allowed: bool) -> Iterator[None]:
    """Whether convolutions on a GPU round to TF32 inside; torch's default is that."""
    before = torch.backends.cudnn.allow_tf32
    torch.backends.cudnn.allow_tf32 = allowed
    try:
        yield
    finally:
        torch.backends.cudnn.allow_tf32 = before
