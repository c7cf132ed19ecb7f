"""What a computation asks of its device, counted where torch dispatches it."""

from collections import Counter
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

# Make or rename a tensor without touching a number; more than torch calls views.
NO_KERNEL = {"_unsafe_view", "detach", "empty", "new_empty", "new_empty_strided"}
SYNCHRONIZES = {"_local_scalar_dense", "equal", "is_nonzero", "item", "nonzero"}


class Kernels(TorchDispatchMode):
    """Counts operators by name while it is entered.

    Attributes:
        device: those that launch a kernel there.
        host: those that read or write a tensor on the CPU.
        waits: those after which the host waits for the device.
    """

    def __init__(self) -> None:
        super().__init__()
        self.device, self.host, self.waits = Counter(), Counter(), Counter()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None) -> Any:
        name = func._schema.name.removeprefix("aten::")
        result = func(*args, **(kwargs or {}))
        given, made = tree_leaves((args, kwargs)), tree_leaves(result)
        if any(_on_host(x) for x in (*given, *made)):
            self.host[name] += 1
        elif not func.is_view and name not in NO_KERNEL:
            self.device[name] += 1
        if any(map(_on_device, given)) and (
            name in SYNCHRONIZES or any(map(_on_host, made))
        ):
            self.waits[name] += 1
        return result


def _on_host(x: object) -> bool:
    return isinstance(x, Tensor) and x.device.type == "cpu"


def _on_device(x: object) -> bool:
    return isinstance(x, Tensor) and x.device != torch.device("cpu")
