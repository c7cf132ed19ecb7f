"""What a sweep is going to do, before it does it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch

from lipgan.checkpoints import FOLDER, Checkpoints
from lipgan.config import Config
from lipgan.packing import pack
from lipgan.provenance import device_name
from lipgan.rates import Rates, sample
from lipgan.regularizers import REGULARIZERS
from lipgan.runs import RunStore, evidence_store
from lipgan.training import pick_device


class Planned(NamedTuple):
    """A cohort that is to be trained, after so many steps that are done already."""

    members: list[Config]
    step: int


def plan_cohorts(
    missing: Sequence[Config],
    device: torch.device | None,
    checkpoints: Checkpoints,
    workers: int = 1,
) -> list[Planned]:
    """Cohorts of one shape, of members that went as far; the furthest come first.

    Args:
        missing: what is to be trained, each config once.
        device: see ``packing.pack``.
        checkpoints: of these configs, among others.
        workers: see ``packing.pack``.
    """
    by_id = {config.config_id: config for config in missing}
    return [
        Planned(cohort, step)
        for step, names in checkpoints.groups(by_id)
        for cohort in pack([by_id[name] for name in names], device, workers)
    ]


class Plan(NamedTuple):
    """What a sweep would do with the store as it is now."""

    missing: int
    cohorts: list[Planned]
    rates: Rates
    workers: int


def plan_missing(configs: Sequence[Config], store: RunStore, device: str) -> Plan:
    """The plan of a sweep on this machine, with what is known about its time.

    Args:
        configs: any.
        store: where records and checkpoints are looked for.
        device: see ``training.pick_device``.

    Raises:
        ValueError: see ``training.pick_device``.
    """
    place = pick_device(device)
    held = store.ids()
    missing = [c for c in dict.fromkeys(configs) if c.config_id not in held]
    workers = torch.cuda.device_count() if place.type == "cuda" else 1
    checkpoints = Checkpoints(store.path / FOLDER)
    cohorts = plan_cohorts(missing, place, checkpoints, workers)
    known = sample([store, evidence_store()]) if missing else []
    return Plan(len(missing), cohorts, Rates(device_name(place), known), workers)


def seconds_left(cohort: Planned, rates: Rates) -> float | None:
    """What is still to do of a cohort; None if no rate is known."""
    total = rates.seconds(cohort.members)
    if total is None:
        return None
    return total * (1 - cohort.step / cohort.members[0].num_steps)


def describe(plan: Plan) -> Iterator[str]:
    """A line per cohort, and one with the time of all."""
    cohorts, rates, workers, known = plan.cohorts, plan.rates, plan.workers, []
    for number, cohort in enumerate(cohorts, 1):
        seconds = seconds_left(cohort, rates)
        known += [] if seconds is None else [seconds]
        first = cohort.members[0]
        label = REGULARIZERS[first.regularizer].label
        done = f" after step {cohort.step:,}" if cohort.step else ""
        yield (
            f"cohort {number}: {len(cohort.members)} GANs ({first.model}, {label}) on "
            f"{first.dataset}, {first.num_steps:,} steps{done}: {duration(seconds)}"
        )
    unknown = len(cohorts) - len(known)
    at_once = f" on {workers} workers" if workers > 1 else ""
    if known:
        text = f"in all {duration(_spread(known, workers))}{at_once}"
        more = f", and {unknown} cohorts of unknown time" if unknown else ""
        yield f"{text}{more}, as records on {rates.device} took"
    elif unknown:
        yield f"in all: unknown time; no record of such cohorts on {rates.device}"


def duration(seconds: float | None) -> str:
    """Text for a person: two digits are all that an estimate is good for."""
    if seconds is None:
        return "unknown time"
    for unit, name in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * unit:
            return f"about {seconds / unit:.2g} {name}"
    return f"about {seconds:.2g} s"


def _spread(seconds: Sequence[float], workers: int) -> float:
    """When the last worker is done if each takes the longest cohort that is left."""
    busy = [0.0] * workers
    for each in sorted(seconds, reverse=True):
        busy[busy.index(min(busy))] += each
    return max(busy)
