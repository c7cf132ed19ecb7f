"""The weights of a trained GAN: as bytes beside its record, and as modules again."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from lipgan.gan.models import MODELS
from lipgan.runs.run import Run
from lipgan.support.torch_state import usual_torch

GENERATOR, DISCRIMINATOR = "generator", "discriminator"
_COUNTER = "num_batches_tracked"  # of batch normalization; no part of a function


def gathered(generator: nn.Module, discriminator: nn.Module) -> dict[str, np.ndarray]:
    """The weights of both networks by name, ``generator/...`` and so on, float32."""
    return {
        f"{side}/{name}": tensor.detach().cpu().numpy()
        for side, module in ((GENERATOR, generator), (DISCRIMINATOR, discriminator))
        for name, tensor in module.state_dict().items()
        if not name.endswith(_COUNTER)
    }


def packed(run: Run, half: bool = False) -> bytes | None:
    """The weights of a run as the content of a safetensors file; None without any.

    Args:
        run: of any status.
        half: whether to round to float16, which halves the file.
    """
    from safetensors.numpy import save

    if run.weights is None:
        return None
    kind: Any = np.float16 if half else np.float32
    tensors = {k: np.ascontiguousarray(v, kind) for k, v in held_weights(run).items()}
    return save(tensors, {"config_id": run.config.config_id})


def load_generator(run: Run) -> nn.Sequential:
    """The generator that was judged: noise (n, z_dim) to images in [-1, 1].

    Its weights are the moving average where the config asks for one.

    Raises:
        ValueError: the weights of the run were not kept, or do not fit its config.
    """
    return _load(run, GENERATOR)


def load_discriminator(run: Run) -> nn.Sequential:
    """The trained discriminator, its weights as its regularizer left them.

    A regularizer that acts on scores (``gran``) is not in it.

    Raises:
        ValueError: the weights of the run were not kept, or do not fit its config.
    """
    return _load(run, DISCRIMINATOR)


@usual_torch()
def _load(run: Run, side: str) -> nn.Sequential:
    model = MODELS[run.config.model]
    build = model.generator if side == GENERATOR else model.discriminator
    module = build(run.config.sizes)  # its initialization is overwritten
    state: dict[str, Tensor] = {
        name.removeprefix(f"{side}/"): torch.from_numpy(np.array(value, np.float32))
        for name, value in held_weights(run).items()
        if name.startswith(f"{side}/")
    }
    own = module.state_dict()
    counters = {k: v for k, v in own.items() if k.endswith(_COUNTER)}
    try:
        module.load_state_dict(state | counters)
    except RuntimeError as error:
        reason = " ".join(str(error).split())
        raise ValueError(f"weights: of {run.config.label}: {reason}") from None
    return module.eval().requires_grad_(False)


def held_weights(run: Run) -> Mapping[str, np.ndarray]:
    """The weights of a run by name, read from their file if they are in one.

    Raises:
        ValueError: they were not kept, or cannot be read.
    """
    if run.weights is None:
        raise ValueError(
            f"weights: those of {run.config.label} were not kept; train it with "
            "keep_weights=True (--keep-weights)"
        )
    if not isinstance(run.weights, Path):
        return run.weights
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        return load_file(run.weights)
    except (OSError, SafetensorError) as error:
        raise ValueError(f"weights: {str(run.weights)!r}: {error}") from None
