"""Times the Fréchet distance against pytorch-fid's, from features and from moments.

Run `python -m benchmarks.frechet [THREADS]` (default 2) on a quiet machine: with more
threads than free cores both sides spend their time waiting.
"""

import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from pytorch_fid.fid_score import calculate_frechet_distance
from threadpoolctl import threadpool_limits

from lipgan.metrics import frechet_distance, frechet_distance_from_moments, moments


def timed(function: Callable[..., Any], *arguments: Any) -> tuple[Any, float]:
    """Return a function's result and its seconds."""
    start = time.perf_counter()
    result = function(*arguments)
    return result, time.perf_counter() - start


def numpy_moments(features: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Moments in the way of pytorch-fid."""
    array = features.double().numpy()
    return array.mean(0), np.cov(array, rowvar=False)


def compare(count: int, dimension: int) -> None:
    """Print both values, both times and their ratios for made-up features."""
    generator = torch.Generator().manual_seed(0)
    mix = torch.randn(dimension, dimension, generator=generator) / dimension**0.5
    sets = [torch.randn(count, dimension, generator=generator) @ mix for _ in range(2)]
    ours, seconds = timed(frechet_distance, *sets)
    mine = [*moments(sets[0]), *moments(sets[1])]
    _, seconds_moments = timed(frechet_distance_from_moments, *mine)
    (a, b), reference = timed(lambda: [numpy_moments(x) for x in sets])
    theirs, reference_moments = timed(calculate_frechet_distance, *a, *b)
    reference += reference_moments
    print(
        f"n={count} d={dimension}: lipgan {ours.item():.9g}, pytorch-fid {theirs:.9g}\n"
        f"  from features {seconds:.2f} s against {reference:.2f} s, "
        f"{reference / seconds:.1f} times faster\n"
        f"  from moments {seconds_moments:.2f} s against {reference_moments:.2f} s, "
        f"{reference_moments / seconds_moments:.1f} times faster"
    )


if __name__ == "__main__":
    warnings.simplefilter("ignore", DeprecationWarning)
    threads = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    torch.set_num_threads(threads)
    threadpool_limits(threads)  # NumPy and SciPy
    print(f"{threads} threads")
    compare(64, 256)  # warm up
    for count in (5000, 1000):
        compare(count, 2048)
