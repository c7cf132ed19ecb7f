"""The commands that train: ``train`` and ``sweep``."""

import argparse
import sys
from contextlib import nullcontext
from functools import partial
from typing import Any

from lipgan.config import Config
from lipgan.data.sets import of_points
from lipgan.experiments import EXPERIMENTS
from lipgan.runs import Run, RunStore
from lipgan.support.messages import unharmed
from lipgan.sweep import Unfinished, load_known, run_or_load
from lipgan.sweep.dask import dask_executor
from lipgan.sweep.known import data_digests
from lipgan.sweep.plan import describe, plan_missing
from lipgan.sweep.publish import usual_dataset
from lipgan.training.stopping import received_signal, signals_stop_training

NOT_FINISHED = 75  # as in sysexits.h: try again later


def train_one(options: argparse.Namespace) -> int:
    """Train the GAN of the given fields, unless there is a record of it."""
    given: dict[str, Any] = {k: v for k, v in vars(options).items() if v is not None}
    fields = {k: given[k] for k in Config.__dataclass_fields__ if k in given}
    if options.inception_weights:
        fields.setdefault("features", "inception")
    return _run_all([Config(**fields)], options)


def train_table(options: argparse.Namespace) -> int:
    """Train what is missing of an experiment, or print the plan for it."""
    chosen = {"dataset": options.dataset} if options.dataset else {}
    dataset = options.dataset or usual_dataset(EXPERIMENTS[options.table])
    if options.inception_weights and not of_points(dataset):
        chosen["features"] = "inception"
    configs = EXPERIMENTS[options.table](
        scale=options.scale, seeds=options.seeds, **chosen
    )
    return _dry_run(configs, options) if options.dry_run else _run_all(configs, options)


def _run_all(configs: list[Config], options: argparse.Namespace) -> int:
    """Train what is missing; stopped by a signal, exit as the signal alone would."""
    with signals_stop_training():
        try:
            runs = _run_or_load(configs, options)
        except Unfinished as unfinished:
            print(f"lipgan: {unfinished}", file=sys.stderr)
            number = received_signal()
            return 128 + number if number else NOT_FINISHED
    for run in runs:
        numbers = ", ".join(f"{k} {v:.4g}" for k, v in run.metrics.items())
        unharmed(print)(f"{run.config.label}: {run.status}; {numbers}")
    return 0


def _run_or_load(configs: list[Config], options: argparse.Namespace) -> list[Run]:
    say = unharmed(partial(print, flush=True))
    cluster = dask_executor(options.scheduler, say) if options.scheduler else None
    with cluster or nullcontext() as executor:
        return run_or_load(
            configs,
            RunStore(options.store),  # without the published evidence: this trains
            executor,
            device=options.device,
            data_dir=options.data,
            download=options.download,
            inception_weights=options.inception_weights,
            keep_weights=options.keep_weights,
            tf32=options.tf32,
            graphs=options.graphs,
            checkpoint_every=options.checkpoint_every,
            time_budget=options.time_budget,
            repair=options.repair,
            progress=say,
        )


def _dry_run(configs: list[Config], options: argparse.Namespace) -> int:
    """Print the plan; the times are those of records on the same kind of device."""
    store, asked = RunStore(options.store), dict.fromkeys(configs)
    digest = data_digests(options.data, inception_weights=options.inception_weights)
    known = load_known(asked, store, digest=digest, with_weights=options.keep_weights)
    found = {run.config for run in known}
    plan = plan_missing([c for c in asked if c not in found], store, options.device)
    print(
        f"{len(asked)} runs, {len(found)} in {store.path}, "
        f"{plan.missing} to train in {len(plan.cohorts)} cohorts"
    )
    for line in describe(plan):
        print(line)
    return 0
