"""What the metrics accept: tensors and NumPy arrays of finite numbers."""

import numpy as np
import torch
from torch import Tensor

Array = Tensor | np.ndarray
LARGEST = 1e50  # sixth powers of features, summed, must stay within float64


def as_tensor(values: Array, name: str) -> Tensor:
    """The same values as a tensor without gradient.

    Args:
        values: a tensor or a NumPy array.
        name: of the argument, for messages.

    Raises:
        ValueError: it is neither.
    """
    if isinstance(values, np.ndarray) and values.dtype.kind in "fiub":
        return torch.from_numpy(np.array(values))  # read-only memory warns otherwise
    if not isinstance(values, Tensor) or values.is_complex():
        raise ValueError(
            f"{name}: {getattr(values, 'dtype', type(values).__name__)} is not a "
            "tensor or NumPy array of real numbers"
        )
    return values.detach()


def as_numbers(values: Array, name: str) -> Tensor:
    """The same values in float64, without gradient.

    Args:
        values: a tensor or a NumPy array.
        name: of the argument, for messages.

    Raises:
        ValueError: it is neither, or a value is not finite or beyond ``LARGEST``.
    """
    numbers = as_tensor(values, name).double()
    bad = int((~numbers.isfinite()).sum())
    if bad:
        raise ValueError(
            f"{name}: {bad} of {numbers.numel()} values are NaN or infinite; "
            "only finite ones are accepted"
        )
    if numbers.numel() and float(numbers.abs().amax()) > LARGEST:
        raise ValueError(
            f"{name}: values up to {float(numbers.abs().amax()):.3g} are too large; "
            f"at most {LARGEST:.0e} are accepted"
        )
    return numbers
