"""Steps that are recorded once and replayed, so that a GPU need not wait for Python.

A recorded step reads and writes the same memory at every replay. So here its number,
its random numbers and all that is carried from step to step get places of their own,
and the random numbers of a block of steps are put in place at once.

``Replayed`` works on any device, with any ``record`` that turns a function into one
that does the same again: on a CPU, the function itself. ``capture``, which records for
CUDA, has not been run on a GPU yet.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from lipgan.engine.cohort import Cohort
from lipgan.engine.noise import Draw, Noise, Tape

Step = Callable[..., dict[str, Tensor]]  # see ``Training.step``
Record = Callable[[Callable[[], None]], Callable[[], None]]
WATCHED = 2  # steps that show which random numbers each step asks for


class NotRecorded(Exception):
    """A step could not be recorded; the message says why."""


def capture(function: Callable[[], None]) -> Callable[[], None]:
    """Record what a function launches on the GPU, without doing it.

    Raises:
        RuntimeError: it does what cannot be recorded.
    """
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        function()
    return graph.replay


class Replayed:
    """Steps of one cohort as replays of a recorded one.

    Attributes:
        stale: whether members have left, so that another recording is needed.
    """

    def __init__(self, step: Step, cohort: Cohort, record: Record) -> None:
        """Of the steps that ``step`` does; ``record`` as the module says."""
        self.step, self.cohort, self.record = step, cohort, record
        self.watched: list[list[Draw]] = []
        self.replay: Callable[[], None] | None = None
        self.clock = torch.zeros((), dtype=torch.long, device=cohort.device)
        self.places = {group: dict(own) for group, own in cohort.state.items()}
        self.diverged_at = cohort.diverged_at

    @property
    def stale(self) -> bool:
        """See the class."""
        return self.cohort.diverged_at is not self.diverged_at

    def __call__(self, number: int, measure: bool) -> dict[str, Tensor]:
        """Do one step; losses of the members with ``measure``.

        Raises:
            NotRecorded: nothing was done; the step has to be done in another way.
        """
        if measure or len(self.watched) < WATCHED:
            if len(self.watched) < WATCHED:
                self.watched.append([])
                self.last = number
            with _source(self.cohort.noise, self._watch):
                losses = self.step(number, measure=measure)
            self._settle()
            return losses
        if self.replay is None:
            self.replay = self._recorded()
        self.tape.wind(number)
        self.clock.fill_(number)
        self.replay()
        return {}

    def _watch(self, *draw: Any) -> Tensor:
        if self.replay is None:
            self.watched[-1].append(draw)
        return self.cohort.noise.drawn(*draw)

    def _recorded(self) -> Callable[[], None]:
        noise = self.cohort.noise
        self.tape = Tape(noise, self.watched[:WATCHED], self.last)

        def step() -> None:
            with _source(noise, self.tape.play):
                self.step(0, measure=False, clock=self.clock)
            self._settle()

        try:
            return self.record(step)
        except RuntimeError as error:
            self._settle(copy=False)
            raise NotRecorded(str(error).partition("\n")[0]) from error

    @torch.no_grad()
    def _settle(self, copy: bool = True) -> None:
        """Put what a step has made anew where it was before."""
        for group, tensors in self.cohort.state.items():
            for name, tensor in tensors.items():
                place = self.places[group].setdefault(name, tensor)
                if copy and place is not tensor:
                    place.copy_(tensor)
                tensors[name] = place
        new, self.cohort.diverged_at = self.cohort.diverged_at, self.diverged_at
        if copy and new is not self.diverged_at:
            self.diverged_at.copy_(new)


@contextmanager
def _source(noise: Noise, source: Callable[..., Tensor]) -> Iterator[None]:
    noise.source, before = source, noise.source
    try:
        yield
    finally:
        noise.source = before
