"""A short name for the content of tensors, the same on every device."""

import hashlib
from collections.abc import Mapping

from torch import Tensor


def digest(content: Tensor | Mapping[str, Tensor], *more: str) -> str:
    """BLAKE2b of types, shapes and bytes of tensors, 16 hexadecimal digits.

    Args:
        content: one tensor; or several by name, then their names count as well, and
            their order does not. Of types that NumPy knows.
        more: texts that the digest is to depend on as well.
    """
    state = hashlib.blake2b(digest_size=8)
    named = {"": content} if isinstance(content, Tensor) else content
    state.update("".join(f"{text!r} " for text in more).encode())
    for name in sorted(named):
        x = named[name].detach().cpu().contiguous()
        label = f"{name!r} " if name else ""
        state.update(f"{label}{x.dtype} {tuple(x.shape)}".encode())
        state.update(x.view(-1).numpy().data)
    return state.hexdigest()
