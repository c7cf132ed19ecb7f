"""Keep freed memory in the process instead of handing it back to the kernel."""

import ctypes
from functools import cache

# Parameter numbers of mallopt(3) and our values, in bytes.
_SETTINGS = {
    -3: 2**27,  # M_MMAP_THRESHOLD: blocks below it come from the heap
    -1: 2**30,  # M_TRIM_THRESHOLD: free heap up to which none of it goes back
    -2: 2**26,  # M_TOP_PAD: what the heap grows by
}


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
