"""Runs and verdicts as Markdown and tables, for notebooks and the claims page."""

import math
from collections.abc import Iterable, Sequence
from statistics import median
from typing import TYPE_CHECKING

import torch

from lipgan import degeneration, measures, paper, probes
from lipgan.data import DATASETS
from lipgan.experiments import TABLE3_K, TABLE3_LOSSES
from lipgan.losses import LOSSES
from lipgan.paper import CLAIMS, Verdict
from lipgan.published import TABLE2, TABLE2_TERM, TABLE3
from lipgan.runs import Run, RunStore, training_seconds
from lipgan.sweep import load_known

if TYPE_CHECKING:
    import pandas as pd

MOST_SEEDS = 10  # seeds that the claims page looks for


def badge(status: str) -> str:
    """A verdict as a colored word (MyST attribute syntax is avoided: plain HTML)."""
    kind = status.replace(" ", "-")
    return f'<span class="verdict verdict-{kind}">{status}</span>'


def verdict_markdown(name: str, verdict: Verdict) -> str:
    """Claim, verdict and every line of evidence."""
    claim = CLAIMS[name]
    lines = [f"{badge(verdict.status)} {claim.statement} ({claim.where}).", ""]
    if not verdict.checks:
        return lines[0] + f" Scale `{verdict.scale or 'none'}` gives no verdict."
    seeds = ", ".join(map(str, verdict.seeds))
    lines += ["| criterion, fixed before the run | found | holds |", "|---|---|---|"]
    lines += [
        f"| {c.criterion} | {c.found} | {'yes' if c.holds else 'no'} |"
        for c in verdict.checks
    ]
    lines += ["", f"Scale `{verdict.scale}`, seeds {seeds or 'none: closed formulas'}."]
    return "\n".join(lines)


def claims_table(store: RunStore, scale: str) -> str:
    """The claims page: one row per claim, judged on the complete seeds of a store."""
    verdicts = {name: judged(name, store, scale) for name in CLAIMS}
    counts = [
        f"{sum(v.status == status for v in verdicts.values())} {status}"
        for status in paper.VERDICTS
    ]
    lines = [
        "# The claims and their verdicts",
        "",
        f"Scale `{scale}`: {', '.join(counts)}. Every row is computed from the run "
        "records when the book is built; a claim without complete records is *not "
        "tested*. The evidence for each row follows below the table.",
        "",
        "| verdict | claim | in the paper | seeds | training |",
        "|---|---|---|---|---|",
        *(_claim_row(name, verdict) for name, verdict in verdicts.items()),
    ]
    for name, verdict in verdicts.items():
        claim = CLAIMS[name]
        lines += [
            "",
            f"## {claim.where}",
            "",
            verdict_markdown(name, verdict),
            "",
            f"What would refute it: {claim.refuted_by}. Page: {{doc}}`{claim.page}`.",
        ]
    return "\n".join(lines) + "\n"


def judged(name: str, store: RunStore, scale: str) -> Verdict:
    """The verdict on one claim from those seeds whose runs are all in the store."""
    runs: list[Run] = []
    if not CLAIMS[name].configs(scale, [0]):
        return paper.judge(name, [], scale)
    for seed in range(MOST_SEEDS):
        configs = CLAIMS[name].configs(scale, [seed])
        known = load_known(configs, store)
        if len(known) == len(configs):
            runs += known
    return paper.judge(name, runs)


def _claim_row(name: str, verdict: Verdict) -> str:
    claim = CLAIMS[name]
    cost = f"{verdict.seconds / 60:.1f} min" if verdict.seconds else "–"
    seeds = ", ".join(map(str, verdict.seeds)) or "–"
    link = f"[{claim.statement}]({claim.page}.ipynb)"
    cells = (badge(verdict.status), link, claim.where, seeds, cost)
    return "| " + " | ".join(cells) + " |"


def table3_beside_paper(runs: Sequence[Run]) -> "pd.DataFrame":
    """Median over seeds and range, beside the paper's three data sets."""
    import pandas as pd

    cells = measures.cell_distances(runs)
    rows = {}
    for loss in TABLE3_LOSSES:
        label = LOSSES[loss].label
        rows[label, "ours"] = [_spread(cells[loss, k]) for k in TABLE3_K]
        for dataset, column in TABLE3.items():
            rows[label, f"paper, {DATASETS[dataset].label}"] = [
                f"{column[loss, k]:g}" for k in TABLE3_K
            ]
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index = pd.MultiIndex.from_tuples(rows, names=["loss", ""])
    table.columns = [f"k = {k:g}" for k in TABLE3_K]
    return table


def lipschitz_table(runs: Sequence[Run], untrained: Sequence[dict]) -> "pd.DataFrame":
    """What K really is, and how much of Theorem 1's bound a network uses.

    Args:
        runs: completed runs on images.
        untrained: ``evaluate.untrained_metrics`` of the same configs.
    """
    import pandas as pd

    rows = []
    for run, start in zip(runs, untrained, strict=True):
        config, found = run.config, run.metrics
        layers = len(run.history["sigma"][0])
        exact = found.get("lipschitz_layers", math.nan)
        inputs = config.image_size**2 * config.channels
        bound = probes.domain_bound(exact, inputs)
        before = probes.domain_bound(start["lipschitz_layers"], inputs)
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


def linear_table(shapes: Sequence[tuple[int, int, int]], k: float) -> "pd.DataFrame":
    """Linear functions attain Theorem 1's bound: f(x) = k sum(x) / sqrt(d)."""
    import pandas as pd

    rows = []
    for channels, height, width in shapes:
        inputs = channels * height * width
        corners = torch.stack([-torch.ones(inputs), torch.ones(inputs)]).double()
        scores = k * corners.sum(1) / math.sqrt(inputs)
        rows.append(
            {
                "image": f"{height} × {width} × {channels}",
                "bound 2k√d": probes.domain_bound(k, inputs),
                "width of the linear f": float(scores.max() - scores.min()),
            }
        )
    return pd.DataFrame(rows).set_index("image")


def slopes_table(runs: Sequence[Run]) -> "pd.DataFrame":
    """Corollary 1: attained interval of the loss gradient beside its bound."""
    import pandas as pd

    rows = [
        {
            "loss": LOSSES[run.config.loss].label,
            "k": run.config.lipschitz_k,
            "Ω, real": _interval(run, "score_real"),
            "Ψ, real term": _interval(run, "slope_real"),
            "share of the bound": measures.slope_ratio(run),
        }
        for run in runs
        if not run.diverged
    ]
    return pd.DataFrame(rows).set_index(["loss", "k"])


def toy_table(runs: Sequence[Run]) -> "pd.DataFrame":
    """How far every toy ends from its data, median over seeds, alphas as columns."""
    import pandas as pd

    titles = {
        "toy2d": "one point: distance to the median",
        "toy2d_ring": "eight modes: W1",
    }
    rows = [
        {
            "toy": titles[run.config.dataset],
            "loss": LOSSES[run.config.loss].label,
            "alpha": f"α = {run.config.alpha:g}",
            "distance": measures.toy_distance(run),
        }
        for run in runs
    ]
    table = pd.DataFrame(rows).pivot_table(
        index="loss", columns=["toy", "alpha"], values="distance", aggfunc="median"
    )
    return table.map(lambda d: "diverged" if math.isinf(d) else f"{d:.2f}")


def _interval(run: Run, name: str) -> str:
    low, high = (run.history[f"{name}_{end}"][-1] for end in ("min", "max"))
    return f"[{low:.4g}, {high:.4g}]"


def tangent_table(alphas: Sequence[float], reach: float) -> "pd.DataFrame":
    """Distance of every scaled loss term from its tangent, in units of slope."""
    import pandas as pd

    rows = {
        f"{loss.label}, {name.replace('_', ' ')}": [
            probes.tangent_distance(term, alpha, reach) for alpha in alphas
        ]
        for loss in LOSSES.values()
        for name, term in loss.terms.items()
    }
    columns = [f"α = {alpha:g}" for alpha in alphas]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def arithmetic_table() -> "pd.DataFrame":
    """The smallest power of ten down to which Eq. 8, as printed, has right slopes."""
    import pandas as pd

    rows = {
        loss.label: [
            f"1e{degeneration.smallest_power(loss.d_real, dtype)}"
            for dtype in degeneration.ARITHMETIC.values()
        ]
        for loss in LOSSES.values()
    }
    return pd.DataFrame.from_dict(
        rows, orient="index", columns=[*degeneration.ARITHMETIC]
    )


def table2_recomputed() -> "pd.DataFrame":
    """The paper's Table 2: gradient intervals recomputed from its printed domains."""
    import pandas as pd

    rows = []
    for loss, by_k in TABLE2.items():
        term = LOSSES[loss].terms[TABLE2_TERM[loss]]
        for k, (domain, printed) in by_k.items():
            ours = probes.attained_slopes(term, *domain)
            rows.append(
                {
                    "loss": LOSSES[loss].label,
                    "k": k,
                    "Ω, printed": domain,
                    "∇L(Ω), printed": printed,
                    "∇L(Ω), recomputed": tuple(round(x, 4) for x in ours),
                    "largest difference": max(
                        abs(a - b) for a, b in zip(ours, printed, strict=True)
                    ),
                }
            )
    return pd.DataFrame(rows).set_index(["loss", "k"])


def _spread(values: Sequence[float]) -> str:
    """Median and range of the seeds that did not diverge, and how many did."""
    finite = [v for v in values if math.isfinite(v)]
    lost = len(values) - len(finite)
    if not finite:
        return "diverged"
    text = f"{median(finite):.3g}"
    if len(finite) > 1:
        text += f" ({min(finite):.3g} to {max(finite):.3g})"
    return text + (f", {lost} of {len(values)} diverged" if lost else "")


def provenance_markdown(runs: Iterable[Run]) -> str:
    """Where the runs of a page come from, in one small table."""
    runs = list(runs)
    keys = ("commit", "python", "torch", "device", "threads")
    lines = ["| | |", "|---|---|"]
    for key in keys:
        values = sorted({str(run.provenance[key]) for run in runs})
        lines.append(f"| {key} | {', '.join(values)} |")
    seconds = training_seconds(runs)
    ids = sorted(run.config.config_id for run in runs)
    lines += [
        f"| training | {seconds:.0f} s for {len(runs)} runs |",
        f"| records | {ids[0]} … {ids[-1]} |",
    ]
    return "\n".join(lines)
