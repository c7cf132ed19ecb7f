"""The tables and figures of Qin et al. 2020."""

from collections.abc import Sequence
from typing import Any

from lipgan.config import Config
from lipgan.experiments.grids import Seeds, axis, grid, with_seeds

# Qin et al. 2020, Table 3: rows, columns.
TABLE3_LOSSES = ("ns", "ls", "wgan", "cos", "exp")
TABLE3_K = (0.2, 0.25, 0.5, 1.0, 5.0, 10.0, 50.0)
# Tables 4 and 5 add the zero-centered LS and leave WGAN out, which alpha cannot change.
TABLE4_LOSSES = ("ns", "ls", "ls_sharp", "cos", "exp")
TABLE4A_K, TABLE4A_ALPHAS = 50.0, (1e-11, 1e-9, 1e-7, 1e-5, 1e-3, 1e-1)
TABLE4B_K, TABLE4B_ALPHAS = 1.0, (1e1, 1e3, 1e5, 1e7, 1e9, 1e11)
TABLE5_LOSSES = ("ns", "ls_sharp", "cos", "exp")
TABLE5_K, TABLE5_ALPHA = 50.0, 1e-25
# Figure 4's columns; its k are those of Table 2, for the text names no others.
FIGURE4_LOSSES = ("ns", "ls", "wgan")
FIGURE4_K = (0.25, 0.5, 1.0, 5.0)
# Figure 5: both kinds of failure.
FIGURE5_LOSSES, FIGURE5_ALPHA = ("ns", "ls", "cos", "exp"), 1e-1
# Sec. 4.2 explains the loss of quality at small k_SN by the optimizer.
SMALL_K, SMALL_K_LOSSES = (0.2, 1.0), ("ns", "wgan")
SMALL_K_OPTIMIZERS = (
    "rmsprop",
    "rmsprop_tiny_eps",
    "rmsprop_eps_inside",
    "rmsprop_fast_decay",
    "rmsprop_tf",
    "adam",
)
# Figure 1's three scalings; its caption leaves losses and k_SN open.
FIGURE1_ALPHAS = (1e-10, 1.0, 1e10)
FIGURE1_LOSSES = ("ns", "ls_sharp", "wgan", "cos", "exp")
# One point fails visibly at k_SN = 1; eight modes need a steeper discriminator.
FIGURE1_K = {"toy2d": 1.0, "toy2d_ring": 10.0}

TABLE3_SEEDS = 5


@with_seeds
def table3(
    dataset: str = "digits",
    scale: str = "embedded",
    seeds: Seeds = (0,),
    *,
    losses: Sequence[str] = TABLE3_LOSSES,
    ks: Sequence[float] = TABLE3_K,
    **fields: Any,
) -> list[Config]:
    """Distance against k_SN: 5 losses x 7 values of k_SN per seed."""
    axes = axis("loss", losses), axis("lipschitz_k", ks)
    return grid(seeds, *axes, dataset=dataset, scale=scale, **fields)


@with_seeds
def table3_srn(
    dataset: str = "digits",
    scale: str = "embedded",
    seeds: Seeds = (0,),
    **fields: Any,
) -> list[Config]:
    """Table 3 with stable rank normalization, as in the paper's supplement."""
    return table3(dataset, scale, seeds, regularizer="srn", **fields)


@with_seeds
def table4a(
    dataset: str = "digits",
    scale: str = "embedded",
    seeds: Seeds = (0,),
    *,
    losses: Sequence[str] = TABLE4_LOSSES,
    alphas: Sequence[float] = TABLE4A_ALPHAS,
    lipschitz_k: float = TABLE4A_K,
    **fields: Any,
) -> list[Config]:
    """Distance against alpha at k_SN = 50: 5 losses x 6 small alphas per seed."""
    axes = axis("loss", losses), axis("alpha", alphas)
    fields |= {"dataset": dataset, "scale": scale, "lipschitz_k": lipschitz_k}
    return grid(seeds, *axes, **fields)


@with_seeds
def table4b(
    dataset: str = "digits",
    scale: str = "embedded",
    seeds: Seeds = (0,),
    *,
    losses: Sequence[str] = TABLE4_LOSSES,
    alphas: Sequence[float] = TABLE4B_ALPHAS,
    lipschitz_k: float = TABLE4B_K,
    **fields: Any,
) -> list[Config]:
    """Distance against alpha at k_SN = 1: 5 losses x 6 large alphas per seed."""
    return table4a(
        dataset,
        scale,
        seeds,
        losses=losses,
        alphas=alphas,
        lipschitz_k=lipschitz_k,
        **fields,
    )


@with_seeds
def table5(
    dataset: str = "digits",
    scale: str = "embedded",
    seeds: Seeds = (0,),
    **fields: Any,
) -> list[Config]:
    """WGAN-SN beside four losses at alpha = 1e-25, all with k_SN = 50."""
    fields |= {"dataset": dataset, "scale": scale, "lipschitz_k": TABLE5_K}
    wgan = grid(seeds, loss="wgan", **fields)
    return wgan + grid(seeds, axis("loss", TABLE5_LOSSES), alpha=TABLE5_ALPHA, **fields)


@with_seeds
def figure4(
    dataset: str = "digits",
    scale: str = "embedded",
    seeds: Seeds = (0,),
    *,
    losses: Sequence[str] = FIGURE4_LOSSES,
    ks: Sequence[float] = FIGURE4_K,
    regularizers: Sequence[str] = ("sn", "gp"),
    **fields: Any,
) -> list[Config]:
    """Domains during training: 3 losses x 2 regularizers x 4 values of k per seed."""
    axes = axis("loss", losses), axis("lipschitz_k", ks)
    fields |= {"dataset": dataset, "scale": scale}
    return grid(seeds, axis("regularizer", regularizers), *axes, **fields)


@with_seeds
def figure5(
    dataset: str = "digits",
    scale: str = "embedded",
    seeds: Seeds = (0,),
    **fields: Any,
) -> list[Config]:
    """Mode collapse and crash at k_SN = 50, alpha = 0.1: four cells of Table 4a."""
    alphas = (FIGURE5_ALPHA,)
    return table4a(
        dataset, scale, seeds, losses=FIGURE5_LOSSES, alphas=alphas, **fields
    )


@with_seeds
def small_k(
    dataset: str = "digits",
    scale: str = "embedded",
    seeds: Seeds = (0,),
    *,
    losses: Sequence[str] = SMALL_K_LOSSES,
    ks: Sequence[float] = SMALL_K,
    optimizers: Sequence[str] = SMALL_K_OPTIMIZERS,
    **fields: Any,
) -> list[Config]:
    """The smallest k_SN beside k_SN = 1 under six optimizers, per loss and seed."""
    axes = axis("loss", losses), axis("lipschitz_k", ks)
    fields |= {"dataset": dataset, "scale": scale}
    return grid(seeds, axis("optimizer", optimizers), *axes, **fields)


@with_seeds
def figure1(
    dataset: str = "toy2d",
    scale: str = "embedded",
    seeds: Seeds = (0,),
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
    axes = axis("loss", losses), axis("alpha", alphas)
    return grid(seeds, *axes, lipschitz_k=k, dataset=dataset, scale=scale)
