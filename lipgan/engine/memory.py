"""How much memory a computation takes, how much there is, and how to keep it."""

import ctypes
import os
import weakref
from collections.abc import Callable
from functools import cache
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

# Parameter numbers of mallopt(3) and our values, in bytes.
_SETTINGS = {
    -3: 2**27,  # M_MMAP_THRESHOLD: blocks below it come from the heap
    -1: 2**30,  # M_TRIM_THRESHOLD: free heap up to which none of it goes back
    -2: 2**26,  # M_TOP_PAD: what the heap grows by
}
_NO_ROOM = ("can't allocate memory", "not enough memory", "bad alloc")


@cache
def keep_freed_memory() -> bool:
    """Let the C library reuse large blocks; returns whether it could be told so.

    A training step frees and asks for the same few hundred megabytes again. By default
    glibc maps each large block afresh, and the kernel's zeroing of new pages takes a
    fifth to a third of a step on a CPU (``benchmarks/NOTES.md``). The process keeps at
    most one gigabyte more than it needs. Other C libraries are left alone.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    return all(mallopt(number, value) == 1 for number, value in _SETTINGS.items())


class _LiveBytes(TorchDispatchMode):
    """Adds up the storages that operations make, and notes the largest sum."""

    def __init__(self) -> None:
        super().__init__()
        self.live = self.peak = 0
        self.known: set[int] = set()

    def __torch_dispatch__(  # type: ignore[no-untyped-def]
        self, func, types, args=(), kwargs=None
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        for leaf in tree_leaves(result):
            if isinstance(leaf, Tensor):
                self._count(leaf.untyped_storage())
        return result

    def _count(self, storage: torch.UntypedStorage) -> None:
        key, size = storage._cdata, storage.nbytes()
        if key in self.known:
            return
        self.known.add(key)
        self.live += size
        self.peak = max(self.peak, self.live)
        weakref.finalize(storage, self._forget, key, size)

    def _forget(self, key: int, size: int) -> None:
        self.known.discard(key)
        self.live -= size


def peak_bytes(function: Callable[[], Any]) -> int:
    """Bytes that tensors made by a computation take up at its worst moment.

    Counted where operations are dispatched, so that it is the same on every device;
    what libraries use inside an operation is not seen.
    """
    with _LiveBytes() as bytes_of:
        result = function()
    del result
    return bytes_of.peak


def free_bytes(device: torch.device) -> int:
    """Memory of the device that is not in use, in bytes."""
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def out_of_memory(error: BaseException) -> bool:
    """Whether an exception says that memory ran out, on a GPU or a CPU."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(
        words in str(error).lower() for words in _NO_ROOM
    )
