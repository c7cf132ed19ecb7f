"""Which cell is best under which metric, and what a constant image scores."""

import math
from collections.abc import Sequence

import pandas as pd
import torch

from lipgan import data, metrics
from lipgan.claims import measures
from lipgan.claims.other_metrics.criteria import NAMES, OTHERS
from lipgan.claims.published import CONSTANT_FID, TABLE3, Cell
from lipgan.data import DATASETS, Dataset
from lipgan.features import Extractor, constant_image, load_extractor
from lipgan.gan.losses import LOSSES
from lipgan.runs import Run
from lipgan.training.evaluate import SAMPLE_GRID

COPIES = 64  # of one image, where its distance is taken as for any other samples
LEVELS = {"black": 0, "gray 127": 127, "gray 128": 128, "white": 255}
LARGE_K = 5.0  # from here on the paper finds most losses worse or broken


def best_cells(runs: Sequence[Run]) -> pd.DataFrame:
    """The best cell of Table 3 under each metric, over all k and over large ones."""
    rows = {}
    winner = ""
    for name, order in orders(runs).items():
        winner = winner or _label(order[0])
        large = [cell for cell in order if cell[1] >= LARGE_K]
        rows[name] = {
            "best": _label(order[0]),
            "second": _label(order[1]),
            f"best at k ≥ {LARGE_K:g}": _label(large[0]),
            f"rank of {winner}": 1 + [_label(c) for c in order].index(winner),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def best_k(runs: Sequence[Run]) -> pd.DataFrame:
    """The k_SN at which each loss is best, metric by metric."""
    rows = {}
    for name, order in orders(runs).items():
        best = {loss: k for loss, k in reversed(order)}
        losses = dict.fromkeys(r.config.loss for r in runs)
        rows[name] = {LOSSES[loss].label: f"{best[loss]:g}" for loss in losses}
    return pd.DataFrame.from_dict(rows, orient="index")


def orders(runs: Sequence[Run]) -> dict[str, list[Cell]]:
    """Metric -> cells from best to worst by the median over seeds, diverged ones last.

    The Fréchet distance comes first; metrics that some cell lacks are left out.
    """
    distances = measures.cell_medians(runs)
    result = {"Fréchet distance": sorted(distances, key=lambda c: distances[c])}
    for family, more_is_better in OTHERS.items():
        sign = -1 if more_is_better else 1
        medians = measures.metric_medians(runs, family, worst=sign)
        if not any(map(math.isnan, medians.values())):
            ranked = {cell: sign * value for cell, value in medians.items()}
            result[NAMES[family]] = sorted(ranked, key=lambda c: ranked[c])
    return result


def _label(cell: Cell) -> str:
    return f"{LOSSES[cell[0]].label}, k = {cell[1]:g}"


def constant_images(dataset: Dataset, extractor: Extractor) -> pd.DataFrame:
    """Distance of images of one gray level: closed formula and the usual program."""
    real = extractor.features(dataset.x)
    rows = {}
    for name, level in LEVELS.items():
        image = extractor.features(constant_image(dataset.shape, level))
        closed = float(metrics.constant_distance(real, image))
        usual = float(metrics.frechet_distance(image.expand(COPIES, -1), real))
        rows[name] = {
            "closed formula": closed,
            f"distance of {COPIES} copies": usual,
            "relative difference": abs(usual - closed) / closed,
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def crashed_cells(
    runs: Sequence[Run], dataset: Dataset, extractor: Extractor
) -> pd.DataFrame:
    """Broken cells of Table 3 beside the closed formula for the mean of their samples.

    Seeds that diverged made no images; the numbers are those of the others.
    """
    real = extractor.features(dataset.x)
    distance = measures.distance_metric(runs)
    working = set(measures.working_cells(runs))
    rows = {}
    for cell in measures.cell_medians(runs):
        seeds = [r for r in runs if (r.config.loss, r.config.lipschitz_k) == cell]
        alive = [r for r in seeds if not r.diverged and r.samples is not None]
        if cell in working:
            continue
        closed = []
        for run in alive:
            mean = extractor.features(_images(run)).double().mean(0)
            closed.append(float(metrics.constant_distance(real, mean)))
        found = [r.metrics[distance] for r in alive]
        variances = [measures.metric(r, "pixel_variance") for r in alive]
        rows[_label(cell)] = {
            "diverged": f"{len(seeds) - len(alive)} of {len(seeds)}",
            "distance": found,
            "as one image": closed,
            "ratio": [a / b for a, b in zip(found, closed, strict=True)],
            "pixel variance / data's": variances,
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def _images(run: Run) -> torch.Tensor:
    """The samples in a run's stored picture, uint8 (n, C, H, W)."""
    assert run.samples is not None
    picture = torch.from_numpy(run.samples.copy())
    picture = picture.unsqueeze(2) if picture.ndim == 2 else picture
    rows, columns = SAMPLE_GRID
    size = run.config.image_size
    tiles = picture.view(rows, size, columns, size, -1).permute(0, 2, 4, 1, 3)
    return tiles.reshape(rows * columns, -1, size, size)


def paper_constants() -> pd.DataFrame:
    """EXP at large k in the paper's Table 3: is it one number per data set?

    As printed there, for the last digit counts.
    """
    rows = {}
    for name, column in TABLE3.items():
        cells = {k: v for (loss, k), v in column.items() if loss == "exp"}
        large = {k: v for k, v in cells.items() if k >= LARGE_K}
        row: dict[str, str] = {f"EXP, k = {k:g}": f"{v:g}" for k, v in large.items()}
        row["equal"] = "yes" if len(set(large.values())) == 1 else "no"
        rows[DATASETS[name].label] = row
    return pd.DataFrame.from_dict(rows, orient="index")


def failure_image(
    weights: str, data_dir: str, device: str | torch.device = "cpu"
) -> str:
    """FID of constant images beside the paper's crashed EXP, as Markdown.

    Needs Inception's weights and the real data; what is missing is named in words.

    Args:
        weights: file with pytorch-fid's weights; empty to leave this out.
        data_dir: where the data sets lie; empty for the usual place.
        device: where the network is to run.
    """
    if not weights:
        return (
            "Not computed here: no Inception weights were given (`inception_weights`)."
        )
    try:
        extractor = load_extractor("inception", weights=weights, device=device)
    except (FileNotFoundError, ImportError, ValueError) as error:
        return f"Not computed here: {error}."
    head = ["data set", *LEVELS, "paper's crashed EXP", "nearest"]
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    missing = []
    for name, fid in CONSTANT_FID.items():
        try:
            dataset = data.load(name, root=data_dir or None)
        except (FileNotFoundError, ImportError, ValueError) as error:
            missing.append(f"{DATASETS[name].label}: {error}.")
            continue
        lines.append(_identified(DATASETS[name].label, dataset, extractor, fid))
    table = lines if len(lines) > 2 else []
    return "\n".join([*table, "", *missing])


def _identified(label: str, dataset: Dataset, extractor: Extractor, fid: float) -> str:
    """One row: the FID of each gray level, and which comes closest to the paper's."""
    real = extractor.features(dataset.x)
    found = {}
    for name, level in LEVELS.items():
        image = extractor.features(constant_image(dataset.shape, level))
        found[name] = float(metrics.constant_distance(real, image))
    nearest = min(found, key=lambda name: abs(found[name] - fid))
    values = [f"{value:.2f}" for value in found.values()]
    gap = f"{nearest}, off by {abs(found[nearest] - fid):.2f}"
    return "| " + " | ".join([label, *values, f"{fid:.2f}", gap]) + " |"
