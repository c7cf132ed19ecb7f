"""Judge stored generators again, by other features or more samples; trains nothing."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from lipgan.data import Dataset, to_uint8
from lipgan.data.sets import of_folder
from lipgan.engine.noise import Noise
from lipgan.features import load_extractor
from lipgan.runs import Run, RunStore
from lipgan.runs.networks import load_generator
from lipgan.support.torch_state import usual_torch
from lipgan.training.evaluate import CHUNK, image_metrics
from lipgan.training.reference import make_reference
from lipgan.training.start import data_key, load_data, pick_device


@usual_torch()
def samples_of(run: Run, count: int, device: torch.device | str = "cpu") -> Tensor:
    """Images of a stored generator, uint8 (count, C, H, W).

    From the same noise as those that were judged after training.

    Raises:
        ValueError: the weights of the run were not kept.
    """
    generator = load_generator(run).to(device)
    noise, parts = Noise([run.config.seed], torch.device(device)), []
    for index in range(-(-count // CHUNK)):
        z = noise.normal("eval z", index, CHUNK, run.config.z_dim)[0]
        parts.append(to_uint8(generator(z)))
    return torch.cat(parts)[:count]


def judge_again(
    store: RunStore,
    features: str | None = None,
    samples: int | None = None,
    *,
    inception_weights: str | Path | None = None,
    data_dir: str | Path | None = None,
    device: str = "auto",
    say: Callable[[str], None] = print,
) -> Iterator[Run]:
    """Add metrics to the records of a store whose weights were kept.

    Args:
        store: where records are read and written.
        features: key of ``FEATURES``; None takes those of each config.
        samples: generated images behind each metric; None takes ``eval_samples``.
        inception_weights: see ``train``.
        data_dir: where data sets lie.
        device: see ``train``.
        say: receives lines of text about runs that cannot be judged.

    Yields:
        Each run with its new metrics, as it is stored.

    Raises:
        ValueError: unknown features, or fewer than two samples.
        FileNotFoundError: data or weights are missing.
    """
    if samples is not None and samples < 2:
        raise ValueError(f"samples: {samples!r} is not a number of at least 2")
    place = pick_device(device)
    groups: dict[tuple, list[Run]] = {}
    for run in store:
        if run.weights is not None and run.config.image_size:
            name = features or run.config.features
            groups.setdefault((*data_key(run.config), name), []).append(run)
    if not groups:
        say(f"{store.path}: no record of images with weights (--keep-weights)")
    for (*_, name), runs in groups.items():
        extractor = load_extractor(name, weights=inception_weights, device=place)
        try:
            dataset = load_data(runs[0].config, data_dir).to(place)
        except (FileNotFoundError, ValueError) as error:
            if not of_folder(runs[0].config.dataset):
                raise
            say(f"{len(runs)} runs are left as they are: {error}")  # a moved folder
            continue
        runs = list(_of_these(runs, dataset, say))
        reference = make_reference(dataset, extractor) if runs else None
        for run in runs:
            assert reference is not None
            count = samples or run.config.eval_samples
            found = image_metrics(samples_of(run, count, place), reference)
            again = {
                "features": name,
                **({"weights": extractor.weights} if extractor.weights else {}),
                "samples": count,
            }
            run = store.load(run.config, run.data_digest)  # others may have judged it
            origin = {**run.provenance, "judged_again": again}
            run = replace(run, metrics=run.metrics | found, provenance=origin)
            store.save(run)
            yield run


def _of_these(
    runs: list[Run], dataset: Dataset, say: Callable[[str], None]
) -> Iterator[Run]:
    """The runs that were trained on these very images."""
    for run in runs:
        trained_on = run.trained_on or dataset.digest
        if trained_on == dataset.digest:
            yield run
        else:
            say(
                f"{run.config.label}: trained on other images ({trained_on}) than "
                f"those at hand ({dataset.digest}); left as it is"
            )
