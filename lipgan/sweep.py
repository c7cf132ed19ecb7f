"""Run what is missing: skips recorded configs, trains the rest cohort by cohort."""

import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import torch

from lipgan.checkpoints import FOLDER, Checkpoints
from lipgan.config import Config
from lipgan.executors import LocalPool, Outcome, train_cohort
from lipgan.packing import NoRoomError, train_in_parts, work
from lipgan.plan import Planned, duration, plan_cohorts, seconds_left
from lipgan.provenance import device_name
from lipgan.rates import Rates
from lipgan.runs import RecordError, Run, RunStore, evidence_store
from lipgan.stopping import Stopped, reason_to_stop
from lipgan.training import Progress, check_device, pick_device

POLL = 0.5  # seconds between two looks at signals and the clock
GRACE = 300.0  # seconds after the deadline in which workers may finish and report


class Unfinished(Exception):
    """A sweep was told to stop. What is finished is in the store.

    Attributes:
        left: number of configs without a record.
        reason: what ended the sweep.
    """

    def __init__(self, left: int, total: int, reason: str) -> None:
        super().__init__(left, total, reason)
        self.left, self.total, self.reason = left, total, reason

    def __str__(self) -> str:
        return (
            f"{self.reason}: {self.left} of {self.total} runs are left; "
            "the same sweep goes on with them"
        )


def run_or_load(
    configs: Sequence[Config],
    store: RunStore | str | Path | None = None,
    executor: Executor | None = None,
    *,
    device: str = "auto",
    data_dir: str | Path | None = None,
    download: bool = False,
    inception_weights: str | Path | None = None,
    checkpoint_every: float | None = None,
    time_budget: float | None = None,
    repair: bool = False,
    progress: Progress | None = print,
) -> list[Run]:
    """Return one run per config, training only those without a record.

    A cohort's records are written as soon as it is finished, so an interruption costs
    the cohorts in progress and nothing else; with checkpoints, not even those. A cohort
    that fails costs only itself: the others are trained before its error is raised.

    Args:
        configs: any configs; equal ones are trained once.
        store: a ``RunStore`` or its directory, which then alone decides what is
            missing. By default the published evidence is looked through first, then
            ``runs.default_store()``, where new records go.
        executor: any ``concurrent.futures.Executor``. None trains in this process, or,
            with several GPUs, in one process for each (``executors.LocalPool``).
        device: ``auto``, ``cpu`` or ``cuda``.
        data_dir: see ``train``; with an executor the workers look there.
        download: see ``train``.
        inception_weights: see ``train``.
        checkpoint_every: seconds after which a cohort leaves a checkpoint in the store;
            None writes none. Cohorts go on from those that are there in any case.
        time_budget: seconds after which training stops. Without checkpoints, a cohort
            that is known to need longer is not begun.
        repair: move damaged records aside and train them anew, instead of stopping.
        progress: receives a line of text now and then; None for silence.

    Raises:
        RecordError: a record is damaged or belongs to another config.
        StoreError: something is to be trained and the store cannot be written to.
        Unfinished: the time budget is used up, or a signal asked to stop.
        ValueError, FileNotFoundError: see ``train``.
    """
    deadline = None if time_budget is None else time.time() + time_budget
    place = where(device, executor)
    records = store if isinstance(store, RunStore) else RunStore(store)
    distinct = list(dict.fromkeys(configs))
    known = {run.config: run for run in load_known(distinct, store, repair)}
    checkpoints = Checkpoints(records.path.absolute() / FOLDER, checkpoint_every)
    checkpoints.tidy({config.config_id for config in known})
    missing = [c for c in distinct if c not in known]
    if missing:
        records.check_writable()
    options = {
        "device": device,
        "data_dir": data_dir if data_dir is None else Path(data_dir).absolute(),
        "download": download,
        "inception_weights": inception_weights,
        "checkpoints": checkpoints,
        "deadline": deadline,
    }
    rates = Rates(device_name(place) if place else "", known.values())
    sweep = _Sweep(len(missing), options, rates, progress or (lambda line: None))
    with ExitStack() as stack:
        if executor is None and missing and gpus(place) > 1:
            executor = stack.enter_context(LocalPool(gpus(place)))
        workers = getattr(executor, "workers", 1)
        cohorts = plan_cohorts(missing, place, checkpoints, workers)
        for runs in sweep.results(cohorts, executor):
            for run in runs:
                if run.config not in records:  # of a part that was recorded before
                    records.save(run)
                known[run.config] = run
            checkpoints.tidy({config.config_id for config in known})
    if sweep.failures:
        raise sweep.failures[0]
    if left := sum(c not in known for c in distinct):
        raise Unfinished(left, len(distinct), sweep.reason)
    return [known[c] for c in configs]


def where(device: str, executor: Executor | None) -> torch.device | None:
    """The device that cohorts have to fit; None if only the executor's workers know.

    Raises:
        ValueError: see ``training.pick_device``.
    """
    check_device(device)
    if executor is not None and device != "cpu" and not torch.cuda.is_available():
        return None
    return pick_device(device)


def gpus(place: torch.device | None) -> int:
    """How many GPUs this machine trains on."""
    return torch.cuda.device_count() if place and place.type == "cuda" else 0


class _Sweep:
    """The cohorts of one call on their way to runs."""

    def __init__(
        self, total: int, options: dict[str, Any], rates: Rates, say: Progress
    ) -> None:
        self.total, self.options, self.rates, self.say = total, options, rates, say
        self.reason = ""
        self.failures: list[BaseException] = []
        self.start, self.trained = time.perf_counter(), 0
        self.done = self.ahead = 0.0  # work, in units of ``packing.work``

    def results(
        self, cohorts: Sequence[Planned], executor: Executor | None
    ) -> Iterator[list[Run]]:
        """Finished runs, cohort by cohort or part by part."""
        self.ahead = sum(work(c.members) for c in cohorts)
        take = self._here(cohorts) if executor is None else None
        for runs in take or self._elsewhere(cohorts, executor):  # type: ignore[arg-type]
            self.rates.learn(runs)
            yield runs

    def _here(self, cohorts: Sequence[Planned]) -> Iterator[list[Run]]:
        for i, cohort in enumerate(cohorts):
            name = f"cohort {i + 1}/{len(cohorts)}"
            if self._does_not_fit(cohort):
                self.say(f"{name} is not begun: it would not finish in time")
                continue
            say = self.say if len(cohorts) == 1 else self._prefixed(f"{name}: ")
            try:
                yield from train_in_parts(cohort.members, progress=say, **self.options)
            except Stopped as stopped:
                self.reason = str(stopped)
                return
            except NoRoomError as error:
                self._failed(name, error)
            except (ValueError, FileNotFoundError):
                raise  # bad input, of which the other cohorts would suffer as well
            except Exception as error:
                self._failed(name, error)
            else:
                self._report(name, cohort, last=i + 1 == len(cohorts))

    def _does_not_fit(self, cohort: Planned) -> bool:
        deadline = self.options["deadline"]
        if deadline is None or self.options["checkpoints"].every is not None:
            return False
        needed = seconds_left(cohort, self.rates)
        late = needed is not None and time.time() + needed > deadline
        if late:
            self.reason = "the time budget is used up"
        return late

    def _elsewhere(
        self, cohorts: Sequence[Planned], executor: Executor
    ) -> Iterator[list[Run]]:
        resumed_first = sorted(cohorts, key=lambda c: (-c.step, -work(c.members)))
        futures: dict[Future, tuple[str, Planned]] = {}
        for i, cohort in enumerate(resumed_first):
            options = dict(self.options)
            if options["checkpoints"].every is None:
                options["expected"] = seconds_left(cohort, self.rates)
            name = f"cohort {i + 1}/{len(cohorts)}"
            future = executor.submit(train_cohort, cohort.members, options)
            futures[future] = name, cohort
        pending = set(futures)
        while pending:
            finished, pending = wait(pending, POLL, FIRST_COMPLETED)
            for future in finished:
                yield self._outcome(future, *futures[future], last=not pending)
            if not self.reason and (reason := self._reason()):
                self.reason = reason
                self.say(f"{reason}: waiting for the cohorts in progress")
                getattr(executor, "stop", lambda: None)()
                pending = {future for future in pending if not future.cancel()}

    def _reason(self) -> str | None:
        """Why workers are to be stopped from here; they know the deadline as well."""
        deadline = self.options["deadline"]
        return reason_to_stop(None if deadline is None else deadline + GRACE)

    def _outcome(
        self, future: Future, name: str, cohort: Planned, last: bool
    ) -> list[Run]:
        outcome = Outcome([], Stopped(self.reason))
        if not future.cancelled():
            error = future.exception()
            outcome = Outcome([], error) if error else future.result()
        if outcome.error is None:
            self._report(name, cohort, last)
        elif isinstance(outcome.error, Stopped):
            self.reason = self.reason or str(outcome.error)
        else:
            self._failed(name, outcome.error)
        return outcome.runs

    def _failed(self, name: str, error: BaseException) -> None:
        self.failures.append(error)
        self.say(f"{name} failed: {error}")

    def _report(self, name: str, cohort: Planned, last: bool) -> None:
        self.done += work(cohort.members)
        self.trained += len(cohort.members)
        if not last:
            spent = time.perf_counter() - self.start
            left = spent * (self.ahead - self.done) / self.done
            count = f"{self.trained} of {self.total} runs"
            self.say(f"{name} is done: {count}, {duration(left)} left")

    def _prefixed(self, prefix: str) -> Progress:
        return lambda line: self.say(prefix + line)


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
