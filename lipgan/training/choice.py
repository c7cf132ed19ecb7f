"""How a cohort is computed: on an accelerator measured before it begins, then kept.

The choice changes rounding and time, nothing else. On a CPU the sizes of the networks
decide, see ``lipgan.engine.lifting``.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor

from lipgan.engine.cohort import Cohort
from lipgan.engine.memory import out_of_memory
from lipgan.support.torch_state import convolutions_in_tf32
from lipgan.training.checkpoints import get_state, set_state
from lipgan.training.graphs import NotRecorded, Replayed, Step, capture

WARM_UP, TIMED = 4, 6  # steps; the first ones make tables and, where used, graphs


@dataclass(frozen=True)
class Choice:
    """A way to compute a cohort.

    Attributes:
        layout: of the activations, see ``Lifted``.
        tf32: whether convolutions round their factors to TF32. Spectral norms, losses
            and their slopes are no convolutions: they stay in float32.
    """

    layout: str
    tf32: bool = False

    def __str__(self) -> str:
        """For people: its layout, and TF32 if it takes that."""
        return self.layout + " in TF32" * self.tf32


def is_worth_measuring(device: torch.device) -> bool:
    """Whether nobody has measured for this device what is fastest."""
    return device.type == "cuda"


def clock(device: torch.device) -> float:
    """Seconds, read when the device has done what it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()


def choices(layouts: Sequence[str], tf32: bool) -> list[Choice]:
    """Every layout, with and without TF32 where that is allowed and can matter."""
    found = [Choice(layout) for layout in layouts]
    convolve = [layout for layout in layouts if layout != "rows"]
    return found + [Choice(layout, tf32=True) for layout in convolve if tf32]


def seconds_per_step(step: Callable[[int], object], device: torch.device) -> float:
    """Time of a step, the first ones left out; infinity where memory runs out.

    Args:
        step: does the step of this number, from 1.
        device: that does the work.
    """
    start = 0.0
    try:
        for number in range(1, WARM_UP + TIMED + 1):
            if number == WARM_UP + 1:
                start = clock(device)
            step(number)
        return (clock(device) - start) / TIMED
    except (RuntimeError, MemoryError) as error:
        if not out_of_memory(error):
            raise
        return math.inf


def told(seconds: dict[Choice, float]) -> str:
    """What was measured as one line, the fastest first."""
    ordered = sorted(seconds, key=lambda choice: seconds[choice])
    texts = [f"{choice} {1e3 * seconds[choice]:.3g}" for choice in ordered]
    best, others = texts[0], ", ".join(texts[1:]) or "no other"
    return f"layout {best} ms per step (others: {others})"


class Steps:
    """The steps of a cohort, computed in the way that was chosen for it.

    Attributes:
        choice: None where the networks' sizes decide.
    """

    def __init__(
        self,
        step: Step,
        cohort: Cohort,
        say: Callable[[str], None],
        tf32: bool = False,
        graphs: bool = False,
    ) -> None:
        """Choose nothing yet.

        Args:
            step: see ``Training.step``.
            cohort: that it updates.
            say: receives a line of text now and then.
            tf32: whether TF32 may be chosen.
            graphs: whether steps on a GPU are recorded and replayed.
        """
        self.step, self.cohort, self.say, self.tf32 = step, cohort, say, tf32
        self.choice: Choice | None = None
        self.record = capture if graphs and cohort.device.type == "cuda" else None
        self.replayed: Replayed | None = None

    def __call__(self, number: int, measure: bool) -> dict[str, Tensor]:
        """Do one step; losses of the members with ``measure``."""
        with convolutions_in_tf32(self.choice is not None and self.choice.tf32):
            if self.record is None:
                return self.step(number, measure=measure)
            if self.replayed is None or self.replayed.stale:
                self.replayed = Replayed(self.step, self.cohort, self.record)
            try:
                return self.replayed(number, measure)
            except NotRecorded as error:
                self.say(f"no CUDA graphs from here on: {error}")
                self.record = self.replayed = None
                return self.step(number, measure=measure)

    @property
    def chosen(self) -> dict[str, Any] | None:
        """The choice as a checkpoint keeps it."""
        return asdict(self.choice) if self.choice else None

    @property
    def origin(self) -> dict[str, Any]:
        """The choice as a record's provenance keeps it; empty where there was none."""
        return self.chosen | {"graphs": self.record is not None} if self.chosen else {}

    def take(self, choice: Choice) -> None:
        """Go on like this."""
        self.choice, self.replayed = choice, None
        self.cohort.lay_out(choice.layout)

    def choose(self) -> None:
        """Take what is fastest, unless that is known or was chosen before.

        The steps that it takes are undone: training goes on as if nobody had measured.
        """
        cohort, device = self.cohort, self.cohort.device
        if self.choice or not is_worth_measuring(device):
            return
        found = choices(cohort.layouts, self.tf32)
        if len(found) == 1:
            self.take(found[0])
            return
        before, usual = get_state(cohort), Choice(cohort.networks[1].layout)
        seconds, record = {}, self.record
        for choice in found:
            self.take(choice)
            seconds[choice] = seconds_per_step(partial(self, measure=False), device)
            set_state(cohort, before)
            self.record = record  # that one cannot be recorded says nothing of others
        best = min(seconds, key=lambda choice: seconds[choice])
        self.take(best if math.isfinite(seconds[best]) else usual)
        self.say(told(seconds))
