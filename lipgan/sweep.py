"""Run what is missing: skips recorded configs, packs the rest into cohorts."""

import time
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor, Future, as_completed
from pathlib import Path
from typing import Any

from lipgan.config import Config
from lipgan.packing import pack, train_in_parts
from lipgan.runs import RecordError, Run, RunStore, evidence_store
from lipgan.training import Progress, pick_device


def run_or_load(
    configs: Sequence[Config],
    store: RunStore | str | Path | None = None,
    executor: Executor | None = None,
    *,
    device: str = "auto",
    data_dir: str | Path | None = None,
    download: bool = False,
    inception_weights: str | Path | None = None,
    repair: bool = False,
    progress: Progress | None = print,
) -> list[Run]:
    """Return one run per config, training only those without a record.

    A cohort's records are written as soon as it is finished, so an interruption costs
    the cohort in progress and nothing else.

    Args:
        configs: any configs; equal ones are trained once.
        store: a ``RunStore`` or its directory, which then alone decides what is
            missing. By default the published evidence is looked through first, then
            ``runs.default_store()``, where new records go.
        executor: any ``concurrent.futures.Executor``; None trains in this process.
        device: ``auto``, ``cpu`` or ``cuda``.
        data_dir: see ``train``.
        download: see ``train``.
        inception_weights: see ``train``.
        repair: move damaged records aside and train them anew, instead of stopping.
        progress: receives a line of text now and then; None for silence.

    Raises:
        RecordError: a record is damaged or belongs to another config.
        StoreError: something is to be trained and the store cannot be written to.
        ValueError, FileNotFoundError: see ``train``.
    """
    place = pick_device(device)
    records = store if isinstance(store, RunStore) else RunStore(store)
    distinct = list(dict.fromkeys(configs))
    known = {run.config: run for run in load_known(distinct, store, repair)}
    packs = pack([c for c in distinct if c not in known], place)
    if packs:
        records.check_writable()
    say = progress or (lambda line: None)
    options = {
        "device": device,
        "data_dir": data_dir,
        "download": download,
        "inception_weights": inception_weights,
    }
    for runs in _results(packs, executor, options, say):
        for run in runs:
            records.save(run)
            known[run.config] = run
    return [known[c] for c in configs]


def _results(
    packs: list[list[Config]],
    executor: Executor | None,
    options: dict[str, Any],
    say: Progress,
) -> Iterable[list[Run]]:
    """Finished cohorts, in this process as they come or from the executor."""
    if executor is None:
        start, done, total = time.perf_counter(), 0.0, sum(map(_work, packs))
        for i, members in enumerate(packs):
            prefix = f"cohort {i + 1}/{len(packs)}: " if len(packs) > 1 else ""
            yield train_in_parts(members, progress=_prefixed(say, prefix), **options)
            done += _work(members)
            if i + 1 < len(packs):
                seconds = (time.perf_counter() - start) * (total - done) / done
                say(f"cohort {i + 1}/{len(packs)} is done, about {seconds:.0f} s left")
        return
    futures: dict[Future, int] = {
        executor.submit(train_in_parts, members, **options): i
        for i, members in enumerate(packs)
    }
    failure: BaseException | None = None
    for future in as_completed(futures):
        if future.exception() is not None:  # the other cohorts' records come first
            failure = failure or future.exception()
            continue
        say(f"cohort {futures[future] + 1}/{len(packs)} is finished")
        yield future.result()
    if failure is not None:
        raise failure


def _work(members: Sequence[Config]) -> float:
    """Pixels through the discriminators: what decides how long a cohort takes."""
    first = members[0]
    pixels = max(1, first.image_size**2)
    return float(len(members) * first.num_steps * first.batch_size * pixels)


def _prefixed(say: Progress, prefix: str) -> Progress:
    return lambda line: say(prefix + line)


def load_known(
    configs: Iterable[Config],
    store: RunStore | str | Path | None = None,
    repair: bool = False,
) -> list[Run]:
    """The recorded runs among these configs; trains nothing.

    Args:
        configs: any configs.
        store: see ``run_or_load``.
        repair: leave damaged records out, and move them aside in their store.
    """
    places = [store] if isinstance(store, RunStore) else [RunStore(store)]
    if store is None:
        places = [evidence_store(), *places]
    held = [(place, place.ids()) for place in places]  # one listing, not a look each
    runs = []
    for config in configs:
        name = config.config_id
        for place in (place for place, names in held if name in names):
            try:
                runs.append(place.load(config))
                break
            except RecordError:
                if not repair:
                    raise
                place.set_aside(name)
    return runs
