"""A short name for the content of tensors, the same on every device."""

import hashlib
from collections.abc import Mapping

from torch import Tensor


def digest(tensors: Mapping[str, Tensor], *more: str) -> str:
    """BLAKE2b of names, types, shapes and bytes of tensors, 16 hexadecimal digits.

    Args:
        tensors: of types that NumPy knows; their order does not matter.
        more: texts that the digest is to depend on as well.
    """
    state = hashlib.blake2b(repr(more).encode(), digest_size=8)
    for name in sorted(tensors):
        x = tensors[name].detach().cpu().contiguous()
        state.update(f"{name} {x.dtype} {tuple(x.shape)} ".encode())
        state.update(x.view(-1).numpy().data)
    return state.hexdigest()
