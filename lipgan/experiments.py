"""One function per table or figure of the paper: returns its configs.

Every function takes ``dataset``, ``scale`` and ``seeds``; further keywords narrow it.
"""

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

from lipgan.config import Config

# Qin et al. 2020, Table 3: rows, columns.
TABLE3_LOSSES = ("ns", "ls", "wgan", "cos", "exp")
TABLE3_K = (0.2, 0.25, 0.5, 1.0, 5.0, 10.0, 50.0)
# Figure 1's three scalings; its caption leaves losses and k_SN open.
FIGURE1_ALPHAS = (1e-10, 1.0, 1e10)
FIGURE1_LOSSES = ("ns", "ls_sharp", "wgan", "cos", "exp")
# One point fails visibly at k_SN = 1; eight modes need a steeper discriminator.
FIGURE1_K = {"toy2d": 1.0, "toy2d_ring": 10.0}


def table3(
    dataset: str = "digits",
    scale: str = "embedded",
    seeds: Sequence[int] = (0,),
    *,
    losses: Sequence[str] = TABLE3_LOSSES,
    ks: Sequence[float] = TABLE3_K,
    regularizer: str = "sn",
    **fields: Any,
) -> list[Config]:
    """Distance against k_SN: 5 losses x 7 values of k_SN per seed.

    Further keywords set fields of every ``Config``.
    """
    return [
        Config(
            loss=loss,
            lipschitz_k=k,
            regularizer=regularizer,
            dataset=dataset,
            scale=scale,
            seed=seed,
            **fields,
        )
        for seed, loss, k in product(seeds, losses, ks)
    ]


def figure1(
    dataset: str = "toy2d",
    scale: str = "embedded",
    seeds: Sequence[int] = (0,),
    *,
    losses: Sequence[str] = FIGURE1_LOSSES,
    alphas: Sequence[float] = FIGURE1_ALPHAS,
    lipschitz_k: float | None = None,
) -> list[Config]:
    """The 2-D toy: every loss under three domain scalings.

    Args:
        dataset: ``toy2d`` (one free point against four) or ``toy2d_ring`` (an MLP
            against eight modes).
        scale: key of ``SCALES``.
        seeds: one run per seed and cell.
        losses: keys of ``LOSSES``.
        alphas: domain scalings.
        lipschitz_k: k_SN, by default that of ``FIGURE1_K``; the paper gives none.
    """
    if dataset not in FIGURE1_K:
        raise ValueError(f"dataset: {dataset!r} is not one of {', '.join(FIGURE1_K)}")
    k = FIGURE1_K[dataset] if lipschitz_k is None else lipschitz_k
    return [
        Config(
            loss=loss,
            alpha=alpha,
            lipschitz_k=k,
            dataset=dataset,
            scale=scale,
            seed=seed,
        )
        for seed, loss, alpha in product(seeds, losses, alphas)
    ]


EXPERIMENTS: dict[str, Callable[..., list[Config]]] = {
    "table3": table3,
    "figure1": figure1,
}
