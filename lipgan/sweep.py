"""Run what is missing: skips recorded configs, packs the rest into cohorts."""

from collections.abc import Iterable, Sequence
from concurrent.futures import CancelledError, Executor, Future, as_completed
from pathlib import Path
from typing import Any

from lipgan.config import Config
from lipgan.executors import DevicePool, TimeLeft, explained, spread, visible_gpus
from lipgan.packing import pack, train_in_parts
from lipgan.runs import RecordError, Run, RunStore, evidence_store
from lipgan.training import DEVICES, Progress, pick_device


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
        executor: any ``concurrent.futures.Executor``; an attribute ``slots`` of it asks
            for at least so many cohorts. None trains on all GPUs that are visible, in
            a process for each, or in this process if there is one device only.
        device: ``auto``, ``cpu`` or ``cuda``.
        data_dir: see ``train``.
        download: see ``train``.
        inception_weights: see ``train``.
        repair: move damaged records aside and train them anew, instead of stopping.
        progress: receives a line of text now and then; None for silence.

    Raises:
        RecordError: a record is damaged or belongs to another config.
        StoreError: something is to be trained and the store cannot be written to.
        WorkerLost: the workers of a cohort died again and again.
        ValueError, FileNotFoundError: see ``train``.
    """
    # An executor's workers have devices and memory of their own.
    elsewhere = executor is not None and device in DEVICES
    place = None if elsewhere else pick_device(device)
    records = store if isinstance(store, RunStore) else RunStore(store)
    distinct = list(dict.fromkeys(configs))
    known = {run.config: run for run in load_known(distinct, store, repair)}
    packs = pack([c for c in distinct if c not in known], place)
    if packs:
        records.check_writable()
    say = progress or (lambda line: None)
    options = {
        "device": device,
        "data_dir": data_dir and Path(data_dir).absolute(),
        "download": download,
        "inception_weights": inception_weights and Path(inception_weights).absolute(),
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
    """Finished cohorts: from the executor, from all GPUs, or from this process."""
    if executor is not None:
        yield from _gathered(packs, executor, options, say)
        return
    devices = _devices(options["device"])
    if packs and len(devices) > 1:
        with DevicePool(devices) as pool:
            yield from _gathered(packs, pool, options, say)
        return
    # One device needs no second process: errors, debuggers and Ctrl-C stay simple.
    left = TimeLeft(sum(map(_work, packs)))
    for i, members in enumerate(packs):
        prefix = f"cohort {i + 1}/{len(packs)}: " if len(packs) > 1 else ""
        yield train_in_parts(members, progress=_prefixed(say, prefix), **options)
        rest = left.after(_work(members))
        if rest:
            say(f"cohort {i + 1}/{len(packs)} is done{rest}")


def _gathered(
    packs: list[list[Config]],
    executor: Executor,
    options: dict[str, Any],
    say: Progress,
) -> Iterable[list[Run]]:
    """Cohorts as an executor finishes them; failures come after all others."""
    packs = spread(packs, getattr(executor, "slots", 1))
    futures: dict[Future, int] = {
        executor.submit(train_in_parts, members, **options): i
        for i, members in enumerate(packs)
    }
    left, failure = TimeLeft(sum(map(_work, packs))), None
    for future in as_completed(futures):
        i = futures.pop(future)  # a result that nobody holds is not made again
        rest = left.after(_work(packs[i]))
        error = CancelledError() if future.cancelled() else future.exception()
        if error is not None:
            failure = failure or explained(error, _label(i, packs))
            say(f"cohort {i + 1}/{len(packs)} is lost{rest}")
            continue
        runs = future.result()
        del future
        yield runs
        say(f"cohort {i + 1}/{len(packs)} is finished{rest}")
    if failure is not None:
        raise failure


def _devices(name: str) -> list[str]:
    """What cohorts can be trained on at once, here."""
    place = pick_device(name)
    return visible_gpus() if place.type == "cuda" else [place.type]


def _work(members: Sequence[Config]) -> float:
    """Pixels through the discriminators: what decides how long a cohort takes."""
    first = members[0]
    pixels = max(1, first.image_size**2)
    return float(len(members) * first.num_steps * first.batch_size * pixels)


def _label(i: int, packs: list[list[Config]]) -> str:
    more = f" and {len(packs[i]) - 1} more" * (len(packs[i]) > 1)
    return f"cohort {i + 1}/{len(packs)} ({packs[i][0].label}{more})"


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
