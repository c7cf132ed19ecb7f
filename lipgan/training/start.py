"""Train configs: what the training loop needs, for one cohort after another."""

from collections.abc import Callable, Iterable
from pathlib import Path

import torch
from torch import Tensor

from lipgan import data, features
from lipgan.config import Config
from lipgan.data import Dataset
from lipgan.engine.cohort import Cohort
from lipgan.runs import Run
from lipgan.runs.networks import load_discriminator, load_generator
from lipgan.support.messages import not_one_of, unharmed
from lipgan.support.torch_state import usual_torch
from lipgan.training.checkpoints import Checkpoints
from lipgan.training.checks import check_count, dry_evaluation
from lipgan.training.evaluate import evaluation_noise
from lipgan.training.loop import Progress, Training
from lipgan.training.reference import make_reference

DEVICES = ("auto", "cpu", "cuda")


@usual_torch()
def train(
    configs: Iterable[Config],
    *,
    device: str = "auto",
    data_dir: str | Path | None = None,
    download: bool = False,
    inception_weights: str | Path | None = None,
    keep_weights: bool = False,
    tf32: bool = False,
    graphs: bool = False,
    checkpoints: Checkpoints | None = None,
    deadline: float | None = None,
    progress: Progress | None = None,
) -> list[Run]:
    """Train all configs, as few cohorts as possible, and return runs in their order.

    Args:
        configs: any configs, read once; those of one shape are trained as one program.
        device: ``auto``, ``cpu`` or ``cuda``.
        data_dir: where data sets lie; default $LIPGAN_DATA, then ``data``.
        download: whether missing data may be fetched.
        inception_weights: file with pytorch-fid's weights, for ``features=inception``.
        keep_weights: whether the runs are to hold the weights of both networks.
        tf32: whether convolutions on a GPU may round to TF32 where that is faster; the
            records' provenance says whether they did.
        graphs: whether a GPU replays steps as CUDA graphs. Off, for that has not been
            run on a GPU yet; where it fails, training says why and goes on without.
        checkpoints: where unfinished cohorts go on from, and leave what they have.
        deadline: when to stop, in seconds since the epoch.
        progress: receives a line of text now and then.

    Raises:
        Stopped: the deadline came first.
        ValueError: unknown or missing device, a folder without images, too few of them,
            or features that they do not fit; always before training.
        FileNotFoundError: data or weights are missing.
    """
    place, configs = pick_device(device), list(configs)
    members: dict[tuple, list[int]] = {}
    for i, config in enumerate(configs):
        members.setdefault(config.cohort_key, []).append(i)
    runs: dict[int, Run] = {}
    for rows in members.values():
        first = configs[rows[0]]
        dataset = load_data(first, data_dir, download).to(place)
        reference = None
        if first.image_size:
            extractor = features.load_extractor(
                first.features, weights=inception_weights, device=place
            )
            check_count(dataset)
            reference = make_reference(dataset, extractor)
        chosen = [configs[i] for i in rows]
        if dataset.note:
            unharmed(progress)(_as_trained(dataset, first))
        dry_evaluation(first, dataset, reference)
        group = Training(
            *(chosen, dataset, reference, progress, keep_weights),
            tf32=tf32,
            graphs=graphs,
        )
        done = group.run(checkpoints, deadline)
        runs.update(zip(rows, done, strict=True))
    return [runs[i] for i in range(len(configs))]


@usual_torch()
def kept_critics(
    runs: Iterable[Run],
) -> tuple[list[Callable[[Tensor], Tensor] | None], Tensor]:
    """The critics of runs on points whose weights were kept, to look at them.

    Args:
        runs: of one ``Config.cohort_key``, see ``keep_weights``.

    Returns:
        Score functions (n, 2) to (n,) in the order of the runs, None for a run that
        diverged, and the generated points of the first that did not, (n, 2).

    Raises:
        ValueError: the weights of a run were not kept, or all runs diverged.
    """
    runs = list(runs)
    sound = [run for run in runs if not run.diverged]
    if not sound:
        raise ValueError("runs: all of them diverged, none left a critic")
    cohort = Cohort([run.config for run in sound], torch.device("cpu"))
    critics: dict[Config, Callable[[Tensor], Tensor]] = {
        run.config: cohort.plain_critic(row, load_discriminator(run))
        for row, run in enumerate(sound)
    }
    noise = evaluation_noise(cohort, sound[0].config.eval_samples)[0]
    return [critics.get(run.config) for run in runs], load_generator(sound[0])(noise)


def _as_trained(dataset: Dataset, config: Config) -> str:
    """A line on a folder's images: how many, and what becomes of them."""
    kind = "gray" if config.channels == 1 else "color"
    return (
        f"{dataset.note}; cropped to their central square, resized to "
        f"{config.image_size} x {config.image_size} pixels, {kind}"
    )


def pick_device(name: str) -> torch.device:
    """Turn ``auto``, ``cpu`` or ``cuda`` into a device.

    Raises:
        ValueError: unknown name, or a GPU is asked for where there is none.
    """
    if name not in DEVICES:
        raise ValueError(not_one_of("device", name, DEVICES))
    if name == "cuda" and not torch.cuda.is_available():
        raise ValueError("device: 'cuda' was asked for, but no GPU is visible")
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)


def data_key(config: Config) -> tuple:
    """Equal for configs to which ``load_data`` gives the same data."""
    fields = config.image_size, config.channels, config.data_limit
    return config.dataset, *fields, config.scale == "smoke"


def load_data(
    config: Config, data_dir: str | Path | None = None, download: bool = False
) -> Dataset:
    """The data set of a config; made-up images where the smoke scale has no files."""
    return data.load(
        config.dataset,
        root=data_dir,
        image_size=config.image_size or None,
        channels=config.channels or None,
        limit=config.data_limit or None,
        synthetic=config.scale == "smoke",
        download=download,
    )
