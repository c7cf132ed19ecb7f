"""Who trains with whom, in what order, and for how long as measured before."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from itertools import islice
from statistics import median
from typing import NamedTuple

import torch

from lipgan.config import Config
from lipgan.gan.regularizers import REGULARIZERS
from lipgan.runs import Run, RunStore
from lipgan.runs.evidence import Records, evidence_store
from lipgan.runs.provenance import device_name
from lipgan.sweep.packing import pack, work
from lipgan.sweep.workers import duration, spread, visible_gpus
from lipgan.training import pick_device
from lipgan.training.checkpoints import FOLDER, Checkpoints

READ_AT_MOST = 2_000  # records of a store; their names are hashes, so any are a sample
# Fields without a say in the time of a step.
_IRRELEVANT = {
    *("loss", "alpha", "lipschitz_k", "penalty_weight", "lr_d", "seed", "scale"),
    *("push", "balance", "pinned_width", "d_biases", "second_k", "second_weight"),
    *("num_steps", "ema_decay", "data_limit", "history_points", "lr_g"),
}


class Rates:
    """Seconds per step of a cohort's members, by shape, regularizer and device."""

    def __init__(self, device: str, runs: Iterable[Run] = ()) -> None:
        """Learn from these runs, as far as they were trained on this device.

        Args:
            device: as ``Run.provenance`` names it.
            runs: any.
        """
        self.device = device
        self._known: dict[tuple, dict[tuple[str, float], tuple[int, float]]] = {}
        self.learn(runs)

    def learn(self, runs: Iterable[Run]) -> None:
        """Add what these runs say; members of one cohort count once."""
        for run in runs:
            origin = run.provenance
            if origin.get("device") != self.device:
                continue
            members, seconds = origin["cohort_size"], origin["cohort_seconds"]
            rate = seconds / (members * run.config.num_steps)
            cohorts = self._known.setdefault(_shape(run.config), {})
            cohorts[origin["finished"], seconds] = members, rate

    def seconds(self, members: Sequence[Config]) -> float | None:
        """Of training this cohort; None if none of its shape is known.

        The median of the known cohorts whose size is nearest counts.
        """
        known = self._known.get(_shape(members[0]), {}).values()
        if not known:
            return None
        nearest = min(abs(size - len(members)) for size, _ in known)
        rates = [rate for size, rate in known if abs(size - len(members)) == nearest]
        return median(rates) * len(members) * members[0].num_steps


def sample(stores: Iterable[Records]) -> list[Run]:
    """Up to ``READ_AT_MOST`` intact records of each store."""
    return [run for store in stores for run in islice(store.sound(), READ_AT_MOST)]


def _shape(config: Config) -> tuple:
    names = (f.name for f in fields(config) if f.name not in _IRRELEVANT)
    return (*(getattr(config, name) for name in names), config.frozen)


# On a CPU, cohorts of images train faster side by side on one core each than one after
# the other on all cores; but starting processes takes seconds. See work().
SIDE_BY_SIDE_WORK = 10**8  # about half a minute


class Planned(NamedTuple):
    """A cohort that is to be trained, after so many steps that are done already."""

    members: list[Config]
    step: int


def local_devices(place: torch.device, missing: Sequence[Config]) -> list[str]:
    """What these configs can be trained on at once, here: GPUs, or cores of the CPU.

    Args:
        place: the kind of device.
        missing: what is to be trained.
    """
    if place.type == "cuda":
        return visible_gpus()
    if work(missing) < SIDE_BY_SIDE_WORK:
        return [place.type]
    return [place.type] * min(torch.get_num_threads(), len(missing))


def plan_cohorts(
    missing: Sequence[Config],
    device: torch.device | None,
    checkpoints: Checkpoints,
    slots: int = 1,
) -> list[Planned]:
    """Cohorts of one shape, of members that went as far; the furthest come first.

    Args:
        missing: what is to be trained, each config once.
        device: see ``packing.pack``.
        checkpoints: of these configs, among others.
        slots: how many cohorts are trained at once.
    """
    by_id = {config.config_id: config for config in missing}
    cohorts: list[list[Config]] = []
    steps: dict[str, int] = {}
    for step, names in checkpoints.groups(by_id):
        cohorts += pack([by_id[name] for name in names], device, slots)
        steps |= dict.fromkeys(names, step)
    planned = [Planned(c, steps[c[0].config_id]) for c in spread(cohorts, slots, work)]
    return sorted(planned, key=lambda cohort: -cohort.step)


class Plan(NamedTuple):
    """What a sweep would do with the store as it is now."""

    missing: int
    cohorts: list[Planned]
    rates: Rates
    slots: int


def plan_missing(missing: Sequence[Config], store: RunStore, device: str) -> Plan:
    """The plan of a sweep on this machine, with what is known about its time.

    Args:
        missing: what is to be trained, each config once.
        store: where records and checkpoints are looked for.
        device: see ``training.pick_device``.

    Raises:
        ValueError: see ``training.pick_device``.
    """
    place = pick_device(device)
    slots = max(1, len(local_devices(place, missing)))
    checkpoints = Checkpoints(store.path / FOLDER)
    cohorts = plan_cohorts(missing, place, checkpoints, slots)
    known = sample([store, evidence_store()]) if missing else []
    return Plan(len(missing), cohorts, Rates(device_name(place), known), slots)


def seconds_left(cohort: Planned, rates: Rates) -> float | None:
    """What is still to do of a cohort; None if no rate is known."""
    total = rates.seconds(cohort.members)
    if total is None:
        return None
    return total * (1 - cohort.step / cohort.members[0].num_steps)


def describe(plan: Plan) -> Iterator[str]:
    """A line per cohort, and one with the time of all."""
    cohorts, rates, slots, known = plan.cohorts, plan.rates, plan.slots, []
    for number, cohort in enumerate(cohorts, 1):
        seconds = seconds_left(cohort, rates)
        known += [] if seconds is None else [seconds]
        first = cohort.members[0]
        label = REGULARIZERS[first.regularizer].label
        done = f" after step {cohort.step:,}" if cohort.step else ""
        yield (
            f"cohort {number}: {len(cohort.members)} GANs ({first.model}, {label}) on "
            f"{first.dataset}, {first.num_steps:,} steps{done}: {_text(seconds)}"
        )
    unknown = len(cohorts) - len(known)
    at_once = f" on {slots} devices" if slots > 1 else ""
    if known:
        text = f"in all {_text(_longest(known, slots))}{at_once}"
        more = f", and {unknown} cohorts of unknown time" if unknown else ""
        yield f"{text}{more}, as records on {rates.device} took"
    elif unknown:
        yield f"in all: unknown time; no record of such cohorts on {rates.device}"


def _text(seconds: float | None) -> str:
    return "unknown time" if seconds is None else f"about {duration(seconds)}"


def _longest(seconds: Sequence[float], slots: int) -> float:
    """When the last device is done if each takes the longest cohort that is left."""
    busy = [0.0] * slots
    for each in sorted(seconds, reverse=True):
        busy[busy.index(min(busy))] += each
    return max(busy)
