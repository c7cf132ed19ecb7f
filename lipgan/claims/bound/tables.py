"""Tables of domains, slopes and bounds."""

import math
from collections.abc import Sequence

import pandas as pd
import torch

from lipgan import metrics
from lipgan.claims.bound.criteria import slope_ratio
from lipgan.claims.published import TABLE2, TABLE2_TERM
from lipgan.claims.seeds import interval
from lipgan.gan.losses import LOSSES
from lipgan.runs import Run


def lipschitz_table(runs: Sequence[Run], untrained: Sequence[dict]) -> pd.DataFrame:
    """What K really is, and how much of Theorem 1's bound a network uses.

    Args:
        runs: completed runs on images.
        untrained: ``evaluate.untrained_metrics`` of the same configs.
    """
    rows = []
    for run, start in zip(runs, untrained, strict=True):
        config, found = run.config, run.metrics
        layers = len(run.history["sigma"][0])
        exact = found.get("lipschitz_layers", math.nan)
        inputs = config.image_size**2 * config.channels
        bound = metrics.domain_bound(exact, inputs)
        before = metrics.domain_bound(start["lipschitz_layers"], inputs)
        rows.append(
            {
                "loss": LOSSES[config.loss].label,
                "k": config.lipschitz_k,
                "kⁿ": config.lipschitz_k**layers,
                "∏ exact norms": exact,
                "largest gradient": found.get("lipschitz_gradient", math.nan),
                "width of Ω": found.get("domain_width", math.nan),
                "bound": bound,
                "share used": found.get("domain_width", math.nan) / bound,
                "share, untrained": start["domain_width"] / before,
            }
        )
    return pd.DataFrame(rows).set_index(["loss", "k"])


def linear_table(shapes: Sequence[tuple[int, int, int]], k: float) -> pd.DataFrame:
    """Linear functions attain Theorem 1's bound: f(x) = k sum(x) / sqrt(d)."""
    rows = []
    for channels, height, width in shapes:
        inputs = channels * height * width
        corners = torch.stack([-torch.ones(inputs), torch.ones(inputs)]).double()
        scores = k * corners.sum(1) / math.sqrt(inputs)
        rows.append(
            {
                "image": f"{height} × {width} × {channels}",
                "bound 2k√d": metrics.domain_bound(k, inputs),
                "width of the linear f": float(scores.max() - scores.min()),
            }
        )
    return pd.DataFrame(rows).set_index("image")


def slopes_table(runs: Sequence[Run]) -> pd.DataFrame:
    """Corollary 1: attained interval of the loss gradient beside its bound."""
    rows = [
        {
            "loss": LOSSES[run.config.loss].label,
            "k": run.config.lipschitz_k,
            "Ω, real": _last_interval(run, "score_real"),
            "Ψ, real term": _last_interval(run, "slope_real"),
            "share of the bound": slope_ratio(run),
        }
        for run in runs
        if not run.diverged
    ]
    return pd.DataFrame(rows).set_index(["loss", "k"])


def _last_interval(run: Run, name: str) -> str:
    return interval(*(run.history[f"{name}_{end}"][-1] for end in ("min", "max")))


def table2_recomputed() -> pd.DataFrame:
    """The paper's Table 2: gradient intervals recomputed from its printed domains.

    With all digits that the paper prints, for these are what is compared.
    """
    rows = []
    for loss, by_k in TABLE2.items():
        term = LOSSES[loss].terms[TABLE2_TERM[loss]]
        for k, (domain, printed) in by_k.items():
            ours = metrics.attained_slopes(term, *domain)
            rows.append(
                {
                    "loss": LOSSES[loss].label,
                    "k": k,
                    "Ω, printed": "[{:g}, {:g}]".format(*domain),
                    "∇L(Ω), printed": "[{:g}, {:g}]".format(*printed),
                    "∇L(Ω), recomputed": "[{:.4f}, {:.4f}]".format(*ours),
                    "largest difference": max(
                        abs(a - b) for a, b in zip(ours, printed, strict=True)
                    ),
                }
            )
    return pd.DataFrame(rows).set_index(["loss", "k"])
