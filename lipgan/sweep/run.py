"""Run what is missing: skips recorded configs, trains the rest cohort by cohort."""

import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    CancelledError,
    Executor,
    Future,
    wait,
)
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import torch

from lipgan.config import Config
from lipgan.runs import Run, RunStore
from lipgan.runs.provenance import device_name
from lipgan.support.messages import unharmed
from lipgan.support.paths import user_path
from lipgan.support.torch_state import usual_torch
from lipgan.sweep.known import data_digests, load_known
from lipgan.sweep.packing import work
from lipgan.sweep.parts import (
    NoRoomError,
    NotBegun,
    Options,
    check_folders,
    from_anywhere,
    train_in_parts,
    trained_parts,
)
from lipgan.sweep.plan import Planned, Rates, local_devices, plan_cohorts, seconds_left
from lipgan.sweep.workers import DevicePool, TimeLeft, WorkerProgress, explained
from lipgan.training import DEVICES, Progress, pick_device
from lipgan.training.checkpoints import FOLDER, Checkpoints
from lipgan.training.stopping import OUT_OF_TIME, Stopped, reason_to_stop

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


@usual_torch()
def run_or_load(
    configs: Iterable[Config],
    store: RunStore | str | Path | None = None,
    executor: Executor | None = None,
    *,
    device: str = "auto",
    data_dir: str | Path | None = None,
    download: bool = False,
    inception_weights: str | Path | None = None,
    keep_weights: bool = False,
    tf32: bool = False,
    graphs: bool = False,
    checkpoint_every: float | None = None,
    time_budget: float | None = None,
    repair: bool = False,
    progress: Progress | None = print,
) -> list[Run]:
    """Return one run per config, training only those without a record.

    A record counts if it is of this config and of the data at hand, if any are.

    A cohort's records are written as soon as it is finished, so an interruption costs
    the cohorts in progress and nothing else; with checkpoints, not even those. A cohort
    that fails costs only itself: the others are trained before its error is raised.

    Args:
        configs: any configs, read once; equal ones are trained once.
        store: a ``RunStore`` or its directory, which then alone decides what is
            missing. By default the published evidence is looked through first, then
            ``runs.default_store()``, where new records go.
        executor: any ``concurrent.futures.Executor``; an attribute ``slots`` of it asks
            for at least so many cohorts. None trains on all GPUs that are visible, in
            a process for each; images of 32 and more pixels on all CPU cores likewise;
            and in this process where there is one device only.
        device: ``auto``, ``cpu`` or ``cuda``.
        data_dir: see ``train``; with an executor the workers look there.
        download: see ``train``.
        inception_weights: see ``train``.
        keep_weights: store the weights of both networks beside each new record; runs
            recorded without them are trained again.
        tf32: see ``train``.
        graphs: see ``train``.
        checkpoint_every: seconds after which a cohort leaves a checkpoint in the store;
            None writes none. Cohorts go on from those that are there in any case.
        time_budget: seconds after which training stops. Without checkpoints, a cohort
            that is known to need longer is not begun.
        repair: move damaged records aside and train them anew, instead of stopping.
        progress: receives a line of text now and then; None for silence.

    Raises:
        RecordError: a record is damaged or belongs to another config.
        StoreError: something is to be trained and the store cannot be written to.
        WorkerLost: the workers of a cohort died again and again.
        Unfinished: the time budget is used up, or a signal asked to stop.
        ValueError, FileNotFoundError: see ``train`` and ``parts.check_folders``.
    """
    check_folders(configs := list(configs))
    records = store if isinstance(store, RunStore) else RunStore(store)
    weights = user_path(inception_weights, "weights") if inception_weights else None
    options = Options(
        device=device,
        data_dir=None if data_dir is None else user_path(data_dir, "data").absolute(),
        download=download,
        inception_weights=weights and weights.absolute(),
        keep_weights=keep_weights,
        tf32=tf32,
        graphs=graphs,
        checkpoints=Checkpoints(records.path.absolute() / FOLDER, checkpoint_every),
        deadline=None if time_budget is None else time.time() + time_budget,
    )
    # An executor's workers have devices and memory of their own.
    elsewhere = executor is not None and device in DEVICES
    place = None if elsewhere else pick_device(device)
    found = load_known(
        dict.fromkeys(configs),
        store,
        repair,
        digest=data_digests(data_dir, download, inception_weights),
        with_weights=keep_weights,
        say=unharmed(progress),
    )
    sweep = _Sweep(configs, found, records, options, place, progress)
    sweep.train_missing(executor)
    return [sweep.known[config] for config in configs]


class _Sweep:
    """The cohorts of one call on their way to records."""

    def __init__(
        self,
        configs: Iterable[Config],
        found: Iterable[Run],
        records: RunStore,
        options: Options,
        place: torch.device | None,
        progress: Progress | None,
    ) -> None:
        self.configs = list(dict.fromkeys(configs))
        self.known = {run.config: run for run in found}
        self.records, self.options, self.place = records, options, place
        self.quiet, self.say = progress is None, unharmed(progress)
        self.rates = Rates(device_name(place) if place else "", self.known.values())
        self.reason = ""  # why it ended early
        self.failure: BaseException | None = None  # the first

    def train_missing(self, executor: Executor | None) -> None:
        """Train and record what is not known; see ``run_or_load``."""
        self._tidy()
        missing = self._missing()
        if not missing:
            return
        self.records.files.check_writable()
        devices = [] if self.place is None else local_devices(self.place, missing)
        own_pool = DevicePool(devices) if len(devices) > 1 else None
        with own_pool or nullcontext(executor) as chosen:
            slots = getattr(chosen, "slots", 1)
            cohorts = plan_cohorts(missing, self.place, self.options.checkpoints, slots)
            for runs in self._results(cohorts, chosen):
                for run in runs:
                    self._record(run)
                self._tidy()
        if self.failure:
            raise self.failure
        if left := len(self._missing()):
            raise Unfinished(left, len(self.configs), self.reason)

    def _record(self, run: Run) -> None:
        """Keep a run with the whole path of its folder, for commands run elsewhere."""
        run = replace(run, config=from_anywhere(run.config))
        if not self.records.holds(run):  # of a part recorded before
            self.records.save(run)
        asked = [c for c in self.configs if c.config_id == run.config.config_id]
        self.known |= {config: replace(run, config=config) for config in asked}

    def _missing(self) -> list[Config]:
        return [config for config in self.configs if config not in self.known]

    def _tidy(self) -> None:
        """Delete the checkpoints that nobody needs any more."""
        known = {c.config_id: run.trained_on for c, run in self.known.items()}
        self.options.checkpoints.tidy(known)

    def _results(
        self, cohorts: Sequence[Planned], executor: Executor | None
    ) -> Iterator[list[Run]]:
        """Finished runs, cohort by cohort or part by part; failures are kept."""
        self.left = TimeLeft(sum(work(c.members) for c in cohorts))
        take = self._gathered(cohorts, executor) if executor else self._here(cohorts)
        for runs in take:
            self.rates.learn(runs)
            yield runs

    def _here(self, cohorts: Sequence[Planned]) -> Iterator[list[Run]]:
        # One device needs no second process: errors, debuggers and Ctrl-C stay simple.
        for i, cohort in enumerate(cohorts):
            name = f"cohort {i + 1}/{len(cohorts)}"
            say = self._prefixed(f"{name}: ") if len(cohorts) > 1 else self.say
            expected = self._expected(cohort)
            try:
                yield from trained_parts(cohort.members, self.options, say, expected)
            except NotBegun as stopped:  # a shorter one may still finish
                self.say(f"{name} is not begun: it would not finish in time")
                self.reason = str(stopped)
            except Stopped as stopped:
                self.reason = str(stopped)
                return
            except (ValueError, FileNotFoundError, ImportError) as error:
                if not isinstance(error, NoRoomError):
                    raise  # bad input, which the other cohorts have as well
                self._lost(name, error, work(cohort.members))
            except Exception as error:
                self._lost(name, error, work(cohort.members))
            else:
                rest = self.left.after(work(cohort.members))
                if rest:
                    self.say(f"{name} is done{rest}")

    def _expected(self, cohort: Planned) -> float | None:
        """Seconds that a cohort needs; None if unknown, or if it may stop half-way."""
        keeps = self.options.checkpoints.every is not None
        return None if keeps else seconds_left(cohort, self.rates)

    def _gathered(
        self, cohorts: Sequence[Planned], executor: Executor
    ) -> Iterator[list[Run]]:
        """Cohorts as an executor finishes them; the longest begin first."""
        cohorts = sorted(cohorts, key=lambda c: (-c.step, -work(c.members)))
        futures: dict[Future, int] = {}
        for i, cohort in enumerate(cohorts):
            progress = None
            if isinstance(executor, DevicePool) and not self.quiet:
                progress = WorkerProgress(f"cohort {i + 1}/{len(cohorts)}")
            members = [from_anywhere(config) for config in cohort.members]
            call = members, self.options, progress, self._expected(cohort)
            futures[executor.submit(train_in_parts, *call)] = i
        while futures:
            finished, _ = wait(futures, POLL, FIRST_COMPLETED)
            while finished:
                future = finished.pop()
                i = futures.pop(future)  # a result that nobody holds is not made again
                yield self._result(future, i, cohorts)
                del future
            if not self.reason and (reason := reason_to_stop(self._last_moment())):
                self.reason = reason
                self.say(f"{reason}: waiting for the cohorts in progress")
                getattr(executor, "stop", lambda: None)()
                for future in [f for f in futures if f.cancel()]:
                    del futures[future]

    def _last_moment(self) -> float | None:
        """When to give up on workers; they know the deadline as well."""
        deadline = self.options.deadline
        return None if deadline is None else deadline + GRACE

    def _result(self, future: Future, i: int, cohorts: Sequence[Planned]) -> list[Run]:
        members, name = cohorts[i].members, f"cohort {i + 1}/{len(cohorts)}"
        error = CancelledError() if future.cancelled() else future.exception()
        if error is not None:
            more = f" and {len(members) - 1} more" * (len(members) > 1)
            cause = explained(error, f"{name} ({members[0].label}{more})")
            self._lost(name, cause, work(members))
            return getattr(error, "finished", [])
        runs = future.result()
        rest = self.left.after(work(members))
        if len(runs) == len(members):
            self.say(f"{name} is finished{rest}")
        else:
            self.reason = self.reason or reason_to_stop() or OUT_OF_TIME
        return runs

    def _lost(self, name: str, error: BaseException, work: float) -> None:
        self.failure = self.failure or error
        self.say(f"{name} is lost{self.left.after(work)}")

    def _prefixed(self, prefix: str) -> Progress:
        return lambda line: self.say(prefix + line)
