"""What a sweep is going to do, before it does it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch

from lipgan.checkpoints import FOLDER, Checkpoints
from lipgan.config import Config
from lipgan.evidence import evidence_store
from lipgan.executors import duration, spread, visible_gpus
from lipgan.packing import pack, work
from lipgan.provenance import device_name
from lipgan.rates import Rates, sample
from lipgan.regularizers import REGULARIZERS
from lipgan.runs import RunStore
from lipgan.training import pick_device

# On a CPU, images below this size are trained best as one program on all cores, larger
# ones side by side on one core each; and starting processes takes seconds. See work().
SIDE_BY_SIDE_PIXELS = 32
SIDE_BY_SIDE_WORK = 10**8  # about a minute


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
    large = [c for c in missing if c.image_size >= SIDE_BY_SIDE_PIXELS]
    if not large or work(large) < SIDE_BY_SIDE_WORK:
        return [place.type]
    return [place.type] * min(torch.get_num_threads(), len(large))


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
    planned = [Planned(c, steps[c[0].config_id]) for c in spread(cohorts, slots)]
    return sorted(planned, key=lambda cohort: -cohort.step)


class Plan(NamedTuple):
    """What a sweep would do with the store as it is now."""

    missing: int
    cohorts: list[Planned]
    rates: Rates
    slots: int


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
