"""One cohort on its way to runs, in parts where memory runs out."""

import gc
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from lipgan import training
from lipgan.config import Config
from lipgan.data.sets import of_folder
from lipgan.engine.memory import out_of_memory
from lipgan.runs import Run
from lipgan.support.paths import user_path
from lipgan.training import Progress
from lipgan.training.checkpoints import Checkpoints
from lipgan.training.stopping import OUT_OF_TIME, Stopped, too_late


@dataclass(frozen=True)
class Options:
    """How the cohorts of a sweep are trained, here or in another process.

    The attributes are arguments of ``training.train``.
    """

    checkpoints: Checkpoints
    device: str = "auto"
    data_dir: Path | None = None
    download: bool = False
    inception_weights: Path | None = None
    keep_weights: bool = False
    tf32: bool = False
    graphs: bool = False
    deadline: float | None = None


class NoRoomError(ValueError):
    """One GAN alone does not fit into memory."""


class NotBegun(Stopped):
    """A cohort would not finish before the deadline."""


def from_anywhere(config: Config) -> Config:
    """The same config for another working directory: its folder has a whole path."""
    kind, _, path = config.dataset.partition(":")
    if not path:
        return config
    return replace(config, dataset=f"{kind}:{user_path(path, 'dataset').absolute()}")


def check_folders(configs: Iterable[Config]) -> None:
    """Refuse two folders of images that one call could not tell apart.

    Raises:
        ValueError: a ``config_id``, which leaves out the path, is asked for of two.
    """
    folders: dict[str, Config] = {}
    for config in (c for c in configs if of_folder(c.dataset)):
        first = folders.setdefault(config.config_id, config)
        if from_anywhere(first) != from_anywhere(config):
            raise ValueError(
                f"dataset: {first.dataset!r} and {config.dataset!r} in one call: their "
                "records have one name; train one folder at a time"
            )


def trained_parts(
    configs: Sequence[Config],
    options: Options,
    progress: Progress | None = None,
    expected: float | None = None,
) -> Iterator[list[Run]]:
    """Train a cohort; where memory runs out, its halves one after the other.

    Args:
        configs: of one shape.
        options: see ``training.train``.
        progress: receives a line of text now and then.
        expected: seconds that it will take; None if unknown.

    Yields:
        The runs of each part, as soon as it is finished.

    Raises:
        NotBegun: the deadline is nearer than what is expected.
        NoRoomError: one GAN alone does not fit.
        ValueError, FileNotFoundError, Stopped: see ``training.train``.
    """
    if expected and too_late(options.deadline, expected):
        raise NotBegun(OUT_OF_TIME)
    try:
        runs = training.train(configs, progress=progress, **vars(options))
    except (MemoryError, RuntimeError) as error:
        if not out_of_memory(error):
            raise
        if len(configs) == 1:
            label = configs[0].label
            raise NoRoomError(f"memory: {label} does not fit, even alone") from None
    else:
        yield runs
        return
    # Outside of the handler: the exception holds the tensors of the failed attempt. A
    # cohort refers to itself, so those before it may be there as well.
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    half = len(configs) // 2
    for part in (configs[:half], configs[half:]):
        yield from trained_parts(part, options, progress)


def train_in_parts(
    configs: Sequence[Config],
    options: Options,
    progress: Progress | None = None,
    expected: float | None = None,
) -> list[Run]:
    """Train a cohort as a worker does; see ``trained_parts``.

    Returns:
        The runs that are finished: without those that a stop has kept from it.

    Raises:
        ValueError, FileNotFoundError: see ``trained_parts``. What was finished by then
            is in the attribute ``finished`` of any error.
    """
    runs: list[Run] = []
    try:
        for part in trained_parts(configs, options, progress, expected):
            runs += part
    except Stopped:
        return runs
    except Exception as error:
        error.finished = runs  # type: ignore[attr-defined]
        raise
    return runs
