"""Pack finished runs into the evidence that is published; see ``runs.evidence``."""

import csv
import hashlib
import inspect
import io
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from lipgan.config import Config
from lipgan.data import dataset_spec
from lipgan.data.sets import of_folder, of_points
from lipgan.gan.losses import LOSSES
from lipgan.runs import Run, atomic
from lipgan.runs.evidence import SUMS, Evidence
from lipgan.runs.networks import GENERATOR, held_weights
from lipgan.runs.run import png
from lipgan.runs.table import (
    COUNT,
    FIELDS,
    HISTORY,
    OWN_COLUMNS,
    RUNS,
    SAMPLES,
    WEIGHTS,
)
from lipgan.sweep.known import data_digests

KEPT_SAMPLES = 8  # of images of 32 and more pixels: a sheet of all would be megabytes
LARGE = 32
OTHER = "other"  # experiment of runs that none lists

Groups = dict[tuple[str, str], list[Run]]


def publish(
    runs: Iterable[Run],
    folder: str | Path,
    experiments: Mapping[str, Callable[..., list[Config]]],
    keep_weights: Callable[[Run], bool] = lambda run: False,
) -> Evidence:
    """Write runs, together with those that are there already, as tables of evidence.

    Tables without a new run stay as they are, byte for byte.

    Args:
        runs: finished ones; one whose config is there already takes its place.
        folder: of the evidence.
        experiments: name -> function of ``dataset``, ``scale`` and ``seeds`` that lists
            configs; a run belongs to the first that has its own.
        keep_weights: of which of these runs the generator is kept, if the run holds
            it; those that are there already keep theirs.

    Raises:
        ValueError: a run on a folder of images, which nobody else has; or runs of one
            table on different data. Nothing is written then.
        OSError: the folder cannot be written to.
    """
    there = Evidence(folder)
    new = {run.config.config_id: run for run in map(_with_digest, runs)}
    if private := [run for run in new.values() if of_folder(run.config.dataset)]:
        raise ValueError(f"{private[0].config.label}: its images are in a folder")
    groups = assigned(new.values(), experiments)
    sums = dict(there.sums)
    for table in there.tables:
        key = tuple(table.name.split("/"))
        if len(key) == 2 and key in groups:
            groups[key] += [table.run(name) for name in table.rows if name not in new]

    def keep(run: Run) -> bool:
        return run.config.config_id not in new or keep_weights(run)

    packed = {key: _packed(members, keep) for key, members in groups.items()}
    for (dataset, experiment), files in packed.items():
        for name, content in files.items():
            place = Path(folder, dataset, experiment, name)
            place.parent.mkdir(parents=True, exist_ok=True)
            atomic.write(place, content)
            sums[f"{dataset}/{experiment}/{name}"] = hashlib.sha256(content).hexdigest()
    lines = [f"{digest}  {name}\n" for name, digest in sorted(sums.items())]
    atomic.write(Path(folder, SUMS), "".join(lines).encode())
    return Evidence(folder)


def usual_dataset(experiment: Callable[..., list[Config]]) -> str:
    """The data set of an experiment that is asked for none."""
    return inspect.signature(experiment).parameters["dataset"].default


def assigned(
    runs: Iterable[Run], experiments: Mapping[str, Callable[..., list[Config]]]
) -> Groups:
    """Runs by folder of their data set and by their experiment.

    That is the first of which all runs of a seed are here, else the first that lists
    them: cells of one experiment may belong to another, that was trained whole.
    """
    runs = list(runs)
    here = {run.config.config_id for run in runs}
    whole: dict[str, str] = {}
    listed: dict[str, str] = {}
    kinds = {(r.config.dataset, r.config.scale, r.config.seed) for r in runs}
    for dataset, scale, seed in sorted(kinds):
        for name, configs in experiments.items():
            if of_points(usual_dataset(configs)) != of_points(dataset):
                continue
            with suppress(ValueError):  # an experiment on other data
                made = configs(dataset=dataset, scale=scale, seeds=[seed])
                ids = {config.config_id for config in made}
                for own in (listed, whole) if ids <= here else (listed,):
                    own |= dict.fromkeys(ids - own.keys(), name)
    owner = listed | whole
    groups: Groups = {}
    for run in runs:
        experiment = owner.get(run.config.config_id, OTHER)
        groups.setdefault((run.config.dataset, experiment), []).append(run)
    return groups


def _with_digest(run: Run) -> Run:
    """With the digest of its data, also where the record is from before these."""
    if run.data_digest or not dataset_spec(run.config.dataset).built_in:
        return run
    return replace(run, data_digest=data_digests()(run.config))


def _packed(
    runs: Sequence[Run], keep_weights: Callable[[Run], bool]
) -> dict[str, bytes]:
    """The files of one table."""
    runs = sorted(runs, key=_place)
    digests = {run.data_digest for run in runs}
    if len(digests) > 1:
        raise ValueError(
            f"{runs[0].config.dataset}: runs on different data make no table: {digests}"
        )
    cohorts = sorted({json.dumps(dict(r.provenance), sort_keys=True) for r in runs})
    configs = [run.config.identity for run in runs]
    # A config leaves out the fields that it does not use and that are younger than it.
    shared = {
        k: v for k, v in configs[0].items() if all(c.get(k) == v for c in configs)
    }
    about: dict[str, Any] = {
        "fields": shared,
        "data": digests.pop(),
        "cohorts": [json.loads(text) for text in cohorts],
    }
    files = {RUNS: _csv(runs, shared, cohorts), HISTORY: _history(runs)}
    if any(run.samples is not None for run in runs):
        about["tiles"], files[SAMPLES] = _sheet(runs)
    if weights := _weights(runs, keep_weights):
        files[WEIGHTS] = weights
    files[FIELDS] = (json.dumps(about, indent=1) + "\n").encode()
    return files


def _place(run: Run) -> tuple:
    """Order of the rows: by loss, k, alpha and seed, then by whatever differs."""
    config = run.config
    first = list(LOSSES).index(config.loss), config.lipschitz_k, config.alpha
    return (*first, config.regularizer, config.optimizer, config.seed, config.config_id)


def _csv(
    runs: Sequence[Run], shared: Mapping[str, Any], cohorts: Sequence[str]
) -> bytes:
    every = dict.fromkeys(name for run in runs for name in run.config.identity)
    varying = [name for name in every if name not in shared]
    metrics = sorted({name for run in runs for name in run.metrics})
    first, *others = OWN_COLUMNS
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow([first, *varying, *others, *metrics])
    for run in runs:
        fields = run.config.identity
        table.writerow(
            [
                run.config.config_id,
                *(fields.get(name, "") for name in varying),
                run.status,
                "" if run.diverged_at is None else run.diverged_at,
                cohorts.index(json.dumps(dict(run.provenance), sort_keys=True)),
                *(_number(run.metrics.get(name)) for name in metrics),
            ]
        )
    return text.getvalue().encode()


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return "nan" if not math.isfinite(value) else f"{value:.7g}"


def _history(runs: Sequence[Run]) -> bytes:
    from safetensors.numpy import save

    tensors: dict[str, np.ndarray] = {}
    names = dict.fromkeys(name for run in runs for name in run.history)
    for name in names:
        parts = [np.asarray(r.history.get(name, []), np.float32) for r in runs]
        counts = [len(part) for part in parts]
        values = np.concatenate([part for part in parts if len(part)])
        tensors[name] = np.where(np.isfinite(values), values, np.float32(np.nan))
        tensors[name + COUNT] = np.asarray(counts, np.int32)
    usual = tensors["step" + COUNT]
    return save(
        {
            name: tensor
            for name, tensor in tensors.items()
            if name == "step" + COUNT
            or not name.endswith(COUNT)
            or not np.array_equal(tensor, usual)
        }
    )


def _sheet(runs: Sequence[Run]) -> tuple[dict[str, Any], bytes]:
    """One picture of all runs, and where its tiles are."""
    pictures = [_fewer(run) for run in runs]
    shape = next(p.shape for p in pictures if p is not None)
    per_loss = {run.config.loss for run in runs}
    columns = len(runs) // len(per_loss) if len(runs) % len(per_loss) == 0 else 20
    columns = min(columns, 40)
    height, width = shape[:2]
    size = (-(-len(runs) // columns) * height, columns * width, *shape[2:])
    sheet = np.zeros(size, np.uint8)
    missing = []
    for index, picture in enumerate(pictures):
        row, column = divmod(index, columns)
        if picture is None:
            missing.append(index)
            continue
        top, left = row * height, column * width
        sheet[top : top + height, left : left + width] = picture
    tiles = {"columns": columns, "height": height, "width": width, "missing": missing}
    return tiles, png(sheet)


def _fewer(run: Run) -> np.ndarray | None:
    """The picture of a run; of large images the first two rows of four."""
    picture, size = run.samples, run.config.image_size
    if picture is None or size < LARGE or picture.shape[0] == 2 * size:
        return picture
    return np.concatenate(np.split(picture[:size, : KEPT_SAMPLES * size], 2, axis=1))


def _weights(runs: Sequence[Run], keep: Callable[[Run], bool]) -> bytes | None:
    from safetensors.numpy import save

    tensors = {
        f"{run.config.config_id}/{name}": np.ascontiguousarray(value, np.float16)
        for run in runs
        if run.weights is not None and keep(run)
        for name, value in held_weights(run).items()
        if name.startswith(GENERATOR)
    }
    return save(tensors) if tensors else None
